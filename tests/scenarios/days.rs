//! Whole days of traffic from seeds: whatever the network, the phones' power and connections do, the records say what the phones
//! saw, and nothing is left. Half of the phones have a connection.

use crate::support::exchange::Draws;
use crate::support::net::Net;
use crate::support::phone::View;
use crate::support::secs;
use crate::support::traffic::Day;
use crate::support::weather::Climate;
use pbx_core::cdr::CallRecord;
use std::collections::BTreeMap;

const FAIR: Day = Day {
    seed: 1,
    draws: Draws::OfTheDay,
    engines: 1,
    companies: 4,
    calls: 400,
    span: secs(600),
    climate: Climate::FAIR,
    freezing: 0,
    vanishing: 0,
    transfers: 0,
    breaks: 0,
    restarts: 0,
};

/// A bad network, phones that lose their power, connections that break.
pub(super) const FOUL: Day = Day { climate: Climate::FOUL, calls: 300, vanishing: 100, breaks: 60, ..FAIR };

pub(super) fn spent(day: Day) -> Net {
    let mut net = day.planned();
    net.run();
    net.check();
    net
}

#[test]
fn fair_day() {
    assert!(spent(FAIR).exchange.records().len() > 300);
}

#[test]
fn fair_day_on_which_phones_vanish() {
    assert!(spent(Day { vanishing: 100, ..FAIR }).exchange.records().len() > 300);
}

#[test]
fn fair_day_on_which_connections_break() {
    assert!(spent(Day { breaks: 120, ..FAIR }).exchange.records().len() > 300);
}

/// How the transfers ended that were accepted, by the code that was reported last, and how those that were not.
fn transfers_of(net: &Net) -> BTreeMap<String, usize> {
    let mut ends = BTreeMap::new();
    for view in net.phones.iter().flat_map(|phone| phone.views()) {
        let refused =
            view.later_codes.iter().filter(|code| matches!(code, 404 | 491)).map(|code| format!("refused {code}"));
        let reported = view.notified.iter().filter(|notified| notified.code >= 200);
        for end in refused.chain(reported.map(|notified| format!("reported {}", notified.code))) {
            *ends.entry(end).or_insert(0) += 1;
        }
    }
    let on = net.exchange.records().iter().filter(|record| record.segments.len() > 2).count();
    ends.insert("transferred on".to_owned(), on);
    ends
}

#[test]
fn days_with_transfers() {
    let fair = spent(Day { transfers: 40, ..FAIR });
    let ends = transfers_of(&fair);
    for end in
        ["refused 404", "refused 491", "reported 200", "reported 480", "reported 486", "reported 603", "transferred on"]
    {
        assert!(ends.get(end).is_some_and(|count| *count > 0), "{end} is not among {ends:?}");
    }
    for seed in 41..=44 {
        let ends = transfers_of(&spent(Day { seed, transfers: 40, ..FOUL }));
        assert!(ends["reported 200"] > 5, "seed {seed}: {ends:?}");
    }
}

#[test]
fn days_with_transfers_and_power_cuts_leave_one_record_for_every_call() {
    let cut = |record: &CallRecord| record.cut && record.segments.len() > 1;
    let day = |seed| spent(Day { seed, engines: 2, restarts: 6, transfers: 40, ..FOUL });
    let days: Vec<Net> = (45..=47).map(day).collect();
    assert!(days.iter().any(|net| net.exchange.records().iter().any(cut)));
}

/// Where in a call a phone lost its power.
fn where_vanished(view: &View) -> &'static str {
    match (view.made, view.answered.is_some(), view.ringing.is_some()) {
        (true, true, _) => "caller talking",
        (true, false, true) => "caller ringing",
        (true, false, false) => "caller before anything",
        (false, true, _) if view.acknowledged.is_none() => "called after its 200",
        (false, true, _) if !view.offered.is_empty() => "called in or after a re-INVITE",
        (false, true, _) => "called talking",
        (false, false, _) => "called ringing",
    }
}

#[test]
fn foul_days_on_which_everything_happens() {
    let mut happened = BTreeMap::new();
    for seed in 1..=4 {
        let net = spent(Day { seed, ..FOUL });
        assert!(net.exchange.records().len() > 200, "seed {seed}");
        let views = || net.phones.iter().flat_map(|phone| phone.views());
        let vanished = views().filter(|view| view.vanished.is_some()).map(|view| where_vanished(view).to_owned());
        let cut_off = views().filter(|view| view.cut_off.is_some());
        let cut_off = cut_off.map(|view| if view.made { "caller cut off" } else { "called cut off" }.to_owned());
        let causes = net.exchange.records().into_iter().map(|record| record.cause);
        for what in vanished.chain(cut_off).chain(causes) {
            *happened.entry(what).or_insert(0) += 1;
        }
    }
    let all = [
        "caller before anything",
        "caller ringing",
        "caller talking",
        "called ringing",
        "called after its 200",
        "called talking",
        "called in or after a re-INVITE",
        "caller cut off",
        "called cut off",
        "far-end-vanished",
        "no-ack",
    ];
    for what in all {
        assert!(happened.contains_key(what), "{what} is not among {happened:?}");
    }
}

/// With 1, 2 and 4 engines, frozen and thawed and not.
fn has_one_outcome(day: Day) {
    let day = Day { calls: 200, companies: 8, ..day };
    let first = spent(day);
    for engines in [2, 4] {
        spent(Day { engines, ..day }).has_the_outcome_of(&first);
    }
    for engines in [1, 2, 4] {
        spent(Day { engines, freezing: 30, ..day }).has_the_outcome_of(&first);
    }
}

#[test]
fn every_number_of_engines_frozen_or_not_has_the_same_outcome_on_a_fair_day() {
    has_one_outcome(Day { seed: 11, vanishing: 100, breaks: 60, ..FAIR });
}

#[test]
fn every_number_of_engines_frozen_or_not_has_the_same_outcome_on_a_foul_day() {
    has_one_outcome(Day { seed: 12, ..FOUL });
}

#[test]
fn every_number_of_engines_frozen_or_not_has_the_same_outcome_with_power_cuts() {
    has_one_outcome(Day { seed: 13, restarts: 3, ..FOUL });
}

#[test]
fn every_number_of_engines_frozen_or_not_has_the_same_outcome_with_transfers() {
    has_one_outcome(Day { seed: 14, transfers: 40, ..FAIR });
    has_one_outcome(Day { seed: 15, transfers: 40, ..FOUL });
}

#[test]
fn days_with_power_cuts_leave_one_record_for_every_call() {
    for seed in 31..=33 {
        let net = spent(Day { seed, engines: 2, restarts: 6, ..FOUL });
        assert!(net.exchange.records().iter().any(|record| record.cut), "seed {seed}");
    }
}
