use super::*;
use crate::sip_methods::{METHODS, OutsideDialog};
use pbx_sip::{HeaderName, Method};
use proptest::prelude::*;

#[test]
fn phone_is_challenged_and_then_delivered_to_its_tenants_slot() {
    for method in ["REGISTER", "INVITE"] {
        let mut scene = Scene::new();
        let request = Request::new(method);
        let challenge = scene.answer(0, PHONE, &request.text());
        assert_eq!(challenge.status().unwrap().code(), 401);
        assert_eq!(challenge.headers_of(HeaderName::WwwAuthenticate).count(), 1);
        let signed = request.with_answer_to(&challenge, "desk", "correct horse");
        let (slot, message, who) = scene.delivered(1, PHONE, &signed.text());
        assert_eq!(slot, tenant_id().slot());
        assert!(
            matches!(who, Who::Device { tenant, device, nonce_count: 1, .. } if (tenant, device) == (tenant_id(), desk()))
        );
        let via = message.via().unwrap();
        assert_eq!((via.received(), via.rport()), (Some("192.0.2.10".parse().unwrap()), Some(5060)));
    }
}

#[test]
fn any_domain_or_the_bare_address_is_fine() {
    for host in ["acme.test", "globex.test", "192.0.2.1", "[2001:db8::1]:5070", "nobody.invalid"] {
        let mut scene = Scene::new();
        let request = Request::new("INVITE").uri(&format!("sip:102@{host}")).to(&format!("<sip:102@{host}>"));
        let signed = scene.signed(0, &request, "desk", "correct horse");
        assert_eq!(scene.delivered(0, PHONE, &signed.text()).0, tenant_id().slot(), "{host}");
    }
}

#[test]
fn challenge_keeps_its_tag_for_retransmissions_and_restarts() {
    let request = Request::new("REGISTER").text();
    let mut scene = Scene::new();
    let tag = |message: &Message| message.to_addr().unwrap().tag().unwrap().to_owned();
    let first = tag(&scene.answer(0, PHONE, &request));
    assert_eq!(tag(&scene.answer(1, PHONE, &request)), first);
    scene.door = Door::new([7; 32], [9; 32], &Settings::default());
    assert_eq!(tag(&scene.answer(2, PHONE, &request)), first);
    let mut other = Request::new("REGISTER");
    other.cseq = 2;
    assert_ne!(tag(&scene.answer(2, PHONE, &other.text())), first);
}

#[test]
fn digest_from_before_a_restart_is_asked_again_as_stale() {
    let mut scene = Scene::new();
    let request = Request::new("REGISTER");
    let signed = scene.signed(0, &request, "desk", "correct horse");
    scene.delivered(0, PHONE, &signed.text());
    scene.door = Door::new([7; 32], [9; 32], &Settings::default());
    let stale = scene.answer(0, PHONE, &signed.text());
    assert_eq!(stale.status().unwrap().code(), 401, "nobody knows any more that it was used");
    assert!(stale.header(HeaderName::WwwAuthenticate).unwrap().value().contains("stale=true"));
    scene.delivered(0, PHONE, &request.with_answer_to(&stale, "desk", "correct horse").text());
}

#[test]
fn what_answers_a_nonce_that_is_no_good_tells_nothing_of_the_password() {
    let mut scene = Scene::new();
    let right = scene.signed(0, &Request::new("REGISTER"), "desk", "correct horse");
    let wrong = scene.signed(0, &Request::new("REGISTER"), "desk", "wrong");
    let nobodys = scene.signed(0, &Request::new("REGISTER"), "nobody", "wrong");
    for signed in [right, wrong, nobodys] {
        let answer = scene.answer(301, PHONE, &signed.text());
        assert!(answer.header(HeaderName::WwwAuthenticate).unwrap().value().contains("stale=true"));
    }
}

#[test]
fn invite_that_takes_no_session_description_is_not_acceptable() {
    let mut scene = Scene::new();
    assert_eq!(scene.status(PHONE, &Request::new("INVITE").line("Accept: text/plain").text()), 406);
}

