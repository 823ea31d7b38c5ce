//! Messages of RFC 4475 that are well-formed and must be refused for what they ask, through the real door and engine.

use crate::support::company::{Company, password};
use crate::support::exchange::Wish;
use crate::support::net::Net;
use pbx_sip::digest::Challenge;
use pbx_sip::{HeaderName, Message};
use std::net::SocketAddr;
use std::path::Path;

const PHONE: &str = "10.1.0.10:5060";

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torture/rfc4475");
    std::fs::read(folder.join(format!("{name}.sip"))).unwrap()
}

/// The final answer to a message.
fn answer(net: &mut Net, bytes: &[u8]) -> Message {
    let from: SocketAddr = PHONE.parse().unwrap();
    let wishes = net.exchange.receive(net.moment(), from, bytes.to_vec().into());
    let mut answers = wishes.into_iter().filter_map(|wish| match wish {
        Wish::Send { bytes, .. } => Message::parse(bytes).ok(),
        _ => None,
    });
    let is_final = |message: &Message| message.status().is_some_and(|status| status.is_final());
    answers.find(is_final).expect("a final answer")
}

/// The same message of somebody who proves to be Acme's 101.
fn signed(bytes: &[u8], challenged: &Message) -> Vec<u8> {
    let message = Message::parse(bytes.to_vec()).unwrap();
    let challenge = challenged.header(HeaderName::WwwAuthenticate).expect("a challenge");
    let challenge = Challenge::parse(&challenge.value()).unwrap();
    let (method, uri) = (message.method().unwrap().as_str(), message.uri_text().unwrap());
    let credentials = challenge.answer("acme-101", &password("acme-101"), method, uri, "c0ffee", 1);
    let end_of_line = bytes.windows(2).position(|two| two == b"\r\n").unwrap() + 2;
    let (first, rest) = bytes.split_at(end_of_line);
    [first, format!("Authorization: {credentials}\r\n").as_bytes(), rest].concat()
}

fn code(message: &Message) -> u16 {
    message.status().unwrap().code()
}

#[test]
fn invite_that_takes_no_session_description_gets_406() {
    let mut net = Net::new(1, 1, vec![Company::new("acme", 1).with_extensions(&["101"])]);
    assert_eq!(code(&answer(&mut net, &file("sdp01"))), 406);
}

#[test]
fn invite_with_an_unknown_body_gets_415_that_names_what_is_known() {
    let mut net = Net::new(1, 1, vec![Company::new("acme", 1).with_extensions(&["101"])]);
    let invite = file("invut");
    let challenged = answer(&mut net, &invite);
    assert_eq!(code(&challenged), 401);
    let refused = answer(&mut net, &signed(&invite, &challenged));
    assert_eq!(code(&refused), 415);
    assert_eq!(refused.header(HeaderName::Accept).expect("RFC 3261 §8.2.3").value(), "application/sdp");
}
