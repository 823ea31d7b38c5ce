//! What two who talk may change: hold, codec, both at once.

use super::acme;
use crate::support::phone::Whim;
use crate::support::{ms, secs};
use pbx_core::base::ids::LegId;
use pbx_core::event::EventKind;

#[test]
fn hold_and_resume_reach_the_other_side() {
    let mut net = acme();
    let call = net.phone("acme/103").calls("102");
    call.then_after(secs(2), Whim::Hold).then_after(secs(6), Whim::Resume).hangs_up_after(secs(10));
    net.run();
    net.check();
    assert_eq!(net.seen("acme/102").asked, ["sendonly", "sendrecv"]);
    assert_eq!(net.seen("acme/103").later_codes, [200, 200]);
    let heard = net.heard("acme/103", "acme/102");
    assert!((8..=16).contains(&heard), "who holds hears nothing meanwhile: {heard}");
    let told: Vec<_> = net.exchange.told().collect();
    let answered = told.iter().find_map(|kind| match kind {
        EventKind::Answered { leg, .. } => Some(*leg),
        _ => None,
    });
    let by_caller = |leg: &LegId| answered.is_some_and(|answered| answered != *leg);
    assert!(told.iter().any(|kind| matches!(kind, EventKind::Held { leg } if by_caller(leg))));
    assert!(told.iter().any(|kind| matches!(kind, EventKind::Resumed { leg } if by_caller(leg))));
}

#[test]
fn codec_changes_by_reinvite() {
    let mut net = acme();
    net.phone("acme/102").takes(&[8, 0, 101]);
    let call = net.phone("acme/103").calls("102");
    call.offers(&[8, 101]).then_after(secs(2), Whim::Codecs(vec![0, 101])).hangs_up_after(secs(6));
    net.run();
    net.check();
    assert_eq!(net.seen("acme/103").later_codes, [200]);
    assert_eq!(net.seen("acme/102").offered, [[0, 101]], "the new codecs, and none of the old");
    assert_eq!(net.seen("acme/103").agreed, [[0, 101]]);
    assert!(net.heard("acme/103", "acme/102") >= 10 && net.heard("acme/102", "acme/103") >= 10);
}

#[test]
fn codec_that_nobody_has_is_refused_and_the_call_goes_on() {
    let mut net = acme();
    net.phone("acme/102").takes(&[8, 101]);
    let call = net.phone("acme/103").calls("102");
    call.offers(&[8, 101]).then_after(secs(2), Whim::Codecs(vec![9])).hangs_up_after(secs(6));
    net.run();
    net.check();
    assert_eq!(net.seen("acme/102").offered, [[9]]);
    assert_eq!(net.seen("acme/103").later_codes, [488]);
    assert!(net.seen("acme/103").agreed.is_empty());
    assert!(net.record().talk_us > 5_900_000);
}

#[test]
fn no_codec_in_common_ends_the_call_before_it_begins() {
    let mut net = acme();
    net.phone("acme/102").takes(&[0]);
    net.phone("acme/103").calls("102").offers(&[9]);
    net.run();
    net.check();
    assert!(matches!(net.seen("acme/103").code, Some(480 | 488)), "{:?}", net.seen("acme/103").code);
}

#[test]
fn both_hold_at_once_and_both_get_an_answer() {
    for apart in [0, 1, 2, 3, 5, 8] {
        let mut net = acme();
        net.phone("acme/102").answers_after(secs(1));
        net.phone("acme/103").calls("102").then_after(secs(3), Whim::Hold).hangs_up_after(secs(12));
        net.run_for(secs(1) + ms(500));
        let callee = net.place_of("acme/102");
        let call = net.seen("acme/102").call_id.clone();
        net.remind(secs(2) + ms(500 + apart), callee, crate::support::phone::Alarm::Do(call, Whim::Hold));
        net.run();
        net.check();
        let codes = [&net.seen("acme/103").later_codes, &net.seen("acme/102").later_codes];
        assert!(codes.iter().all(|codes| matches!(codes[..], [200 | 491 | 500])), "{apart}: {codes:?}");
    }
}
