//! Transfers over bad networks, on frozen engines, and when power or connections fail in the middle.

use super::{SIDES, TARGET, hear_each_other, outcome, reported, talk, talked_one_after_the_other};
use crate::scenarios::acme;
use crate::support::company::Company;
use crate::support::exchange::SERVER;
use crate::support::net::Net;
use crate::support::phone::{Alarm, VanishesAfter, Whim};
use crate::support::weather::Climate;
use crate::support::{ms, secs};

const WHIMS: [Whim; 3] = [Whim::Transfer("104"), Whim::TransferAndLeave("104"), Whim::TransferAndCross("104")];

/// Acme on that many engines, its network foul once all are registered.
fn foul(seed: u64, engines: usize) -> Net {
    let mut net = Net::new(seed, engines, vec![Company::new("acme", 1).with_extensions(&["102", "103", "104"])]);
    net.ready();
    net.weather.climate = Climate::FOUL;
    net
}

#[test]
fn transfer_over_a_bad_network_succeeds() {
    for seed in 1..=40 {
        for whim in WHIMS {
            let (by, of) = SIDES[(seed % 2) as usize];
            let mut net = foul(seed, 1);
            net.phone(TARGET).then_hangs_up_after(secs(20));
            talk(&mut net, by, &[(secs(3), whim.clone())]);
            let record = outcome(&mut net);
            assert_eq!(net.seen(by).later_codes, [202], "{seed} {by} {whim:?}");
            talked_one_after_the_other(&net, &record, by, of);
            assert!(net.heard(of, TARGET) >= 20 && net.heard(TARGET, of) >= 20, "{seed} {by} {whim:?}");
        }
    }
}

#[test]
fn acceptance_that_is_lost_again_and_again_hinders_nobody() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).then_hangs_up_after(secs(10));
        net.weather.loses = |from, said| from == SERVER && said.code == Some(202);
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        let record = outcome(&mut net);
        assert_eq!(reported(&net, by), [100, 200], "{by}");
        hear_each_other(&net, of, TARGET, 10);
        talked_one_after_the_other(&net, &record, by, of);
    }
}

#[test]
fn reports_that_are_lost_again_and_again_hinder_nobody() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).then_hangs_up_after(secs(60));
        net.weather.loses = |from, said| from == SERVER && said.code.is_none() && said.method == "NOTIFY";
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        let record = outcome(&mut net);
        assert!(reported(&net, by).is_empty() && net.seen(by).was_hung_up.is_some(), "{by}");
        hear_each_other(&net, of, TARGET, 60);
        talked_one_after_the_other(&net, &record, by, of);
    }
}

#[test]
fn frozen_and_thawed_between_any_two_inputs_nobody_notices() {
    for whim in WHIMS {
        for (by, of) in SIDES {
            let mut net = acme();
            net.exchange.freezing = 1000;
            net.phone(TARGET).answers_after(secs(5)).then_hangs_up_after(secs(10));
            talk(&mut net, by, &[(secs(3), whim.clone())]);
            let record = outcome(&mut net);
            hear_each_other(&net, of, TARGET, 10);
            talked_one_after_the_other(&net, &record, by, of);
        }
    }
}

#[test]
fn every_number_of_engines_has_the_same_outcome() {
    for whim in WHIMS {
        for (by, _) in SIDES {
            let spent = |engines: usize, freezing: u64| {
                let mut net = foul(7, engines);
                net.exchange.freezing = freezing;
                net.phone(TARGET).then_hangs_up_after(secs(10));
                talk(&mut net, by, &[(secs(3), whim.clone())]);
                outcome(&mut net);
                net
            };
            let first = spent(1, 0);
            for engines in [1, 2, 4] {
                spent(engines, 0).has_the_outcome_of(&first);
                spent(engines, 300).has_the_outcome_of(&first);
            }
        }
    }
}