#[test]
fn right_password_with_an_old_nonce_is_asked_again_as_stale() {
    let mut scene = Scene::new();
    let signed = scene.signed(0, &Request::new("REGISTER"), "desk", "correct horse");
    let stale = scene.answer(301, PHONE, &signed.text());
    let value = stale.header(HeaderName::WwwAuthenticate).unwrap().value().into_owned();
    assert!(Challenge::parse(&value).unwrap().stale, "{value}");
    let again = Request::new("REGISTER").with_answer_to(&stale, "desk", "correct horse");
    scene.delivered(302, PHONE, &again.text());
}

#[test]
fn credentials_for_another_realm_are_passed_over() {
    let mut scene = Scene::new();
    let foreign = Challenge::new("elsewhere", "abc", Algorithm::Md5, false).answer(
        "desk",
        "x",
        "REGISTER",
        "sip:192.0.2.1",
        "c",
        1,
    );
    let request = Request::new("REGISTER").line(&format!("Authorization: {foreign}"));
    let challenge = scene.answer(0, PHONE, &request.text());
    assert_eq!(challenge.status().unwrap().code(), 401);
    let both = request.with_answer_to(&challenge, "desk", "correct horse");
    scene.delivered(0, PHONE, &both.text());
}

#[test]
fn proxy_authorization_is_taken_too() {
    let mut scene = Scene::new();
    let signed = scene.signed(0, &Request::new("INVITE"), "desk", "correct horse");
    scene.delivered(0, PHONE, &signed.text().replace("\r\nAuthorization:", "\r\nProxy-Authorization:"));
}

#[test]
fn device_registers_itself_and_nobody_else() {
    let mut scene = Scene::new();
    let other = Request::new("REGISTER").to("<sip:globex-desk@192.0.2.1>");
    let signed = scene.signed(0, &other, "desk", "correct horse");
    assert_eq!(scene.status(PHONE, &signed.text()), 403);
    let unknown = Request::new("REGISTER").to("<sip:nobody@192.0.2.1>");
    let signed = scene.signed(0, &unknown, "desk", "correct horse");
    assert_eq!(scene.status(PHONE, &signed.text()), 403);
    let mut third_party = Request::new("REGISTER");
    third_party.from_user = "globex-desk".to_owned();
    let signed = scene.signed(0, &third_party, "desk", "correct horse");
    assert_eq!(scene.status(PHONE, &signed.text()), 403);
}

#[test]
fn phone_cannot_assert_an_identity() {
    let mut scene = Scene::new();
    let request = Request::new("INVITE").line("P-Asserted-Identity: <sip:+4930110@x>").line("X-Note: kept");
    let signed = scene.signed(0, &request, "desk", "correct horse");
    let (_, message, _) = scene.delivered(0, PHONE, &signed.text());
    assert!(message.header(HeaderName::PAssertedIdentity).is_none());
    assert_eq!(message.header_named("X-Note").unwrap().value(), "kept");
}

/// The second Via can't be stamped: a NUL may stand in a quoted string of what comes (RFC 4475
/// §3.1.1.2), in what we write not.
#[test]
fn identity_that_is_asserted_goes_though_the_via_cannot_be_stamped() {
    let mut scene = Scene::new();
    let request = Request::new("INVITE").line("P-Asserted-Identity: <sip:+4930110@x>").line("X-Note: kept");
    let signed = scene.signed(0, &request, "desk", "correct horse").text();
    for via in ["rport;odd=\"\\\0\";branch", "rport;odd=\"\\\0\"\r\n ;branch"] {
        let (_, message, _) = scene.delivered(0, PHONE, &signed.replace("rport;branch", via));
        assert!(message.header(HeaderName::PAssertedIdentity).is_none());
        assert_eq!(message.header_named("X-Note").unwrap().value(), "kept");
    }
}

