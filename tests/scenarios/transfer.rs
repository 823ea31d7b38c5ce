//! One of two who talk transfers the other by REFER (RFC 3515, RFC 5589 §6). In these scenarios 103 calls 102, and either of them
//! asks.

mod failing;
mod mishaps;
mod refused;

use super::acme;
use crate::support::net::Net;
use crate::support::phone::{Alarm, HoldsBy, Whim};
use crate::support::{ms, secs};
use pbx_core::base::ids::LegId;
use pbx_core::cdr::CallRecord;
use pbx_core::event::{Disposition, EventKind};
use std::time::Duration;

/// Who transfers, and who is transferred.
const SIDES: [(&str, &str); 2] = [("acme/103", "acme/102"), ("acme/102", "acme/103")];

/// The target, at 104.
const TARGET: &str = "acme/104";

/// Plans the call of 103 to 102, in which somebody does this, counted from the answer.
fn talk(net: &mut Net, by: &str, whims: &[(Duration, Whim)]) {
    if by == "acme/102" {
        for (after, whim) in whims {
            net.phone(by).then_after(*after, whim.clone());
        }
    }
    let mut call = net.phone("acme/103").calls("102");
    for (after, whim) in whims.iter().filter(|_| by == "acme/103") {
        call = call.then_after(*after, whim.clone());
    }
}

/// Somebody who is in its only call does something that much later.
fn does(net: &mut Net, name: &str, after: Duration, whim: Whim) {
    let (place, call) = (net.place_of(name), net.seen(name).call_id.clone());
    net.remind(after, place, Alarm::Do(call, whim));
}

/// Runs it and holds every rule against it; the only record.
fn outcome(net: &mut Net) -> CallRecord {
    net.run();
    net.check();
    net.record()
}

/// The codes that were reported to a phone.
fn reported(net: &Net, name: &str) -> Vec<u16> {
    net.seen(name).notified.iter().map(|notified| notified.code).collect()
}

/// A phone's leg in the record.
fn leg_of(net: &Net, record: &CallRecord, name: &str) -> LegId {
    let call = &net.seen(name).call_id;
    record.legs.iter().find(|leg| leg.sip_call_id == *call).map_or_else(|| net.fail("it has no leg"), |leg| leg.id)
}

/// Both hear each other, as long as they can in so many seconds.
fn hear_each_other(net: &Net, one: &str, other: &str, seconds: u64) {
    let heard = [net.heard(one, other), net.heard(other, one)];
    let least = seconds * 2 - 2;
    if heard.iter().any(|heard| *heard < least) {
        net.fail(&format!("{one} and {other} heard {heard:?} packets of each other and not {least}"));
    }
}

/// Two stretches of talk, of those two and then of the one who was transferred with the target.
fn talked_one_after_the_other(net: &Net, record: &CallRecord, by: &str, of: &str) {
    let [one, two] = &record.segments[..] else { net.fail(&format!("not two segments: {record:#?}")) };
    let sides = |segment: &pbx_core::cdr::Segment| {
        let mut sides = [segment.a, segment.b];
        sides.sort();
        sides
    };
    let legs = |names: [&str; 2]| {
        let mut legs = names.map(|name| leg_of(net, record, name));
        legs.sort();
        legs
    };
    assert_eq!((sides(one), sides(two)), (legs([by, of]), legs([of, TARGET])), "{by}");
    assert!(one.to <= two.from, "{by}: {one:?} {two:?}");
    assert_eq!(record.legs.len(), 3, "{by}");
    assert_eq!((record.to.number.as_str(), record.disposition), ("104", Disposition::Answered), "{by}");
}

#[test]
fn either_side_transfers_the_other_and_those_who_remain_talk() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).then_hangs_up_after(secs(10));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        let record = outcome(&mut net);
        assert_eq!((&net.seen(by).later_codes[..], &reported(&net, by)[..]), (&[202][..], &[100, 200][..]), "{by}");
        assert!(net.seen(by).was_hung_up.is_some() && net.seen(by).hung_up.is_none(), "{by} is hung up by us");
        hear_each_other(&net, by, of, 5);
        hear_each_other(&net, of, TARGET, 10);
        talked_one_after_the_other(&net, &record, by, of);
        assert_eq!(record.hung_up, Some(leg_of(&net, &record, TARGET)), "{by}");
        assert_eq!(record.cause, "normal", "{by}");
        assert!((14_900_000..15_100_000).contains(&record.talk_us), "{by}: {}", record.talk_us);
    }
}

