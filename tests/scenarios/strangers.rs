//! A flood from somebody whom nobody knows, while two people talk.

use super::acme;
use crate::support::exchange::Wish;
use crate::support::net::Net;
use crate::support::secs;
use pbx_core::event::Disposition;
use std::net::SocketAddr;

const STRANGER: &str = "198.51.100.66:4444";

/// Of these, half want an answer and bring twelve times what a network of strangers gets in a second.
const FLOOD: usize = 24_000;

/// The rations of a second: calls for help have their own.
const ANSWERS: usize = 2 * 1_000;

/// A 200 that names somebody else, requests in dialogs that never were, and calls for help.
fn datagram(n: usize) -> String {
    let tag = format!("rd{n:030x}");
    let request = |method: &str, uri: &str, to: &str| {
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.66:4444;branch=z9hG4bKs{n};rport\r\n\
             From: <sip:103@acme.test>;tag=s\r\nTo: <sip:102@acme.test>{to}\r\nCall-ID: s{n}\r\nCSeq: 1 {method}\r\n\
             Contact: <sip:v@203.0.113.9>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
    };
    let within = format!(";tag={tag}");
    match n % 6 {
        0 => format!(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK{tag}\r\nFrom: <sip:a@b>;tag={tag}\r\n\
             To: <sip:c@d>;tag=x\r\nCall-ID: s{n}\r\nCSeq: 1 INVITE\r\nContact: <sip:v@203.0.113.9>\r\n\
             Record-Route: <sip:203.0.113.9;lr>\r\nContent-Length: 0\r\n\r\n"
        ),
        1 => request("BYE", "sip:102@acme.test", &within),
        2 => request("INVITE", "sip:102@acme.test", &within),
        3 => request("ACK", "sip:102@acme.test", &within),
        4 => request("CANCEL", "sip:102@acme.test", ""),
        _ => request("INVITE", "sip:112@acme.test", ""),
    }
}

/// Sends the flood at one moment; how many answers it gets, and all of them go where it came from.
fn flooded(net: &mut Net) -> usize {
    let from: SocketAddr = STRANGER.parse().unwrap();
    let mut answers = 0;
    for n in 0..FLOOD {
        for wish in net.exchange.receive(net.moment(), from, datagram(n).into_bytes().into()) {
            let Wish::Send { to, bytes } = wish else { panic!("more than an answer") };
            assert_eq!(to, from, "{}", String::from_utf8_lossy(&bytes));
            answers += 1;
        }
    }
    answers
}

#[test]
fn flood_of_strangers_gets_its_ration_and_leaves_nothing_behind() {
    let mut net = acme();
    net.phone("acme/102").answers_after(secs(1));
    net.phone("acme/103").calls("102").hangs_up_after(secs(10));
    net.run_for(secs(5));
    let (before, promised) = (net.exchange.census(), net.exchange.journal.len());
    assert_eq!(before.calls, 1);
    let answers = flooded(&mut net);
    assert!(answers <= ANSWERS && answers > ANSWERS / 2, "{answers}");
    assert_eq!((net.exchange.census(), net.exchange.journal.len()), (before, promised));
    net.run();
    net.check();
    assert!(net.heard("acme/103", "acme/102") >= 19);
    assert_eq!(net.record().disposition, Disposition::Answered);
}
