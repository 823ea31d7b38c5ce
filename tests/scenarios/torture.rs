//! The messages of RFC 4475 and RFC 5118 through the real door and engine: what the RFC states of an element's behaviour, beyond
//! what its parser finds.

use crate::support::company::{Company, REALM, password};
use crate::support::exchange::Wish;
use crate::support::net::Net;
use pbx_core::base::ids::TenantId;
use pbx_core::directory::{Directory, Tenant};
use pbx_core::journal::Entry;
use pbx_core::secret::Ha1;
use pbx_sip::digest::{Algorithm, Challenge};
use pbx_sip::{Contacts, HeaderName, Message};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

const PHONE: &str = "10.1.0.10:5060";

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torture")
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.sip"))).unwrap()
}

/// Acme, where somebody has a phone with this SIP user name.
fn acme(user: &str) -> Net {
    let mut net = Net::new(1, 1, vec![Company::new("acme", 1).with_extensions(&["101"])]);
    let mut acme = Tenant::clone(net.exchange.directory.tenant(TenantId::of_key("acme")).unwrap());
    let ha1 = pbx_sip::digest::Ha1::of(user, REALM, &password(user));
    let hex = |algorithm| ha1.hex(algorithm).to_owned();
    for device in acme.devices.values_mut() {
        user.clone_into(&mut device.sip_user);
        device.ha1 = Some(Ha1 { md5: hex(Algorithm::Md5), sha256: hex(Algorithm::Sha256) });
    }
    net.exchange.directory = Arc::new(Directory::new(2, REALM.to_owned(), vec![acme], vec![]));
    net
}

/// Everything that is sent because of a message.
fn answers(net: &mut Net, bytes: &[u8]) -> Vec<Message> {
    let from: SocketAddr = PHONE.parse().unwrap();
    let wishes = net.exchange.receive(net.moment(), from, bytes.to_vec().into());
    let sent = wishes.into_iter().filter_map(|wish| match wish {
        Wish::Send { to, bytes } => Some((to, Message::parse(bytes).unwrap())),
        _ => None,
    });
    sent.map(|(to, message)| {
        assert_eq!(to, from, "something goes to a stranger: {message}");
        message
    })
    .collect()
}

/// The final answer to a message.
fn answer(net: &mut Net, bytes: &[u8]) -> Message {
    let is_final = |message: &Message| message.status().is_some_and(|status| status.is_final());
    answers(net, bytes).into_iter().find(is_final).expect("a final answer")
}

/// The same message of somebody who proves to be that user.
fn signed(bytes: &[u8], challenged: &Message, user: &str) -> Vec<u8> {
    let message = Message::parse(bytes.to_vec()).unwrap();
    let challenge = challenged.header(HeaderName::WwwAuthenticate).expect("a challenge");
    let challenge = Challenge::parse(&challenge.value()).unwrap();
    let (method, uri) = (message.method().unwrap().as_str(), message.uri_text().unwrap());
    let credentials = challenge.answer(user, &password(user), method, uri, "c0ffee", 1);
    let end_of_line = bytes.windows(2).position(|two| two == b"\r\n").unwrap() + 2;
    let (first, rest) = bytes.split_at(end_of_line);
    [first, format!("Authorization: {credentials}\r\n").as_bytes(), rest].concat()
}

/// What a message leads to once its sender has proved to be that user.
fn answer_to_known(net: &mut Net, name: &str, user: &str) -> Message {
    let bytes = file(name);
    let challenged = answer(net, &bytes);
    assert_eq!(code(&challenged), 401, "{name}");
    answer(net, &signed(&bytes, &challenged, user))
}

fn code(message: &Message) -> u16 {
    message.status().unwrap().code()
}

fn contacts(answer: &Message) -> Vec<String> {
    let Contacts::List(list) = answer.contacts().unwrap() else { panic!("{answer}") };
    list.iter().map(|contact| contact.text().to_string()).collect()
}

