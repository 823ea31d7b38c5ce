//! Phones that lose their power at any instant: nothing is left behind, and the record says what could be known.

use super::acme;
use crate::support::net::Net;
use crate::support::phone::{VanishesAfter, Whim};
use crate::support::{ms, secs};
use pbx_core::event::{Disposition, EventKind};

/// Acme with 102 and 103 on cables or connections, and nobody who comes back by itself before the end.
fn with_connections(connected: bool) -> Net {
    let mut net = acme();
    if connected {
        net.phone("acme/102").speaks_tcp();
        net.phone("acme/103").speaks_tcp();
        net.run_for(secs(1));
    }
    net
}

/// Runs it, and how the only call ended.
fn end(net: &mut Net) -> (Disposition, String) {
    net.run();
    net.check();
    let record = net.record();
    (record.disposition, record.cause)
}

#[test]
fn caller_vanishes_at_any_instant() {
    for connected in [false, true] {
        for after in (1..60).map(|n| ms(n * 97)) {
            let mut net = with_connections(connected);
            net.phone("acme/102").answers_after(secs(2)).then_hangs_up_after(secs(3));
            net.phone("acme/103").calls("102").vanishes(VanishesAfter::Invite(after));
            net.run();
            net.check();
            assert_eq!(net.exchange.records().len(), 1, "{after:?}");
        }
    }
}

#[test]
fn called_phone_vanishes_at_any_instant() {
    for connected in [false, true] {
        for after in (0..60).map(|n| ms(n * 97)) {
            let mut net = with_connections(connected);
            net.phone("acme/102").answers_after(secs(2)).vanishes(VanishesAfter::Invite(after));
            net.phone("acme/103").calls("102").hangs_up_after(secs(3));
            net.run();
            net.check();
            assert!(net.seen("acme/103").over.is_some(), "{after:?}");
        }
    }
}

#[test]
fn caller_that_never_acknowledges_ends_the_call_and_the_other_is_hung_up() {
    let mut net = acme();
    net.phone("acme/102").answers_after(secs(2));
    net.phone("acme/103").calls("102").vanishes(VanishesAfter::Invite(secs(1)));
    assert_eq!(end(&mut net), (Disposition::Failed, "no-ack".to_owned()));
    assert!(net.seen("acme/102").was_hung_up.is_some());
}

#[test]
fn called_phone_that_vanishes_with_its_answer_may_have_been_heard() {
    for after in (0..6).map(ms) {
        let mut net = acme();
        net.phone("acme/102").vanishes(VanishesAfter::Answer(after));
        net.phone("acme/103").calls("102").hangs_up_after(secs(5));
        assert_eq!(end(&mut net), (Disposition::Answered, "normal".to_owned()), "{after:?}");
        assert!(net.record().talk_us >= 4_990_000, "{after:?}");
    }
}

#[test]
fn called_phone_that_vanishes_in_a_reinvite_leaves_a_caller_who_can_still_hang_up() {
    for after in (0..6).map(ms) {
        let mut net = acme();
        net.phone("acme/102").vanishes(VanishesAfter::Reinvite(after));
        net.phone("acme/103").calls("102").then_after(secs(2), Whim::Hold).hangs_up_after(secs(10));
        assert_eq!(end(&mut net).0, Disposition::Answered, "{after:?}");
        assert!(net.record().talk_us >= 9_990_000, "{after:?}");
    }
}

/// Of a call that ended because somebody was gone: how many seconds passed from the answer to its end.
fn seconds_until_noticed(net: &Net) -> u64 {
    let at = |is_it: fn(&EventKind) -> bool| {
        let event = net.exchange.events.iter().find(|event| is_it(&event.kind));
        event.map_or_else(|| net.fail("it was not told"), |event| event.at.mono)
    };
    let ended = at(|kind| matches!(kind, EventKind::CallEnded { .. }));
    ended.since(at(|kind| matches!(kind, EventKind::Answered { .. }))).as_secs()
}

#[test]
fn two_who_talk_and_both_vanish_have_talked_until_the_first_was_gone() {
    for (connected, freezing) in [(false, 0), (true, 0), (false, 1000)] {
        let mut net = with_connections(connected);
        net.exchange.freezing = freezing;
        net.phone("acme/102").vanishes(VanishesAfter::Answer(secs(5)));
        net.phone("acme/103").calls("102").vanishes(VanishesAfter::Answer(secs(6)));
        // By then the exchange knows of the connections, and that nobody takes a new one.
        let cause = if connected { "flow-lost" } else { "far-end-vanished" };
        assert_eq!(end(&mut net), (Disposition::Answered, cause.to_owned()), "{connected}");
        let talked = net.record().talk_us;
        assert!((4_400_000..5_100_000).contains(&talked), "to the last packet: {talked}");
        assert!((120..160).contains(&seconds_until_noticed(&net)), "{}", seconds_until_noticed(&net));
    }
}

#[test]
fn one_who_vanishes_is_missed_and_the_patient_other_hung_up() {
    for who in ["acme/102", "acme/103"] {
        let mut net = acme();
        let gone = VanishesAfter::Answer(secs(90));
        net.phone("acme/102").bears_silence();
        net.phone("acme/103").bears_silence();
        if who == "acme/102" {
            net.phone(who).vanishes(gone);
            net.phone("acme/103").calls("102");
        } else {
            net.phone(who).calls("102").vanishes(gone);
        }
        assert_eq!(end(&mut net), (Disposition::Answered, "far-end-vanished".to_owned()), "{who}");
        let other = if who == "acme/102" { "acme/103" } else { "acme/102" };
        assert!(net.seen(other).was_hung_up.is_some());
        assert!((89_000_000..90_100_000).contains(&net.record().talk_us), "{}", net.record().talk_us);
    }
}

#[test]
fn two_who_are_silent_for_an_hour_of_hold_are_asked_and_left_alone() {
    for connected in [false, true] {
        let mut net = with_connections(connected);
        net.phone("acme/102").bears_silence().is_mute();
        net.phone("acme/103").bears_silence().is_mute();
        net.phone("acme/103").calls("102").then_after(secs(5), Whim::Hold).hangs_up_after(secs(3_600));
        assert_eq!(end(&mut net), (Disposition::Answered, "normal".to_owned()));
        assert_eq!(net.record().talk_us / 1_000_000, 3_600);
    }
}

#[test]
fn restarted_phone_says_that_it_knows_nothing_of_the_call_and_the_call_ends() {
    let mut net = acme();
    net.phone("acme/103").bears_silence();
    net.phone("acme/102").comes_back().vanishes(VanishesAfter::Answer(secs(5)));
    net.phone("acme/103").calls("102");
    assert_eq!(end(&mut net), (Disposition::Answered, "far-end-vanished".to_owned()));
}

#[test]
fn phone_that_comes_back_is_reached_again_and_knows_nothing_of_its_call() {
    for connected in [false, true] {
        let mut net = with_connections(connected);
        net.phone("acme/102").comes_back().vanishes(VanishesAfter::Answer(secs(1)));
        net.phone("acme/103").calls("102").hangs_up_after(secs(2));
        net.run();
        net.phone("acme/102").itself().manner.vanishes = None;
        net.phone("acme/104").calls("102").hangs_up_after(secs(2));
        net.run();
        net.check();
        let (first, second) = (&net.all_seen("acme/102")[0], &net.all_seen("acme/102")[1]);
        assert!(first.vanished.is_some() && first.was_hung_up.is_none());
        assert!(second.talked(), "{second:?}");
    }
}
