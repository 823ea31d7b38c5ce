//! What a flaw costs: nothing where a header only informs, and nothing to ACK, BYE, CANCEL and responses that leaves it clear
//! whose they are.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test stops at its first surprise")]

use pbx_sip::dialog::DialogId;
use pbx_sip::gate::{Fault, Policy, Verdict, judge};
use pbx_sip::{HeaderName, Message};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Headers that inform; an INVITE without a body needs nothing of them.
const INFORMING: [&str; 32] = [
    "Accept-Encoding",
    "Accept-Language",
    "a",
    "Alert-Info",
    "Allow",
    "u",
    "Call-Info",
    "Content-Disposition",
    "Content-Language",
    "Date",
    "Diversion",
    "Expires",
    "History-Info",
    "In-Reply-To",
    "MIME-Version",
    "Min-Expires",
    "Min-SE",
    "P-Asserted-Identity",
    "P-Preferred-Identity",
    "Reason",
    "b",
    "Replaces",
    "Reply-To",
    "Retry-After",
    "Server",
    "Session-Expires",
    "s",
    "Supported",
    "Timestamp",
    "User-Agent",
    "Warning",
    "X-Odd",
];

/// Headers that a request needs that asks for something, and a follow-up does not.
const OF_REQUESTS: [&str; 12] = [
    "Accept",
    "Authorization",
    "Contact",
    "m",
    "c",
    "e",
    "Max-Forwards",
    "Path",
    "Proxy-Require",
    "Record-Route",
    "Require",
    "Route",
];

/// A value of any bytes that stay on their line.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let odd = select(vec![
        "",
        ";",
        ",,",
        "Last=reset-reset",
        "x=1, SIP;cause=200",
        "\"no end",
        "<>",
        "anonymous",
        "A B C",
        "-1",
        "<sip:a@b",
        "SIP;cause=200;text=hi there",
    ]);
    let byte = any::<u8>().prop_filter("no line end", |byte| !matches!(byte, b'\r' | b'\n'));
    prop_oneof![odd.prop_map(|text| text.as_bytes().to_vec()), vec(byte, 0..24)]
}

fn line(names: Vec<&'static str>) -> impl Strategy<Value = Vec<u8>> {
    (select(names), value()).prop_map(|(name, value)| [name.as_bytes(), b": ", &value, b"\r\n"].concat())
}

/// Parameters that say nothing, some of them broken.
fn params() -> impl Strategy<Value = String> {
    let one = select(vec!["", ";", ";x", ";x=", ";y=1;y=2", "; a b", ";z=\"a;b\"", ";=", ";<", ";received=", ";é"]);
    vec(one, 0..4).prop_map(|all| all.concat())
}

fn passed(bytes: &[u8]) -> Message {
    match judge(bytes.to_vec().into(), &Policy::default()) {
        Verdict::Pass(message) => message,
        other => panic!("{other:?}\n{}", bytes.escape_ascii()),
    }
}

/// Everything that says whose a message is.
fn identity(message: &Message) -> (DialogId, String, String, String) {
    let (via, cseq) = (message.via().unwrap(), message.cseq().unwrap());
    let branch = via.branch().unwrap().to_owned();
    (DialogId::of_received(message).unwrap(), branch, format!("{:?}", via.sent_by()), cseq.to_string())
}