/// What each message is answered with by a server that knows nobody of those who send; 0: with nothing. Whatever is well-formed
/// and wants to register or to call is asked who it is.
const FIRST_ANSWERS: &[(u16, &str)] = &[
    (0, "rfc4475/bcast rfc4475/bigcode rfc4475/noreason rfc4475/scalarlg rfc4475/unreason"),
    (
        200,
        "rfc4475/badbranch rfc4475/lwsdisp rfc4475/semiuri rfc4475/transports rfc4475/zeromf \
         rfc5118/ipv6-bug-abnf-3-colons rfc5118/ipv6-correct-abnf-2-colons rfc5118/via-received-param-no-delim",
    ),
    (
        400,
        "rfc4475/badaspec rfc4475/baddn rfc4475/badinv01 rfc4475/clerr rfc4475/escruri rfc4475/insuf rfc4475/ltgtruri \
         rfc4475/lwsruri rfc4475/lwsstart rfc4475/mcl01 rfc4475/mismatch01 rfc4475/multi01 rfc4475/ncl rfc4475/quotbal \
         rfc4475/regbadct rfc4475/scalar02 rfc4475/trws rfc4475/unksm2 rfc5118/ipv6-bad",
    ),
    (
        401,
        "rfc4475/baddate rfc4475/cparam01 rfc4475/cparam02 rfc4475/dblreq rfc4475/esc01 rfc4475/escnull rfc4475/inv2543 \
         rfc4475/invut rfc4475/longreq rfc4475/regaut01 rfc4475/regescrt rfc5118/ipv4-mapped-ipv6 rfc5118/ipv6-good \
         rfc5118/ipv6-in-sdp rfc5118/mult-ip-in-sdp rfc5118/port-ambiguous rfc5118/port-unambiguous",
    ),
    (405, "rfc4475/mpart01"),
    (406, "rfc4475/sdp01"),
    (416, "rfc4475/novelsc rfc4475/unkscm"),
    (420, "rfc4475/bext01"),
    (481, "rfc4475/wsinv rfc5118/mult-ip-in-header rfc5118/via-received-param-with-delim"),
    (501, "rfc4475/esc02 rfc4475/intmeth rfc4475/mismatch02"),
    (505, "rfc4475/badvers"),
];

#[test]
fn every_message_gets_its_one_answer_and_leaves_nothing_behind() {
    let mut expected = BTreeSet::new();
    for (status, names) in FIRST_ANSWERS {
        for name in names.split_whitespace() {
            let mut net = acme("acme-101");
            let before = net.exchange.census();
            let codes: Vec<u16> = answers(&mut net, &file(name)).iter().map(code).collect();
            assert_eq!(codes, if *status == 0 { vec![] } else { vec![*status] }, "{name}");
            assert_eq!((net.exchange.census(), &net.exchange.journal[..]), (before, &[][..]), "{name}");
            assert!(expected.insert(name.to_owned()), "{name} stands here twice");
        }
    }
    let files = ["rfc4475", "rfc5118"].into_iter().flat_map(|rfc| {
        let entries = std::fs::read_dir(folder().join(rfc)).unwrap();
        entries.map(move |entry| format!("{rfc}/{}", entry.unwrap().path().file_stem().unwrap().to_string_lossy()))
    });
    assert_eq!(expected, files.collect());
}

/// §3.3.6.
#[test]
fn invite_with_an_unknown_body_gets_415_that_names_what_is_known() {
    let refused = answer_to_known(&mut acme("acme-101"), "rfc4475/invut", "acme-101");
    assert_eq!(code(&refused), 415);
    assert_eq!(refused.header(HeaderName::Accept).expect("RFC 3261 §8.2.3").value(), "application/sdp");
}

/// §3.1.1.2, §3.1.1.5: what looks like another method when it is unescaped is not that method.
#[test]
fn unknown_methods_get_501_that_names_the_known_ones_and_bind_nothing() {
    for name in ["rfc4475/intmeth", "rfc4475/esc02"] {
        let mut net = acme("acme-101");
        let refused = answer(&mut net, &file(name));
        assert!(refused.has_token(HeaderName::Allow, "REGISTER"), "{refused}");
        assert!(net.exchange.journal.is_empty());
    }
}

/// §3.3.7: credentials of a scheme that nobody knows are none; in front of right ones they do no harm.
#[test]
fn registrar_challenges_with_its_own_scheme_and_takes_the_answer() {
    let mut net = acme("j.user");
    let challenged = answer(&mut net, &file("rfc4475/regaut01"));
    assert!(challenged.header(HeaderName::WwwAuthenticate).unwrap().value().starts_with("Digest "), "{challenged}");
    let fetched = answer(&mut net, &signed(&file("rfc4475/regaut01"), &challenged, "j.user"));
    assert_eq!((code(&fetched), contacts(&fetched).len()), (200, 0));
}

