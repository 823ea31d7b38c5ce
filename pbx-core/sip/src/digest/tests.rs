use super::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const REALM: &str = "ringdown";
const NOW: u64 = 1_700_000_000;
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

fn nonces() -> Nonces {
    Nonces::new([7; 32], REALM, 60)
}

fn verdict(credentials: &Credentials, method: &str, now: u64) -> DigestVerdict {
    let alice = Ha1::of("alice", REALM, "secret");
    check(&nonces(), Question { credentials, method, ha1: Some(&alice), client: CLIENT, now })
}

fn answer(algorithm: Algorithm, password: &str) -> Credentials {
    let challenge = Challenge::new(REALM, nonces().issue(CLIENT, NOW, 5), algorithm, false);
    challenge.answer("alice", password, "INVITE", "sip:bob@example.com", "0a4f113b", 1)
}

#[test]
fn the_examples_of_rfc_7616_come_out_right() {
    let mut challenge = Challenge {
        realm: "http-auth@example.org".to_owned(),
        nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v".to_owned(),
        algorithm: Algorithm::Md5,
        stale: false,
        opaque: Some("FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS".to_owned()),
        qop: true,
    };
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    let mut response = |algorithm| {
        challenge.algorithm = algorithm;
        challenge.answer("Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce, 1).response
    };
    assert_eq!(response(Algorithm::Md5), "8ca523f5e9506fed4657c9700eebdbec");
    assert_eq!(response(Algorithm::Sha256), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

#[test]
fn the_right_password_passes_with_every_algorithm() {
    for algorithm in [Algorithm::Md5, Algorithm::Md5Sess, Algorithm::Sha256, Algorithm::Sha256Sess] {
        let credentials = Credentials::parse(&answer(algorithm, "secret").to_string()).unwrap();
        let fresh = DigestVerdict::Fresh { nonce: credentials.nonce.clone(), count: 1 };
        assert_eq!(verdict(&credentials, "INVITE", NOW + 60), fresh, "{algorithm}");
    }
}

#[test]
fn anything_wrong_is_bad() {
    let good = answer(Algorithm::Md5, "secret");
    assert_eq!(verdict(&answer(Algorithm::Md5, "wrong"), "INVITE", NOW), DigestVerdict::Bad);
    assert_eq!(verdict(&good, "REGISTER", NOW), DigestVerdict::Bad);
    assert_eq!(verdict(&Credentials { uri: "sip:x".to_owned(), ..good.clone() }, "INVITE", NOW), DigestVerdict::Bad);
    assert_eq!(
        verdict(&Credentials { written: Some("00000002".into()), ..good.clone() }, "INVITE", NOW),
        DigestVerdict::Bad
    );
    assert_eq!(verdict(&Credentials { realm: "other".to_owned(), ..good.clone() }, "INVITE", NOW), DigestVerdict::Bad);
    assert_eq!(verdict(&Credentials { response: String::new(), ..good.clone() }, "INVITE", NOW), DigestVerdict::Bad);
    let nobody = Question { credentials: &good, method: "INVITE", ha1: None, client: CLIENT, now: NOW };
    assert_eq!(check(&nonces(), nobody), DigestVerdict::Bad);
}

#[test]
fn nobody_can_answer_as_the_user_that_does_not_exist() {
    let mut credentials = answer(Algorithm::Md5, "secret");
    credentials.response = credentials.expected(Ha1::nobody(), "INVITE");
    assert_eq!(
        check(&nonces(), Question { credentials: &credentials, method: "INVITE", ha1: None, client: CLIENT, now: NOW }),
        DigestVerdict::Bad
    );
}

#[test]
fn an_old_or_foreign_nonce_is_stale_whatever_the_answer_to_it() {
    for password in ["secret", "wrong"] {
        let given = answer(Algorithm::Sha256, password);
        assert_eq!(verdict(&given, "INVITE", NOW + 61), DigestVerdict::Stale);
        assert_eq!(verdict(&given, "INVITE", NOW - 1), DigestVerdict::Stale, "the clock was set back");
        let foreign = Challenge::new(REALM, "abc", Algorithm::Sha256, false);
        let foreign = foreign.answer("alice", password, "INVITE", "sip:x", "c", 1);
        assert_eq!(verdict(&foreign, "INVITE", NOW), DigestVerdict::Stale);
    }
}

#[test]
fn a_nonce_is_good_for_the_address_that_it_was_issued_to() {
    let nonce = nonces().issue(CLIENT, NOW, 5);
    let neighbour = IpAddr::from([192, 0, 2, 8]);
    assert_eq!(nonces().age(&nonce, neighbour, NOW), Age::Foreign);
    let mapped = IpAddr::from(Ipv4Addr::new(192, 0, 2, 7).to_ipv6_mapped());
    assert_eq!(nonces().age(&nonce, mapped, NOW), Age::Fresh(Nonce { issued: NOW, salt: 5 }));
    assert_eq!(nonces().age(&nonce, IpAddr::from(Ipv6Addr::LOCALHOST), NOW), Age::Foreign);
}

#[test]
fn a_nonce_is_known_by_key_and_realm_alone() {
    let nonce = nonces().issue(CLIENT, NOW, 5);
    assert_eq!(nonces().age(&nonce, CLIENT, NOW), Age::Fresh(Nonce { issued: NOW, salt: 5 }));
    assert_eq!(Nonces::new([8; 32], REALM, 60).age(&nonce, CLIENT, NOW), Age::Foreign);
    assert_eq!(Nonces::new([7; 32], "other", 60).age(&nonce, CLIENT, NOW), Age::Foreign);
    let later = nonce.replacen(&format!("{NOW:016x}"), &format!("{:016x}", NOW + 50), 1);
    assert_eq!(nonces().age(&later, CLIENT, NOW + 100), Age::Foreign, "nobody makes his nonce younger");
}

#[test]
fn md5_is_offered_alone_unless_more_is_asked_for_and_then_last() {
    let lines = |nonces: Nonces| nonces.challenges("n", true).iter().map(Challenge::to_string).collect::<Vec<_>>();
    assert_eq!(lines(nonces()).len(), 1);
    let lines = lines(nonces().offering_sha256(true));
    assert_eq!(lines[0], r#"Digest realm="ringdown", nonce="n", algorithm=SHA-256, qop="auth", stale=true"#);
    assert_eq!(lines[1], r#"Digest realm="ringdown", nonce="n", algorithm=MD5, qop="auth", stale=true"#);
}

#[test]
fn credentials_that_cannot_be_checked_say_why() {
    let text = answer(Algorithm::Md5, "secret").to_string();
    let fault = |from: &str, to: &str| Credentials::parse(&text.replace(from, to)).unwrap_err();
    assert_eq!(fault("Digest", "Basic"), DigestError::Scheme);
    assert_eq!(fault("qop=auth", "qop=auth-int"), DigestError::Qop);
    assert_eq!(fault("algorithm=MD5", "algorithm=SHA-512-256"), DigestError::Algorithm);
    assert_eq!(fault("nc=00000001", "nc=000000001"), DigestError::Count);
    assert_eq!(fault("nc=00000001", "nc=1x"), DigestError::Count);
    assert_eq!(fault("nc=00000001", "nc=00000000"), DigestError::Count);
    assert_eq!(fault("nc=00000001", "nc=00000001, nc=00000002"), DigestError::Twice("nc"));
    assert_eq!(fault("username=\"alice\", ", ""), DigestError::Missing("username"));
    assert_eq!(fault("username=\"alice\"", "username=\"alice"), DigestError::Grammar);
}

#[test]
fn odd_but_legal_answers_prove_the_password() {
    let good = answer(Algorithm::Md5, "secret");
    for (written, count) in [("1", 1), ("0000000A", 10), ("ff", 255)] {
        let mut odd = Credentials { written: Some(written.into()), ..good.clone() };
        odd.response = odd.expected(&Ha1::of("alice", REALM, "secret"), "INVITE");
        let read = Credentials::parse(&odd.to_string()).unwrap();
        assert_eq!(
            verdict(&read, "INVITE", NOW),
            DigestVerdict::Fresh { nonce: good.nonce.clone(), count },
            "{written}"
        );
    }
    let without_qop = Challenge { qop: false, ..Challenge::new(REALM, good.nonce.clone(), Algorithm::Md5, false) };
    let old = without_qop.answer("alice", "secret", "INVITE", "sip:bob@example.com", "", 1);
    assert!(!old.to_string().contains("nc="), "{old}");
    let read = Credentials::parse(&old.to_string()).unwrap();
    assert_eq!(verdict(&read, "INVITE", NOW), DigestVerdict::Fresh { nonce: good.nonce, count: 1 }, "RFC 2069");
    let wrong = without_qop.answer("alice", "wrong", "INVITE", "sip:bob@example.com", "", 1);
    assert_eq!(verdict(&wrong, "INVITE", NOW), DigestVerdict::Bad);
}

#[test]
fn challenge_of_an_old_server_is_answered_as_it_wants() {
    let challenge = Challenge::parse(r#"Digest realm="carrier", nonce="n""#).unwrap();
    assert!(!challenge.qop && !challenge.to_string().contains("qop"));
    // RFC 2069's response: H(H(user:realm:password):nonce:H(method:uri)).
    let ha1 = Ha1::of("trunk", "carrier", "secret");
    let ha2 = Algorithm::Md5.hash(&[b"REGISTER", b"sip:carrier"]);
    let expected = Algorithm::Md5.hash(&[ha1.hex(Algorithm::Md5).as_bytes(), b"n", ha2.as_bytes()]);
    assert_eq!(challenge.answer("trunk", "secret", "REGISTER", "sip:carrier", "c", 1).response, expected);
}

#[test]
fn whose_unusable_credentials_are_can_be_told() {
    let text = answer(Algorithm::Md5, "secret").to_string();
    assert_eq!(Claim::read(&text), None, "these are good");
    let (claim, fault) = Claim::read(&text.replace("qop=auth", "qop=auth-int")).unwrap();
    assert_eq!((claim.user.as_str(), claim.realm.as_str(), fault), ("alice", REALM, DigestError::Qop));
}

#[test]
fn quoted_text_survives_the_way() {
    let credentials = Credentials { user: "a \"b\" \\c, d=e".to_owned(), ..answer(Algorithm::Md5, "x") };
    assert_eq!(Credentials::parse(&credentials.to_string()).unwrap(), credentials);
    assert!(!format!("{credentials:?}").contains(&credentials.response), "no secret in a log");
}

#[test]
fn a_count_is_taken_once_even_if_it_comes_late() {
    let mut counts = NonceCounts::new(10);
    let nonce = nonces().issue(CLIENT, NOW, 5);
    assert_eq!([1, 3, 2, 2, 3, 100, 36, 37, 37].map(|count| counts.note(&nonce, count)), {
        use Count::{New, Seen, TooOld};
        [New, New, New, Seen, Seen, New, TooOld, New, Seen]
    });
}

#[test]
fn a_forgotten_nonce_is_too_old_and_never_new_again() {
    let mut counts = NonceCounts::new(2);
    let made: Vec<_> = (0..3).map(|n| nonces().issue(CLIENT, NOW + n, 5)).collect();
    for nonce in &made {
        assert_eq!(counts.note(nonce, 1), Count::New);
    }
    assert_eq!(counts.note(&made[0], 2), Count::TooOld);
    counts.expire(NOW + 2);
    assert_eq!(counts.len(), 1);
    assert_eq!(counts.note(&made[1], 2), Count::TooOld);
    assert_eq!(counts.note(&made[2], 1), Count::Seen);
    assert_eq!(serde_json::from_str::<NonceCounts>(&serde_json::to_string(&counts).unwrap()).unwrap(), counts);
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(7616), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_never_panics(flips in proptest::collection::vec((0_usize..400, 0_u8..8), 0..4), cut in 0_usize..400) {
        let mut bytes = answer(Algorithm::Sha256, "secret").to_string().into_bytes();
        for (at, bit) in flips {
            if let Some(byte) = bytes.get_mut(at) { *byte ^= 1 << bit; }
        }
        bytes.truncate(cut);
        let text = String::from_utf8_lossy(&bytes);
        let _ = Challenge::parse(&text);
        if let Ok(credentials) = Credentials::parse(&text) {
            let _ = verdict(&credentials, "INVITE", NOW);
        }
    }
}
