//! Phones that lose their power at any instant: nothing is left behind, and the record says what could be known.

use super::acme;
use crate::support::net::Net;
use crate::support::phone::{VanishesAfter, Whim};
use crate::support::{ms, secs};
use pbx_core::event::Disposition;

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

#[test]
fn two_who_talk_and_both_vanish_are_ended_at_the_console() {
    let mut net = acme();
    net.phone("acme/102").vanishes(VanishesAfter::Answer(secs(5)));
    net.phone("acme/103").calls("102").vanishes(VanishesAfter::Answer(secs(6)));
    assert_eq!(end(&mut net), (Disposition::Answered, "operator-hung-up".to_owned()));
}

#[test]
fn one_of_two_who_vanish_had_a_connection_whose_loss_ends_the_call() {
    let mut net = acme();
    net.phone("acme/102").speaks_tcp();
    net.run_for(secs(1));
    net.phone("acme/102").vanishes(VanishesAfter::Answer(secs(5)));
    net.phone("acme/103").calls("102").vanishes(VanishesAfter::Answer(secs(6)));
    assert_eq!(end(&mut net), (Disposition::Answered, "flow-lost".to_owned()));
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