proptest! {
    #[test]
    fn a_flaw_in_an_informing_header_costs_a_request_nothing(
        flaws in vec(line(INFORMING.to_vec()), 1..5), method in select(vec!["INVITE", "REGISTER", "OPTIONS"]),
    ) {
        let head = format!(
            "{method} sip:102@b.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\n\
             From: <sip:a@b.test>;tag=1\r\nTo: <sip:c@b.test>\r\nCall-ID: x\r\nCSeq: 1 {method}\r\n\
             Contact: <sip:a@192.0.2.7>\r\n"
        );
        let (plain, flawed) = (head.clone() + "\r\n", [head.as_bytes(), &flaws.concat(), b"\r\n"].concat());
        let (plain, flawed) = (passed(plain.as_bytes()), passed(&flawed));
        prop_assert_eq!(identity(&flawed), identity(&plain));
        prop_assert_eq!(flawed.uri(), plain.uri());
        prop_assert_eq!(flawed.contacts(), plain.contacts());
        prop_assert_eq!(flawed.body(), plain.body());
    }

    #[test]
    fn ack_bye_cancel_and_responses_survive_what_leaves_them_routable(
        flaws in vec(line([&INFORMING[..], &OF_REQUESTS].concat()), 0..5), junk in "[ -9;-~]{0,12}",
        kind in select(vec!["ACK", "BYE", "CANCEL", "200", "180", "486"]), ends in select(vec!["\r\n", "\n"]),
        name in select(vec!["", "Bell, A ", "\"no end ", "a:b "]), (from, to, via) in (params(), params(), params()),
        address in select(vec!["sip:c@b.test", "c", "", "sip:müller@b.test"]), length in select(vec!["0", "x", "9"]),
    ) {
        let response = kind.starts_with(char::is_numeric);
        // A response whose body is cut is dropped (RFC 3261 §18.3).
        let length = if response && length == "9" { "0" } else { length };
        let (start, method) =
            if response { (format!("SIP/2.0 {kind} x"), "INVITE") } else { (format!("{kind} {address}  SIP/2.0"), kind) };
        let text = |from_name: &str, [via, from, to]: [&str; 3], address: &str| format!(
            "{start}\r\nVia: SIP/2.0/UDP 192.0.2.7{via};branch=z9hG4bK1\r\nFrom: {from_name}<sip:a@b.test>{from};tag=1\r\n\
             To: <{address}>{to};tag=2\r\nCall-ID: x\r\nCSeq: 1 {method}\r\n"
        );
        let whole = text("", ["", "", ""], "sip:c@b.test") + "\r\n";
        let head = text(name, [&via, &from, &to], address).replace("\r\n", ends);
        let rest = format!("{junk}{ends}Content-Length: {length}{ends}{ends}");
        // What stands before the junk ends its line, so that no blank of its goes on with another header.
        let flawed = [head.as_bytes(), b"X: y\r\n", &flaws.concat(), b"X: z\r\n", rest.trim_start().as_bytes()].concat();
        let whole = if response { whole } else { whole.replacen(&format!("{address}  SIP"), "sip:c@b.test SIP", 1) };
        // What a BYE requires and nobody here knows is refused (RFC 3261 §8.2.2.3), which is no flaw.
        let verdict = judge(flawed.clone().into(), &Policy::default());
        prop_assume!(!matches!(verdict, Verdict::Refuse(_, Fault::Extension(_))));
        let (whole, flawed) = (passed(whole.as_bytes()), passed(&flawed));
        prop_assert_eq!(identity(&flawed), identity(&whole));
        for address in [flawed.from_addr().unwrap(), flawed.to_addr().unwrap()] {
            prop_assert!(!address.text().contains(['\r', '\n']), "{}", address);
        }
        prop_assert!(flawed.header(HeaderName::CallId).is_some());
    }
}

#[test]
fn a_contact_that_a_response_has_in_vain_counts_as_absent() {
    let response = |contact: &str| {
        passed(
            format!(
                "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@b>;tag=2\r\n\
                 Call-ID: x\r\nCSeq: 1 INVITE\r\nContact: {contact}\r\nRecord-Route: {contact}\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    let target = |message: &Message| message.contact().unwrap().map(|contact| contact.uri().to_string());
    assert_eq!(target(&response("anonymous")), None);
    assert_eq!(response("anonymous").record_routes().unwrap(), []);
    assert_eq!(target(&response("Bell, A <sip:c@h:5070>;q=")).unwrap(), "sip:c@h:5070");
    assert_eq!(response("<sip:p;lr>;x=").record_routes().unwrap()[0].text(), "<sip:p;lr>");
}
