//! What the reports of two ports say about a conversation.

use crate::virtual_relay::{Call, addr};
use pbx_media::PortReport;
use pbx_media::verdict::{Finding, Heard, Heeded, Side, Verdict, verdict};

fn judged(a: &PortReport, b: &PortReport) -> Verdict {
    verdict(Heeded { report: a, silence_expected: false }, Heeded { report: b, silence_expected: false })
}

fn spoke(address: &str) -> PortReport {
    PortReport {
        packets: 500,
        sent: 500,
        announced: Some(addr(address)),
        latched: Some(addr(address)),
        ..silent(address)
    }
}

fn silent(address: &str) -> PortReport {
    PortReport { sent: 500, announced: Some(addr(address)), ..PortReport::default() }
}

#[test]
fn good_call_has_no_findings() {
    let verdict = judged(&spoke("192.0.2.1:5000"), &spoke("192.0.2.2:5000"));
    assert_eq!(verdict, Verdict { heard: Heard::Both, findings: vec![] });
}

#[test]
fn silent_side_is_named_with_what_its_sdp_said() {
    let announced = Some(addr("10.0.0.7:4000"));
    let verdict = judged(&spoke("192.0.2.1:5000"), &silent("10.0.0.7:4000"));
    assert_eq!(verdict.heard, Heard::NothingFromB);
    assert_eq!(verdict.findings, [Finding::NothingCame { side: Side::B, announced }]);
    let verdict = judged(&silent("10.0.0.7:4000"), &spoke("192.0.2.1:5000"));
    assert_eq!(verdict.heard, Heard::NothingFromA);
    assert_eq!(judged(&PortReport::default(), &PortReport::default()).heard, Heard::NothingFromEither);
}

#[test]
fn silence_on_hold_is_no_fault() {
    let (a, b) = (spoke("192.0.2.1:5000"), PortReport { sent: 0, ..silent("192.0.2.2:5000") });
    let a = Heeded { report: &a, silence_expected: false };
    let verdict = verdict(a, Heeded { report: &b, silence_expected: true });
    assert_eq!(verdict, Verdict { heard: Heard::Both, findings: vec![] });
}

#[test]
fn one_who_was_sent_nothing_is_named() {
    let verdict = judged(&spoke("192.0.2.1:5000"), &PortReport::default());
    assert!(verdict.findings.contains(&Finding::NothingSent { side: Side::B }));
}

#[test]
fn nat_and_stranger_are_told_apart_in_a_relayed_call() {
    let mut call = Call::joined();
    call.aim(call.a, Some("192.0.2.1:5000"), None, None);
    call.aim_b("10.0.0.7:4000", Some("198.51.100.7"));
    call.b_hears("198.51.100.7:33000", 1, 50);
    call.b_hears("203.0.113.66:6666", 1, 9);
    let (a, b) = (call.a, call.b);
    let verdict = judged(&call.release(a), &call.release(b));
    let (announced, latched) = (addr("10.0.0.7:4000"), addr("198.51.100.7:33000"));
    assert_eq!(verdict.heard, Heard::NothingFromA);
    assert!(verdict.findings.contains(&Finding::Elsewhere { side: Side::B, announced, latched }));
    let stranger = Finding::Stranger { side: Side::B, from: addr("203.0.113.66:6666"), datagrams: 9 };
    assert!(verdict.findings.contains(&stranger));
}