#[test]
fn every_answer_is_published() {
    let mut net = acme();
    net.phone(TARGET).then_hangs_up_after(secs(10));
    talk(&mut net, "acme/103", &[(secs(3), Whim::Transfer("104"))]);
    outcome(&mut net);
    let answered = net.exchange.told().filter_map(|kind| match kind {
        EventKind::Answered { by, .. } => Some(("answered", by.number.as_str())),
        EventKind::Transferred { by, .. } => Some(("transferred", by.number.as_str())),
        _ => None,
    });
    assert_eq!(answered.collect::<Vec<_>>(), [("answered", "102"), ("transferred", "104")]);
    let ended = net.exchange.told().filter(|kind| matches!(kind, EventKind::CallEnded { .. }));
    assert_eq!(ended.count(), 1);
}

#[test]
fn first_report_comes_at_once_and_the_last_with_the_answer() {
    for (by, _) in SIDES {
        let mut net = acme();
        net.phone(TARGET).answers_after(secs(7)).then_hangs_up_after(secs(2));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        outcome(&mut net);
        let (view, target) = (net.seen(by), net.seen(TARGET));
        let [first, last] = &view.notified[..] else { net.fail(&format!("{:?}", view.notified)) };
        let asked = view.acknowledged.or(view.answered).unwrap() + secs(3);
        assert!(first.at.since(asked) < ms(20), "{by}: {:?}", first.at.since(asked));
        assert!(last.at.since(target.answered.unwrap()) < ms(20), "{by}");
        assert!(first.state.starts_with("active;expires="), "{by}: {}", first.state);
        assert_eq!(last.state, "terminated;reason=noresource", "{by}");
        assert!(view.was_hung_up.unwrap().since(last.at) < ms(20), "{by}");
    }
}

#[test]
fn two_talk_until_the_target_answers_and_not_a_moment_longer() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).answers_after(secs(10)).then_hangs_up_after(secs(20));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        net.run_for(secs(14));
        hear_each_other(&net, by, of, 11);
        net.run_for(secs(5));
        let before = [net.heard(by, of), net.heard(of, by)];
        hear_each_other(&net, of, TARGET, 3);
        outcome(&mut net);
        assert_eq!([net.heard(by, of), net.heard(of, by)], before, "{by}");
        assert_eq!([net.heard(by, TARGET), net.heard(TARGET, by)], [0, 0], "{by}");
        hear_each_other(&net, of, TARGET, 20);
    }
}

#[test]
fn all_phones_of_the_target_ring_and_the_others_stop() {
    let mut net = acme();
    net.phone("acme/101").lets_ring();
    net.phone("acme-101-1").answers_after(secs(4)).then_hangs_up_after(secs(5));
    net.phone("acme-101-2").lets_ring();
    talk(&mut net, "acme/103", &[(secs(3), Whim::Transfer("101"))]);
    let record = outcome(&mut net);
    assert_eq!(["acme/101", "acme-101-2"].map(|name| net.seen(name).code), [Some(487); 2]);
    hear_each_other(&net, "acme/102", "acme-101-1", 5);
    assert_eq!((record.legs.len(), record.segments.len()), (5, 2));
}

#[test]
fn target_sees_who_is_transferred() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).then_hangs_up_after(secs(2));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        outcome(&mut net);
        assert_eq!(Some(net.seen(TARGET).caller.as_str()), of.split('/').nth(1));
    }
}

#[test]
fn who_leaves_as_soon_as_it_is_accepted_leaves_the_others_to_each_other() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).answers_after(secs(6)).then_hangs_up_after(secs(10));
        talk(&mut net, by, &[(secs(3), Whim::TransferAndLeave("104"))]);
        let record = outcome(&mut net);
        let view = net.seen(by);
        assert!(view.hung_up.is_some() && view.was_hung_up.is_none(), "{by}");
        hear_each_other(&net, by, of, 3);
        hear_each_other(&net, of, TARGET, 10);
        talked_one_after_the_other(&net, &record, by, of);
        let silent = record.segments[1].from.micros() - record.segments[0].to.micros();
        assert!((5_900_000..6_100_000).contains(&silent), "{by}: it waits as long as it rings: {silent}");
        assert!((18_900_000..19_100_000).contains(&record.talk_us), "{by}: {}", record.talk_us);
    }
}

