//! Phones behind a NAT that soon forgets them, and a phone that hears nothing for a while.

use super::acme;
use crate::support::net::Net;
use crate::support::phone::{Alarm, VanishesAfter, Whim};
use crate::support::{ms, secs};
use pbx_core::event::Disposition;
use std::time::Duration;

const HOME: [u8; 4] = [198, 51, 100, 20];

/// Acme, 102 at home behind a NAT that forgets in that time.
fn at_home(life: Duration) -> Net {
    let mut net = acme();
    net.behind_nat("acme/102", HOME.into(), life);
    let n = net.place_of("acme/102");
    net.remind(secs(1), n, Alarm::Register);
    net.run_for(secs(2));
    net
}

#[test]
fn phone_behind_a_nat_that_forgets_in_30_s_is_reached_an_hour_later() {
    let mut net = at_home(secs(30));
    for minutes in [1, 20, 39] {
        net.run_for(secs(minutes * 60));
        net.phone("acme/103").calls("102").hangs_up_after(secs(6));
        net.run_for(secs(20));
        let view = net.all_seen("acme/102").last().expect("a call");
        assert!(view.talked() && view.was_hung_up.is_some(), "{view:?}");
    }
    net.run();
    net.check();
}

#[test]
fn phone_behind_a_nat_that_was_restarted_is_reached_again_in_two_minutes() {
    let mut net = at_home(secs(300));
    net.run_for(secs(600));
    net.nats.forget(HOME.into());
    net.run_for(secs(120));
    net.phone("acme/103").calls("102").hangs_up_after(secs(6));
    net.run();
    net.check();
    assert!(net.seen("acme/102").talked());
}

#[test]
fn restarted_exchange_keeps_the_way_through_a_nat_open() {
    let mut net = at_home(secs(30));
    net.restarts_after(secs(1));
    net.run_for(secs(70));
    net.phone("acme/103").calls("102").hangs_up_after(secs(6));
    net.run();
    net.check();
    assert!(net.seen("acme/102").talked());
}

#[test]
fn phone_behind_a_nat_that_is_held_for_an_hour_is_told_of_the_end() {
    for freezing in [0, 200] {
        let mut net = at_home(secs(30));
        net.exchange.freezing = freezing;
        for name in ["acme/102", "acme/103"] {
            net.phone(name).bears_silence().is_mute();
        }
        net.phone("acme/103").calls("102").then_after(secs(5), Whim::Hold).hangs_up_after(secs(3_600));
        net.run();
        net.check();
        assert_eq!(net.record().cause, "normal");
        let (view, other) = (net.seen("acme/102"), net.seen("acme/103"));
        assert!(view.was_hung_up.is_some_and(|at| at.since(other.hung_up.unwrap()) < ms(100)), "{view:?}");
    }
}

#[test]
fn phone_whose_nat_was_restarted_in_a_call_is_hung_up_at_its_newest_flow() {
    let mut net = at_home(secs(300));
    for name in ["acme/102", "acme/103"] {
        net.phone(name).bears_silence();
    }
    net.phone("acme/103").calls("102").hangs_up_after(secs(140));
    net.run_for(secs(4));
    net.nats.forget(HOME.into());
    net.run();
    net.check();
    let (view, other) = (net.seen("acme/102"), net.seen("acme/103"));
    assert_eq!(net.record().cause, "normal");
    assert!(view.was_hung_up.is_some_and(|at| at.since(other.hung_up.unwrap()) < ms(100)), "{view:?}");
    assert!(net.heard("acme/103", "acme/102") >= 200, "and its sound comes from its new port");
}

#[test]
fn phone_on_hold_that_hears_nothing_for_three_minutes_resumes() {
    let mut net = acme();
    for name in ["acme/102", "acme/103"] {
        net.phone(name).bears_silence().is_mute();
    }
    let call = net.phone("acme/103").calls("102");
    call.then_after(secs(5), Whim::Hold).then_after(secs(255), Whim::Resume).hangs_up_after(secs(265));
    net.hears_nothing("acme/102", secs(60), secs(250));
    net.run();
    net.check();
    assert_eq!((net.record().disposition, net.record().cause.as_str()), (Disposition::Answered, "normal"));
    assert_eq!(net.seen("acme/103").later_codes, [200, 200]);
}

#[test]
fn call_on_hold_whose_phones_are_gone_ends_in_the_end() {
    let mut net = acme();
    net.phone("acme/102").bears_silence().is_mute().vanishes(VanishesAfter::Answer(secs(10)));
    net.phone("acme/103").bears_silence().is_mute();
    let call = net.phone("acme/103").calls("102").vanishes(VanishesAfter::Answer(secs(10)));
    call.then_after(secs(5), Whim::Hold);
    net.run();
    net.check();
    let record = net.record();
    assert_eq!((record.disposition, record.cause.as_str()), (Disposition::Answered, "far-end-vanished"));
    assert!(record.talk_us <= 10_100_000, "they were there for ten seconds: {}", record.talk_us);
}
