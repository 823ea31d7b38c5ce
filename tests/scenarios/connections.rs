//! Phones that register and call over connections: beside those on UDP, and when a connection breaks.

use super::acme;
use crate::support::net::Net;
use crate::support::phone::{View, Whim};
use crate::support::{ms, secs};
use pbx_core::event::Disposition;
use std::time::Duration;

/// Acme, these phones on connections.
fn connected(names: &[&str]) -> Net {
    let mut net = acme();
    for name in names {
        net.phone(name).speaks_tcp();
    }
    net.run_for(secs(1));
    net
}

#[test]
fn every_mixture_of_transports_talks() {
    for names in [&["acme/102"][..], &["acme/103"], &["acme/102", "acme/103"]] {
        let mut net = connected(names);
        net.phone("acme/103").calls("102").hangs_up_after(secs(5));
        net.run();
        net.check();
        assert!(net.heard("acme/103", "acme/102") >= 8 && net.heard("acme/102", "acme/103") >= 8, "{names:?}");
        assert_eq!(net.record().disposition, Disposition::Answered, "{names:?}");
    }
}

#[test]
fn caller_gives_up_at_any_instant_on_its_connection() {
    for after in (1..40).map(|n| ms(n * 53)) {
        let mut net = connected(&["acme/103"]);
        net.phone("acme/102").answers_after(ms(1_500)).then_hangs_up_after(secs(3));
        net.phone("acme/103").calls("102").gives_up_after(after);
        net.run();
        net.check();
        assert!(matches!(net.seen("acme/103").code, Some(200 | 487)), "{after:?}");
    }
}

#[test]
fn connection_breaks_at_any_instant() {
    for who in ["acme/103", "acme/102"] {
        for after in (0..60).map(|n| ms(n * 83)) {
            let mut net = connected(&["acme/102", "acme/103"]);
            net.phone("acme/102").answers_after(secs(2));
            net.phone("acme/103").calls("102").hangs_up_after(secs(2));
            net.connection_breaks_after(after, who);
            net.run();
            net.check();
            assert!(net.seen("acme/103").over.is_some(), "{who} {after:?}");
        }
    }
}

#[test]
fn talk_outlives_its_connection_and_the_phone_is_hung_up_on_its_new_one() {
    for who in ["acme/103", "acme/102"] {
        let mut net = connected(&["acme/102", "acme/103"]);
        let leaves = if who == "acme/103" { "acme/102" } else { "acme/103" };
        if leaves == "acme/102" {
            net.phone(leaves).then_hangs_up_after(secs(60));
            net.phone("acme/103").calls("102");
        } else {
            net.phone("acme/103").calls("102").hangs_up_after(secs(60));
        }
        net.connection_breaks_after(secs(10), who);
        net.run();
        net.check();
        let record = net.record();
        assert_eq!((record.disposition, record.cause.as_str()), (Disposition::Answered, "normal"), "{who}");
        assert!(record.talk_us >= 59_900_000, "{who}: {}", record.talk_us);
        assert!(net.seen(who).was_hung_up.is_some(), "{who} is told on the connection that it came back on");
        assert!(net.heard("acme/103", "acme/102") >= 110 && net.heard("acme/102", "acme/103") >= 110, "{who}");
    }
}

#[test]
fn phone_whose_connection_broke_changes_the_session_on_its_new_one() {
    for who in ["acme/103", "acme/102"] {
        let mut net = connected(&["acme/102", "acme/103"]);
        let call = net.phone("acme/103").calls("102");
        call.then_after(secs(40), Whim::Hold).then_after(secs(45), Whim::Resume).hangs_up_after(secs(60));
        net.connection_breaks_after(secs(10), who);
        net.run();
        net.check();
        assert_eq!(net.seen("acme/103").later_codes, [200, 200], "{who}");
        assert_eq!(net.record().cause, "normal", "{who}");
    }
}

#[test]
fn phone_is_reached_on_its_new_connection() {
    let mut net = connected(&["acme/102"]);
    net.connection_breaks_after(secs(1), "acme/102");
    net.run();
    net.phone("acme/103").calls("102").hangs_up_after(secs(2));
    net.run();
    net.check();
    assert!(net.seen("acme/102").talked());
}

