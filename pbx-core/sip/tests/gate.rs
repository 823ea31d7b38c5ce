//! The gate's answers and silences.

#![expect(clippy::panic, reason = "a test stops at its first surprise")]

use pbx_sip::framing::Framer;
use pbx_sip::gate::{Fault, MAX_BYTES, Policy, Silence, Verdict, judge, judge_uncut, refuse};
use pbx_sip::{HeaderName, Method, StatusCode};

fn request(method: &str, uri: &str, extra: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\nFrom: <sip:a@b.test>;tag=1\r\n\
         To: <sip:c@b.test>\r\nCall-ID: x\r\nCSeq: 1 {method}\r\n{extra}\r\n"
    )
}

fn verdict(text: &str) -> Verdict {
    judge(text.as_bytes().to_vec().into(), &Policy::default())
}

fn fault(text: &str) -> Fault {
    match verdict(text) {
        Verdict::Refuse(request, fault) => {
            let answer = refuse(&request, &fault, "ours", &Policy::default()).finish();
            assert_eq!(answer.map(|answer| answer.status()), Ok(Some(fault.status())));
            fault
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn each_fault_has_its_status() {
    let long_uri = format!("sip:{}@b.test", "a".repeat(1100));
    let many = "X: y\r\n".repeat(300);
    let hops = "Via: SIP/2.0/UDP h.test;branch=z9hG4bKh\r\n".repeat(70);
    let hops_in_a_line = format!("Via: {}\r\n", ["SIP/2.0/UDP h.test;branch=z9hG4bKh"; 700].join(", "));
    let cases = [
        (request("OPTIONS", "sip:b.test", "no colon here\r\n"), StatusCode::BAD_REQUEST),
        (request("OPTIONS", "sip:b.test", "Subject: a\nb\r\n"), StatusCode::BAD_REQUEST),
        (request("OPTIONS", "sip:b.test", "Content-Length: 4\r\n"), StatusCode::BAD_REQUEST),
        (request("REGISTER", "sip:b.test", "Contact: *\r\nContact: <sip:a@b>\r\n"), StatusCode::BAD_REQUEST),
        (request("INVITE", "sip:b.test", "Contact: <sip:a b>\r\n"), StatusCode::BAD_REQUEST),
        (request("OPTIONS", "sip:b.test", "Route: sip:p.test;lr\r\n"), StatusCode::BAD_REQUEST),
        (request("OPTIONS", "sip:b.test", &many), StatusCode::MESSAGE_TOO_LARGE),
        (request("OPTIONS", "sip:b.test", &format!("X: {}\r\n", "y".repeat(33_000))), StatusCode::MESSAGE_TOO_LARGE),
        (request("OPTIONS", "sip:b.test", &"Via: SIP/2.0/UDP h\r\n".repeat(70)), StatusCode::TOO_MANY_HOPS),
        (
            request("OPTIONS", "sip:b.test", &format!("\r\n{}", "x".repeat(MAX_BYTES))),
            StatusCode::REQUEST_ENTITY_TOO_LARGE,
        ),
        (request("OPTIONS", "sip:b.test", &hops), StatusCode::TOO_MANY_HOPS),
        (request("OPTIONS", "sip:b.test", &hops_in_a_line), StatusCode::TOO_MANY_HOPS),
        (request("OPTIONS", &long_uri, ""), StatusCode::REQUEST_URI_TOO_LONG),
        (request("OPTIONS", "http://b.test", ""), StatusCode::UNSUPPORTED_URI_SCHEME),
        (request("OPTIONS", "urn:service:sos", ""), StatusCode::UNSUPPORTED_URI_SCHEME),
        (request("INVITE", "urn:service:sosa", ""), StatusCode::UNSUPPORTED_URI_SCHEME),
        (request("OPTIONS", "sip:b.test", "Require: 100rel\r\n"), StatusCode::BAD_EXTENSION),
        (request("NONSENSE", "sip:b.test", ""), StatusCode::NOT_IMPLEMENTED),
        (request("OPTIONS", "sip:b.test", "").replacen("SIP/2.0", "SIP/3.0", 1), StatusCode::VERSION_NOT_SUPPORTED),
    ];
    for (text, status) in cases {
        assert_eq!(fault(&text).status(), status, "{text}");
    }
}

#[test]
fn end_of_a_stream_is_answered_with_what_ended_it() {
    let long = format!("X: {}\r\n", "y".repeat(MAX_BYTES));
    let cases = [
        ("OPTIONS", "Content-Length: 4000000000\r\n", Some(StatusCode::REQUEST_ENTITY_TOO_LARGE)),
        ("OPTIONS", &long, Some(StatusCode::MESSAGE_TOO_LARGE)),
        ("OPTIONS", "", Some(StatusCode::BAD_REQUEST)),
        ("OPTIONS", "Content-Length: x\r\n", Some(StatusCode::BAD_REQUEST)),
        ("OPTIONS", "Content-Length: 1\r\nl: 2\r\n", Some(StatusCode::BAD_REQUEST)),
        ("ACK", "", None),
    ];
    for (method, lengths, status) in cases {
        let mut framer = Framer::new(MAX_BYTES);
        framer.push(request(method, "sip:b.test", lengths).as_bytes());
        let Err(error) = framer.next_frame() else { panic!("{lengths} was cut") };
        let answered = match judge_uncut(error) {
            Verdict::Refuse(_, fault) => Some(fault.status()),
            Verdict::Ignore(Silence::Ack(_)) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(answered, status, "{method} {lengths}");
    }
}

#[test]
fn who_takes_no_session_description_is_not_acceptable() {
    let cases = [
        ("", true),
        ("Accept: application/sdp\r\n", true),
        ("Accept: text/plain\r\nAccept: Application/SDP;q=0.1\r\n", true),
        ("Accept: text/plain, application/*\r\n", true),
        ("Accept: */*\r\n", true),
        ("Accept:\r\n", false),
        ("Accept: text/plain\r\n", false),
        ("Accept: application/sdp;q=0, */*\r\n", false),
    ];
    for (accept, passes) in cases {
        match verdict(&request("INVITE", "sip:b.test", accept)) {
            Verdict::Refuse(_, fault) => assert!(!passes && fault == Fault::NotAcceptable, "{accept}"),
            other => assert!(passes, "{accept}: {other:?}"),
        }
        for method in ["OPTIONS", "BYE"] {
            assert!(matches!(verdict(&request(method, "sip:b.test", accept)), Verdict::Pass(_)), "{method} {accept}");
        }
    }
}

#[test]
fn a_call_for_help_by_its_urn_passes() {
    for uri in ["urn:service:sos", "urn:service:sos.fire", "URN:Service:SOS.ecall.manual"] {
        for method in ["INVITE", "ACK", "CANCEL"] {
            assert!(matches!(verdict(&request(method, uri, "")), Verdict::Pass(_)), "{method} {uri}");
        }
    }
}

#[test]
fn a_packed_body_is_refused_with_what_would_have_been_understood() {
    let packed = |method, coding: &str| request(method, "sip:b.test", &format!("e: {coding}\r\nl: 4\r\n")) + "v=0\n";
    let Verdict::Refuse(invite, fault) = verdict(&packed("INVITE", "gzip")) else { panic!("let in") };
    let answer = refuse(&invite, &fault, "ours", &Policy::default()).finish().unwrap();
    assert_eq!(answer.status(), Some(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    assert_eq!(answer.header(HeaderName::AcceptEncoding).unwrap().value(), "identity");
    assert!(matches!(verdict(&packed("INVITE", "Identity")), Verdict::Pass(_)));
    assert!(matches!(verdict(&packed("ACK", "gzip")), Verdict::Pass(_)), "an ACK that is dropped leaves a call open");
    assert!(matches!(verdict(&request("INVITE", "sip:b.test", "e: gzip\r\n")), Verdict::Pass(_)), "nothing is packed");
}

#[test]
fn a_501_names_what_is_carried_out_and_not_all_that_has_a_name() {
    let Verdict::Refuse(request, fault) = verdict(&request("NONSENSE", "sip:b.test", "")) else { panic!("let in") };
    let policy = Policy { allowed: &[Method::Invite, Method::Ack], ..Policy::default() };
    let answer = refuse(&request, &fault, "ours", &policy).finish().unwrap();
    assert_eq!(answer.header(HeaderName::Allow).unwrap().value(), "INVITE, ACK");
}

#[test]
fn a_name_in_letters_of_any_language_needs_no_quotes() {
    let text = request("INVITE", "sip:b.test", "").replace("From: <sip:a", "From: Jürgen Müller-Żak <sip:a");
    let Verdict::Pass(message) = verdict(&text) else { panic!("refused") };
    assert_eq!(message.from_addr().unwrap().display_name().unwrap(), "Jürgen Müller-Żak");
}

#[test]
fn an_expires_that_is_no_number_is_no_fault_of_the_message() {
    assert!(matches!(verdict(&request("REGISTER", "sip:b.test", "Expires: abc\r\n")), Verdict::Pass(_)));
}

#[test]
fn the_reason_says_what_to_look_at() {
    let fault = fault(&request("OPTIONS", "sip:b.test", "Max-Forwards: 300\r\n"));
    assert_eq!(fault.reason(), "Bad Request - malformed Max-Forwards: Max-Forwards is not in 0-255");
}

#[test]
fn what_is_supported_may_be_required() {
    let text = request("INVITE", "sip:b.test", "Require: 100rel\r\n");
    let policy = Policy { supported: &["100REL"], ..Policy::default() };
    assert!(matches!(judge(text.into_bytes().into(), &policy), Verdict::Pass(_)));
}

#[test]
fn require_means_nothing_in_ack_and_cancel() {
    for method in ["ACK", "CANCEL"] {
        assert!(matches!(verdict(&request(method, "sip:b.test", "Require: 100rel\r\n")), Verdict::Pass(_)));
    }
}

#[test]
fn nothing_is_answered_where_rfc_3261_wants_silence() {
    let ack = request("ACK", "sip:b.test", "Call-ID: twice\r\n");
    assert!(matches!(verdict(&ack), Verdict::Ignore(Silence::Ack(_))));
    let response = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.7\r\n\r\n";
    assert!(matches!(verdict(response), Verdict::Ignore(Silence::Response(_))));
    let no_via = request("OPTIONS", "sip:b.test", "").replace("Via:", "X-Via:");
    assert!(matches!(verdict(&no_via), Verdict::Ignore(Silence::NoVia(_))));
    let bad_via = request("OPTIONS", "sip:b.test", "").replace("192.0.2.7", "192.0.2.777");
    assert!(matches!(verdict(&bad_via), Verdict::Ignore(Silence::NoVia(_))));
    for keep_alive in ["", "\r\n", "\r\n\r\n", "\0\0\0\0"] {
        assert!(matches!(verdict(keep_alive), Verdict::Ignore(Silence::KeepAlive)));
    }
    let stun = b"\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl";
    assert!(matches!(judge(stun.to_vec().into(), &Policy::default()), Verdict::Ignore(Silence::Stun)));
    assert!(matches!(verdict("GET / HTTP/1.1\r\n\r\n"), Verdict::Ignore(Silence::NotSip(_))));
}

#[test]
fn a_name_in_latin1_is_read_and_a_user_part_in_it_is_refused() {
    let latin1 = |text: String| text.chars().map(|c| u8::try_from(c).unwrap()).collect::<Vec<u8>>();
    let text = request("INVITE", "sip:b.test", "").replace("From: <sip:a", "From: \"M\u{fc}ller\" <sip:a");
    let Verdict::Pass(message) = judge(latin1(text.clone()).into(), &Policy::default()) else { panic!("refused") };
    assert_eq!(message.from_addr().unwrap().display_name().unwrap(), "M\u{fc}ller");
    let user = latin1(text.replace("<sip:a", "<sip:\u{e4}"));
    assert!(matches!(judge(user.into(), &Policy::default()), Verdict::Refuse(_, Fault::Header(_))));
}

#[test]
fn a_cut_message_costs_those_whose_end_matters() {
    for (method, passes) in [("INVITE", false), ("ACK", true), ("BYE", true), ("CANCEL", true)] {
        let cut = request(method, "sip:b.test", "Content-Length: 4\r\n");
        assert_eq!(matches!(verdict(&cut), Verdict::Pass(_)), passes, "{method}: the body");
        let head = cut.trim_end_matches("\r\n");
        assert!(!matches!(verdict(head), Verdict::Pass(_)), "{method}: the head");
    }
}