/// §3.3.10: forwarded by its second Via it would go to everybody.
#[test]
fn response_with_a_broadcast_address_goes_nowhere() {
    let mut net = acme("acme-101");
    assert!(net.exchange.receive(net.moment(), PHONE.parse().unwrap(), file("rfc4475/bcast").into()).is_empty());
}

/// §3.1.1.8: what follows the first message's body in its datagram is no second message.
#[test]
fn second_message_of_a_datagram_is_not_there() {
    let mut net = acme("j.user");
    let answers = answers(&mut net, &file("rfc4475/dblreq"));
    assert!(answers.iter().all(|answer| answer.header(HeaderName::Cseq).unwrap().value() == "8 REGISTER"));
    let registered = answer_to_known(&mut net, "rfc4475/dblreq", "j.user");
    assert_eq!((code(&registered), contacts(&registered).len()), (200, 1));
}

/// §3.3.12 to §3.3.14: a binding is given back as what it was asked to be.
#[test]
fn parameters_and_headers_of_a_contact_stay_where_they_belong() {
    let cases = [
        ("rfc4475/cparam01", "watson", "<sip:+19725552222@gw1.example.net>;"),
        ("rfc4475/cparam02", "watson", "<sip:+19725552222@gw1.example.net;unknownparam>;"),
        ("rfc4475/regescrt", "user", "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>;"),
    ];
    for (name, user, begins) in cases {
        let mut net = acme(user);
        let registered = answer_to_known(&mut net, name, user);
        assert_eq!(code(&registered), 200, "{name}");
        let contacts = contacts(&registered);
        assert!(matches!(&contacts[..], [only] if only.starts_with(begins)), "{name}: {contacts:?}");
        assert!(!contacts[0].split('>').nth(1).unwrap().contains("unknownparam"), "{name}: {contacts:?}");
    }
}

/// §3.1.1.4: the name does not end at its NUL, so who is called like its beginning is somebody else; and the two Contacts are two.
#[test]
fn escaped_nulls_cut_nothing_short() {
    let shorter = answer_to_known(&mut acme("null-"), "rfc4475/escnull", "null-");
    assert_eq!(code(&shorter), 403);
    let mut net = acme("acme-101");
    let own = String::from_utf8(file("rfc4475/escnull")).unwrap().replace("null-%00-null", "acme-101").into_bytes();
    let challenged = answer(&mut net, &own);
    let registered = answer(&mut net, &signed(&own, &challenged, "acme-101"));
    assert_eq!((code(&registered), contacts(&registered).len()), (200, 2), "{registered}");
}

/// §3.4.1, §3.1.2.12, §3.1.1.3: nothing about them is refused; there is only nobody of that name.
#[test]
fn odd_invites_are_calls_like_others() {
    for name in ["rfc4475/inv2543", "rfc4475/baddate", "rfc4475/esc01", "rfc5118/ipv6-in-sdp", "rfc5118/mult-ip-in-sdp"]
    {
        let mut net = acme("acme-101");
        assert_eq!(code(&answer_to_known(&mut net, name, "acme-101")), 404, "{name}");
        assert!(net.exchange.journal.iter().any(|entry| matches!(entry, Entry::CallStarted { .. })), "{name}");
    }
}

/// §3.2.1: a branch that is the cookie alone makes no two requests one.
#[test]
fn requests_with_an_empty_branch_are_told_apart() {
    let mut net = acme("acme-101");
    let first = file("rfc4475/badbranch");
    let second = String::from_utf8(first.clone()).unwrap().replace("Call-ID: badbranch", "Call-ID: other");
    let tags = [answer(&mut net, &first), answer(&mut net, second.as_bytes())];
    let tags = tags.each_ref().map(|answer| answer.to_addr().unwrap().tag().unwrap().to_owned());
    assert_ne!(tags[0], tags[1]);
}

/// §3.3.11: who is meant answers; only who passes on must not.
#[test]
fn spent_hops_do_not_matter_to_whom_the_message_is_for() {
    assert_eq!(code(&answer(&mut acme("acme-101"), &file("rfc4475/zeromf"))), 200);
}