#[test]
fn caller_whose_connection_is_gone_before_an_answer_has_cancelled() {
    let mut net = connected(&["acme/103"]);
    net.phone("acme/102").lets_ring();
    net.phone("acme/103").calls("102");
    net.connection_breaks_after(secs(2), "acme/103");
    net.run();
    net.check();
    assert_eq!(net.record().disposition, Disposition::Cancelled);
    assert_eq!(net.seen("acme/102").code, Some(487), "its phone stops ringing");
    assert_eq!(net.seen("acme/103").code, Some(503));
}

#[test]
fn phone_on_a_connection_is_reachable_at_once_after_a_restart() {
    let mut net = connected(&["acme/102"]);
    net.restarts_after(secs(1));
    net.phone("acme/103").calls("102").after(secs(1)).hangs_up_after(secs(2));
    net.run();
    net.check();
    let view: &View = net.seen("acme/102");
    assert!(view.talked(), "by a connection that the exchange opens to its contact: {view:?}");
}

#[test]
fn phone_that_answers_on_a_new_connection_talks() {
    let mut net = connected(&["acme/102"]);
    net.phone("acme/102").answers_after(secs(10));
    net.phone("acme/103").calls("102").hangs_up_after(secs(30));
    // It knows at once, and the exchange only in the midst of the talk.
    net.connection_is_cut_after(secs(2), "acme/102", secs(20));
    net.run();
    net.check();
    assert!(net.seen("acme/102").acknowledged.is_some() && net.seen("acme/102").was_hung_up.is_some());
    let record = net.record();
    assert_eq!((record.disposition, record.cause.as_str()), (Disposition::Answered, "normal"));
    assert!(record.talk_us >= 29_990_000);
}

#[test]
fn phone_that_answers_what_was_given_up_with_its_connection_is_hung_up_at_once() {
    let mut net = connected(&["acme/102"]);
    net.phone("acme/102").answers_after(secs(10));
    net.phone("acme/103").calls("102").hangs_up_after(secs(30));
    net.connection_is_cut_after(secs(2), "acme/102", secs(3));
    net.run();
    net.check();
    let (view, record) = (net.seen("acme/102"), net.record());
    assert_eq!(record.disposition, Disposition::NoAnswer);
    assert!(view.was_hung_up.is_some_and(|at| at.since(view.answered.unwrap()) < secs(1)), "{view:?}");
}

#[test]
fn answer_that_comes_again_after_the_loss_of_its_connection_is_acknowledged_on_the_new_one() {
    let mut net = connected(&["acme/102"]);
    net.phone("acme/102").answers_after(secs(10));
    net.phone("acme/103").calls("102").hangs_up_after(secs(30));
    // The 200 arrives, its ACK does not.
    net.connection_is_cut_after(secs(10) + Duration::from_micros(5_500), "acme/102", ms(100));
    net.run();
    net.check();
    let (view, record) = (net.seen("acme/102"), net.record());
    assert_eq!((record.disposition, record.cause.as_str()), (Disposition::Answered, "normal"));
    assert!(view.acknowledged.is_some_and(|at| at.since(view.answered.unwrap()) < secs(1)), "{view:?}");
}

#[test]
fn caller_whose_bye_is_lost_with_its_second_connection_has_talked_until_it_was_heard_last() {
    let mut net = connected(&["acme/103"]);
    net.phone("acme/102").bears_silence();
    net.phone("acme/103").calls("102").hangs_up_after(secs(40));
    net.connection_is_cut_after(secs(5), "acme/103", ms(10));
    // The BYE is on its way.
    net.connection_breaks_after(secs(42) + Duration::from_micros(5_500), "acme/103");
    net.run();
    net.check();
    let record = net.record();
    assert_eq!((record.disposition, record.cause.as_str()), (Disposition::Answered, "far-end-vanished"));
    assert!(
        (39_000_000..=40_000_000).contains(&record.talk_us),
        "it talked on its second connection: {}",
        record.talk_us
    );
}
