//! Whole days of traffic from seeds: whatever the network does, the records say what the phones saw, and nothing is left.

use crate::support::secs;
use crate::support::traffic::Day;
use crate::support::weather::Climate;

const FAIR: Day =
    Day { seed: 1, engines: 1, companies: 4, calls: 400, span: secs(600), climate: Climate::FAIR, freezing: 0 };

#[test]
fn fair_day() {
    let mut net = FAIR.planned();
    net.run();
    net.check();
    assert!(net.exchange.records().len() > 300);
}

#[test]
fn foul_days() {
    for seed in 1..=4 {
        let mut net = Day { seed, climate: Climate::FOUL, calls: 300, ..FAIR }.planned();
        net.run();
        net.check();
        assert!(net.exchange.records().len() > 200, "seed {seed}");
    }
}

#[test]
fn every_number_of_engines_has_the_same_outcome() {
    for (seed, climate) in [(11, Climate::FAIR), (12, Climate::FOUL), (13, Climate::FOUL)] {
        let nets = [1, 2, 4].map(|engines| {
            let mut net = Day { seed, engines, climate, calls: 200, companies: 8, ..FAIR }.planned();
            net.run();
            net.check();
            net
        });
        let [one, two, four] = nets;
        two.has_the_outcome_of(&one);
        four.has_the_outcome_of(&one);
    }
}

#[test]
fn nobody_notices_engines_that_are_frozen_and_thawed() {
    let day = Day { seed: 21, climate: Climate::FOUL, calls: 150, ..FAIR };
    let [awake, frozen] = [0, 100].map(|freezing| {
        let mut net = Day { freezing, ..day }.planned();
        net.run();
        net.check();
        net
    });
    frozen.has_the_outcome_of(&awake);
}

#[test]
fn days_with_power_cuts_leave_one_record_for_every_call() {
    for seed in 31..=33 {
        let mut net = Day { seed, climate: Climate::FOUL, calls: 300, engines: 2, ..FAIR }.planned();
        for n in 0..6 {
            net.restarts_after(secs(60 + n * 90 + seed));
        }
        net.run();
        net.check();
        assert!(net.exchange.records().iter().any(|record| record.cut), "seed {seed}");
    }
}