#[test]
fn who_leaves_with_the_answer_crosses_our_bye() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).then_hangs_up_after(secs(10));
        talk(&mut net, by, &[(secs(3), Whim::TransferAndCross("104"))]);
        let record = outcome(&mut net);
        assert!(net.seen(by).hung_up.is_some(), "{by}");
        hear_each_other(&net, of, TARGET, 10);
        talked_one_after_the_other(&net, &record, by, of);
        assert_eq!(record.hung_up, Some(leg_of(&net, &record, TARGET)), "{by}");
    }
}

#[test]
fn who_is_transferred_may_end_it() {
    for (by, of) in SIDES {
        let mut net = acme();
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        net.run_for(secs(12));
        does(&mut net, of, Duration::ZERO, Whim::HangUp);
        let record = outcome(&mut net);
        assert_eq!(record.hung_up, Some(leg_of(&net, &record, of)), "{by}");
        assert!(net.seen(TARGET).was_hung_up.is_some(), "{by}");
    }
}

#[test]
fn held_side_is_transferred_and_hears_the_target() {
    for holds_by in [HoldsBy::SendOnly, HoldsBy::Inactive, HoldsBy::PortZero, HoldsBy::Zeros] {
        for (by, of) in SIDES {
            let mut net = acme();
            net.phone(TARGET).then_hangs_up_after(secs(10));
            net.phone(by).itself().manner.holds_by = holds_by;
            talk(&mut net, by, &[(secs(3), Whim::Hold), (secs(5), Whim::Transfer("104"))]);
            let record = outcome(&mut net);
            assert_eq!(net.seen(by).later_codes, [200, 202], "{by} {holds_by:?}");
            assert_eq!(net.seen(of).asked.last().map(String::as_str), Some("sendrecv"), "{by} {holds_by:?}");
            hear_each_other(&net, of, TARGET, 10);
            talked_one_after_the_other(&net, &record, by, of);
        }
    }
}

#[test]
fn side_that_holds_is_transferred_holding_and_resumes() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).then_hangs_up_after(secs(30));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        net.run_for(secs(4));
        does(&mut net, of, Duration::ZERO, Whim::Hold);
        does(&mut net, of, secs(14), Whim::Resume);
        net.run_for(secs(13));
        assert!(net.heard(of, TARGET) <= 2, "{of} holds: {}", net.heard(of, TARGET));
        let record = outcome(&mut net);
        assert!(net.heard(of, TARGET) >= 30, "{of} has resumed: {}", net.heard(of, TARGET));
        talked_one_after_the_other(&net, &record, by, of);
    }
}

#[test]
fn two_who_remain_agree_on_a_codec() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(by).takes(&[8, 101]);
        net.phone(TARGET).takes(&[0, 101]).then_hangs_up_after(secs(10));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        outcome(&mut net);
        hear_each_other(&net, of, TARGET, 10);
        let offered = net.seen(of).offered.last();
        assert!(offered.is_some_and(|offered| offered.first() == Some(&0)), "{by}: {offered:?}");
    }
}

#[test]
fn target_transfers_on() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).then_after(secs(5), Whim::Transfer("101"));
        net.phone("acme/101").answers_after(secs(1)).then_hangs_up_after(secs(5));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        let record = outcome(&mut net);
        hear_each_other(&net, of, TARGET, 5);
        hear_each_other(&net, of, "acme/101", 5);
        assert_eq!((record.segments.len(), record.to.number.as_str()), (3, "101"), "{by}");
    }
}

#[test]
fn who_was_transferred_transfers_the_target() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone("acme/101").answers_after(secs(1)).then_hangs_up_after(secs(5));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        net.run_for(secs(12));
        does(&mut net, of, Duration::ZERO, Whim::Transfer("101"));
        let record = outcome(&mut net);
        assert_eq!((&net.seen(of).later_codes[..], &reported(&net, of)[..]), (&[202][..], &[100, 200][..]), "{by}");
        hear_each_other(&net, TARGET, "acme/101", 5);
        assert_eq!((record.segments.len(), record.to.number.as_str()), (3, "101"), "{by}");
    }
}

#[test]
fn call_from_outside_is_transferred() {
    let mut net = super::trunk::net();
    net.phone("acme/101").then_after(secs(3), Whim::Transfer("102"));
    net.phone("acme/102").then_hangs_up_after(secs(10));
    net.phone("carrier").calls("+4930555100");
    let record = outcome(&mut net);
    hear_each_other(&net, "carrier", "acme/101", 5);
    hear_each_other(&net, "carrier", "acme/102", 10);
    assert_eq!((record.segments.len(), record.to.number.as_str()), (2, "102"));
}
