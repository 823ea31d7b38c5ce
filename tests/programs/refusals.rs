//! Who does not know a password learns nothing.

use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code};
use pbx_sip::digest::Challenge;
use pbx_sip::header_name::HeaderName;
use std::net::SocketAddr;

/// The two answers that a REGISTER gets, first without and then with a wrong password.
fn answers(line: &SipLine, server: SocketAddr, user: &str, password: &str) -> [Vec<u8>; 2] {
    let local = line.address();
    let head = |cseq: u32, more: &str| {
        // As long for each user, and the same in all but the user.
        format!(
            "REGISTER sip:{server} SIP/2.0\r\nVia: SIP/2.0/UDP {local};rport;branch=z9hG4bK{cseq}\r\nMax-Forwards: 70\r\n\
             From: <sip:x@{server}>;tag=1\r\nTo: <sip:x@{server}>\r\nCall-ID: same\r\nCSeq: {cseq} REGISTER\r\n\
             Contact: <sip:x@{local}>\r\n{more}Content-Length: 0\r\n\r\n"
        )
    };
    line.send(&head(1, ""));
    let challenged = line.final_answer("REGISTER");
    let challenge = challenged
        .headers_of(HeaderName::WwwAuthenticate)
        .filter_map(|header| Challenge::parse(&header.value()).ok())
        .next_back()
        .expect("a challenge");
    let credentials = challenge.answer(user, password, "REGISTER", &format!("sip:{server}"), "0a4f113b", 1);
    line.send(&head(2, &format!("Authorization: {credentials}\r\n")));
    let refused = line.final_answer("REGISTER");
    assert!(code(&refused) >= 400, "{user} was let in");
    [challenged, refused].map(|answer| without_nonce(answer.as_bytes()))
}

/// A nonce is new each time, and so is a To-tag; nothing else may differ.
fn without_nonce(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let blank = |text: String, mark: &str, end: &[char]| -> String {
        let mut parts = text.split(mark);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| all + mark + part.split_once(end).map_or("", |(_, rest)| rest))
    };
    let text = blank(text, "nonce=\"", &['"']);
    blank(text, "\r\nTo: <sip:x@", &['\r']).into_bytes()
}

#[test]
fn a_wrong_password_and_an_unknown_user_are_answered_alike() {
    let server = Server::with(&Company::new().yaml());
    let line = SipLine::open(ports::one(), server.sip());
    let wrong = answers(&line, server.sip(), "acme-anna", "guessed");
    drop(line);
    let line = SipLine::open(ports::one(), server.sip());
    let unknown = answers(&line, server.sip(), "acme-none", "guessed");
    for (wrong, unknown) in wrong.iter().zip(&unknown) {
        // The two lines have different ports, of the same length.
        assert_eq!(masked(wrong), masked(unknown));
    }
}

fn masked(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let via = text.lines().find(|line| line.starts_with("Via:")).unwrap_or_default().to_owned();
    text.replace(&via, "Via:")
}

#[test]
fn a_phone_with_a_wrong_password_cannot_be_called() {
    let server = Server::with(&Company::new().yaml());
    let mut ben = SipLine::open(ports::one(), server.sip());
    assert!(ben.register("acme-ben", "guessed", 300) >= 400);
    assert_eq!(ben.register("acme-ben", "secret-ben", 300), 200, "the right password must work after a wrong one");
}

#[test]
fn a_phone_whose_password_was_changed_rings_no_more() {
    let carrier = ports::one();
    let yaml = Company::new().trunk(carrier).main("[\"102\"]").yaml();
    let mut server = Server::with(&yaml);
    let mut ben = SipLine::open(ports::one(), server.sip());
    assert_eq!(ben.register("acme-ben", "secret-ben", 300), 200);
    server.import(&yaml.replace("secret-ben", "another-ben"));
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let line = SipLine::open(carrier, server.sip());
    assert_eq!(code(&OutsideCall::dial(&line, server.sip(), NUMBER, "first", nowhere).answered()), 480);
    server.kill();
    server.start();
    assert_eq!(code(&OutsideCall::dial(&line, server.sip(), NUMBER, "second", nowhere).answered()), 480);
    assert_eq!(ben.register("acme-ben", "another-ben", 300), 200);
}