#[test]
fn power_cut_at_any_instant_leaves_one_record_of_all_who_talked() {
    for whim in WHIMS {
        for (by, _) in SIDES {
            for after in (0..30).map(|n| secs(4) + ms(n * 211)) {
                let mut net = acme();
                net.phone(TARGET).then_hangs_up_after(secs(30));
                talk(&mut net, by, &[(secs(3), whim.clone())]);
                net.restarts_after(after);
                let cut = net.moment().mono + after;
                let record = outcome(&mut net);
                assert!(record.cut, "{by} {after:?}");
                let talked = net.all_seen(TARGET).iter().any(|view| view.acknowledged.is_some_and(|at| at < cut));
                let expected = if talked { (3, 2, "104") } else { (2, 1, "102") };
                let found = (record.legs.len(), record.segments.len(), record.to.number.as_str());
                assert_eq!(found, expected, "{by} {after:?} {whim:?}");
            }
        }
    }
}

/// Acme, the two who talk on connections.
fn connected() -> Net {
    let mut net = acme();
    net.phone("acme/102").speaks_tcp();
    net.phone("acme/103").speaks_tcp();
    net.run_for(secs(1));
    net
}

#[test]
fn transfer_over_connections_succeeds() {
    for whim in WHIMS {
        for (by, of) in SIDES {
            let mut net = connected();
            net.phone(TARGET).then_hangs_up_after(secs(10));
            talk(&mut net, by, &[(secs(3), whim.clone())]);
            let record = outcome(&mut net);
            hear_each_other(&net, of, TARGET, 10);
            talked_one_after_the_other(&net, &record, by, of);
        }
    }
}

#[test]
fn connection_of_who_asks_breaks_at_any_instant() {
    for whim in WHIMS {
        for (by, of) in SIDES {
            for after in (0..30).map(|n| secs(4) + ms(n * 113)) {
                let mut net = connected();
                net.phone(TARGET).then_hangs_up_after(secs(30));
                talk(&mut net, by, &[(secs(3), whim.clone()), (secs(60), Whim::HangUp)]);
                net.connection_breaks_after(after, by);
                let record = outcome(&mut net);
                assert!([by, of].iter().all(|name| net.seen(name).over.is_some()), "{by} {after:?} {whim:?}");
                assert!(record.segments.len() <= 2, "{by} {after:?} {whim:?}");
            }
        }
    }
}

#[test]
fn connection_of_who_asks_breaks_while_the_target_rings_and_the_others_talk() {
    for (by, of) in SIDES {
        let mut net = connected();
        net.phone(TARGET).answers_after(secs(20)).then_hangs_up_after(secs(10));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
        net.connection_is_cut_after(secs(8), by, ms(10));
        let record = outcome(&mut net);
        assert!(net.seen(by).was_hung_up.is_some(), "{by} is hung up on its new connection");
        hear_each_other(&net, of, TARGET, 10);
        talked_one_after_the_other(&net, &record, by, of);
    }
}

#[test]
fn anybody_vanishes_at_any_instant() {
    for (by, of) in SIDES {
        for who in [by, of] {
            for after in (0..20).map(|n| ms(n * 157)) {
                let mut net = acme();
                net.phone(TARGET).then_hangs_up_after(secs(10));
                talk(&mut net, by, &[(secs(3), Whim::Transfer("104"))]);
                net.run_for(secs(5));
                let (place, call) = (net.place_of(who), net.seen(who).call_id.clone());
                net.remind(after, place, Alarm::Do(call, Whim::Vanish));
                outcome(&mut net);
            }
        }
        for after in (0..20).map(|n| ms(n * 157)) {
            let mut net = acme();
            net.phone(TARGET).vanishes(VanishesAfter::Invite(after));
            talk(&mut net, by, &[(secs(3), Whim::Transfer("104")), (secs(60), Whim::HangUp)]);
            outcome(&mut net);
            assert!([by, of].iter().all(|name| net.seen(name).over.is_some()), "{by} {after:?}");
        }
    }
}