#[test]
fn options_is_answered_without_knowing_anyone() {
    let mut scene = Scene::new();
    let answer = scene.answer(0, "198.51.100.1:9", &Request::new("OPTIONS").text());
    assert_eq!(answer.status().unwrap().code(), 200);
    assert!(answer.header(HeaderName::Allow).unwrap().value().contains("INVITE"));
}

/// RFC 3261 §11.2: a body is no must, and monitors want none.
#[test]
fn options_that_takes_no_session_description_gets_its_200() {
    let mut scene = Scene::new();
    for accept in ["Accept:", "Accept: text/plain"] {
        let answer = scene.answer(0, "198.51.100.1:9", &Request::new("OPTIONS").line(accept).text());
        assert_eq!((answer.status().unwrap().code(), answer.body().len()), (200, 0), "{accept}");
    }
}

#[test]
fn what_is_no_address_of_sip_cannot_be_registered() {
    let mut scene = Scene::new();
    for to in ["<tel:+4930555100>", "isbn:2983792873"] {
        let answer = scene.answer(0, PHONE, &Request::new("REGISTER").to(to).text());
        assert_eq!(answer.status().unwrap().code(), 400, "{to}");
        assert!(answer.reason().unwrap().contains("To"), "{:?}", answer.reason());
    }
}

#[test]
fn outside_of_a_dialog_every_method_is_answered_as_the_table_says() {
    let mut scene = Scene::new();
    for row in &METHODS {
        let text = Request::new(row.method.as_str()).text();
        match row.outside {
            OutsideDialog::Answer(status) => {
                assert_eq!(scene.status(PHONE, &text), status.code(), "{}", row.method);
            }
            // Strangers are challenged, and nothing waits for an ACK or a CANCEL.
            OutsideDialog::Call | OutsideDialog::Registration => assert_eq!(scene.status(PHONE, &text), 401),
            OutsideDialog::WithInvite if row.method == Method::Ack => assert!(scene.dropped(PHONE, &text)),
            OutsideDialog::WithInvite => assert_eq!(scene.status(PHONE, &text), 481),
        }
    }
}

#[test]
fn other_methods_get_the_answer_that_the_rfc_states() {
    let mut scene = Scene::new();
    for (method, status) in
        [("BYE", 481), ("UPDATE", 481), ("INFO", 481), ("PRACK", 481), ("NOTIFY", 481), ("CANCEL", 481)]
    {
        assert_eq!(scene.status(PHONE, &Request::new(method).text()), status, "{method}");
    }
    for (method, status) in
        [("SUBSCRIBE", 405), ("MESSAGE", 405), ("PUBLISH", 405), ("REFER", 405), ("FROBNICATE", 501), ("OPTIONS", 200)]
    {
        let answer = scene.answer(0, PHONE, &Request::new(method).text());
        assert_eq!(answer.status().unwrap().code(), status, "{method}");
        let allowed = answer.header(HeaderName::Allow).unwrap().value().into_owned();
        assert_eq!(allowed, "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, REFER", "{method}");
    }
    assert!(scene.dropped(PHONE, &Request::new("ACK").text()));
}

#[test]
fn faults_are_answered_where_they_can_be() {
    let mut scene = Scene::new();
    assert_eq!(scene.status(PHONE, &Request::new("INVITE").uri("http://x").text()), 416);
    assert_eq!(scene.status(PHONE, &Request::new("INVITE").line("Require: 100rel").text()), 420);
    assert_eq!(scene.status(PHONE, &Request::new("INVITE").text().replace("CSeq: 1 INVITE", "CSeq: 1 BYE")), 400);
    assert!(scene.dropped(PHONE, "\r\n\r\n"));
    assert!(scene.dropped(PHONE, "hello"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_the_door_panic(cut in 0..800_usize, flip in 0..800_usize, bit in 0..8_u8, method in 0..4_usize) {
        let mut scene = Scene::new();
        let method = ["REGISTER", "INVITE", "ACK", "CANCEL"][method];
        let signed = scene.signed(0, &Request::new("REGISTER"), "desk", "correct horse");
        let mut bytes = signed.text().replace("REGISTER", method).into_bytes();
        bytes.truncate(bytes.len().min(cut + 200));
        let place = flip % bytes.len();
        bytes[place] ^= 1 << bit;
        let flow = Flow {
            transport: Transport::Udp,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: PHONE.parse().unwrap(),
            own: None,
            connection: 0,
        };
        let _ = scene.door.admit(at(0), 1, &scene.directory, flow, Bytes::from(bytes));
    }
}

#[test]
fn phones_register_at_once_after_the_clock_was_set_back() {
    let mut scene = Scene::new();
    let flow = Scene::flow(Transport::Udp, PHONE);
    let admit = |scene: &mut Scene, text: &str, (steady, wall): (u64, i64)| {
        let mono = Instant::from_micros(steady * 1_000_000);
        let now = Now { mono, wall: Wall::from_micros(wall * 1_000_000) };
        scene.random += 1;
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        scene.door.admit(now, scene.random, &scene.directory, flow, bytes).verdict
    };
    for time in [(1_000, 9_000), (1_010, 8_200), (1_020, 0)] {
        let request = Request::new("REGISTER");
        let Verdict::Answer(challenge) = admit(&mut scene, &request.text(), time) else { panic!("no challenge") };
        let signed = request.with_answer_to(&Message::parse(challenge).unwrap(), "desk", "correct horse");
        assert!(matches!(admit(&mut scene, &signed.text(), time), Verdict::Deliver { .. }), "{time:?}");
    }
}

#[test]
fn credentials_of_one_call_make_no_other() {
    let mut scene = Scene::new();
    let call = Request::new("INVITE").uri("sip:102@192.0.2.1");
    let signed = scene.signed(0, &call, "desk", "correct horse");
    let moved = signed.clone().uri("sip:103@192.0.2.1").text();
    assert_eq!(scene.answer(0, PHONE, &moved).status().unwrap().code(), 400);
    let same = signed.uri("sip:102@192.0.2.1:5060;transport=udp").text();
    scene.delivered(0, PHONE, &same);
    let help = scene.signed(0, &call, "desk", "correct horse").uri("sip:112@192.0.2.1").text();
    scene.delivered(0, PHONE, &help);
    let nobody = scene.signed(0, &Request::new("INVITE").uri("sip:192.0.2.1"), "desk", "correct horse");
    scene.delivered(0, PHONE, &nobody.uri("sip:102@192.0.2.1").text());
}

#[test]
fn administrator_hears_of_credentials_that_can_never_be_right() {
    let mut scene = Scene::new();
    let reported = |scene: &mut Scene, user: &str, from: &str, to: &str| {
        let request = Request::new("REGISTER");
        let text = scene.signed(0, &request, user, "correct horse").text().replace(from, to);
        let admission = scene.admit(0, PHONE, &text);
        let Verdict::Answer(answer) = admission.verdict else { panic!("no answer") };
        assert_eq!(Message::parse(answer).unwrap().status().unwrap().code(), 401);
        admission.alarm.map(|alarm| alarm.audit(crate::base::ids::AuditId::of_key("line")))
    };
    let line = reported(&mut scene, "desk", "qop=auth", "qop=auth-int").unwrap();
    assert_eq!((line.action.as_str(), line.tenant), ("sip.credentials", Some(tenant_id())));
    assert_eq!((line.object.as_str(), &line.detail["fault"]), ("desk", &"qop".into()));
    assert_eq!(reported(&mut scene, "desk", "qop=auth", "qop=auth-int"), None, "it is no news any more");
    let line = reported(&mut scene, "desk@acme.test", "nothing", "").unwrap();
    assert_eq!((line.object.as_str(), &line.detail["fault"]), ("desk@acme.test", &"domain-in-user".into()));
    assert_eq!(reported(&mut scene, "nobody@acme.test", "nothing", ""), None, "whose it is nobody knows");
}
