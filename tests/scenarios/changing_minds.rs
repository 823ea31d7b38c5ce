//! Two who hold, resume and refresh in any order, at once and over a bad network.

use crate::support::company::Company;
use crate::support::net::Net;
use crate::support::phone::{Alarm, HoldsBy, Whim};
use crate::support::weather::Climate;
use crate::support::{fate, ms, secs};
use std::collections::BTreeMap;

const ALL: [HoldsBy; 4] = [HoldsBy::SendOnly, HoldsBy::Inactive, HoldsBy::PortZero, HoldsBy::Zeros];

/// Who calls, and who answers.
const NAMES: [&str; 2] = ["acme/103", "acme/102"];

/// Two who talk, each with a manner of its own to hold, over a bad network.
fn two_who_talk(seed: u64) -> Net {
    let mut net = Net::new(seed, 1, vec![Company::new("acme", 1).with_extensions(&["102", "103"])]);
    net.ready();
    for (n, name) in NAMES.into_iter().enumerate() {
        let roll = |what| fate(seed, &[n as u64, what]);
        let manner = &mut net.phone(name).itself().manner;
        (manner.insists, manner.bears_silence) = (true, true);
        manner.holds_by = ALL[(roll(1) % 4) as usize];
        manner.repeats_imposed = roll(2).is_multiple_of(2);
    }
    net.phone(NAMES[0]).calls("102");
    net.run_for(secs(5));
    net.weather.climate = Climate::FOUL;
    net
}

/// What somebody wants next, and whether it holds then.
fn whim(roll: u64) -> (Whim, Option<bool>) {
    match roll % 8 {
        0 | 1 => (Whim::Hold, Some(true)),
        2 | 3 => (Whim::Resume, Some(false)),
        4 => (Whim::Refresh, None),
        5 => (Whim::Ask(None), None),
        6 => (Whim::Ask(Some(true)), Some(true)),
        _ => (Whim::Ask(Some(false)), Some(false)),
    }
}

/// Has this happen to both in half a minute, most of it nearly at once; who holds in the end.
fn change(net: &mut Net, seed: u64) -> [bool; 2] {
    let mut plan = BTreeMap::new();
    for n in 0..12 {
        let roll = |what| fate(seed, &[n, what]);
        plan.insert((roll(3) % 6 * 5_000 + roll(4) % 400, n), (roll(5) % 2, whim(roll(6))));
    }
    let mut holds = [false; 2];
    for ((at, _), (who, (whim, holds_then))) in plan {
        does(net, who as usize, at, whim);
        holds[who as usize] = holds_then.unwrap_or(holds[who as usize]);
    }
    net.run_for(secs(100));
    holds
}

fn does(net: &mut Net, who: usize, after: u64, whim: Whim) {
    let (place, call) = (net.place_of(NAMES[who]), net.seen(NAMES[who]).call_id.clone());
    net.remind(ms(after), place, Alarm::Do(call, whim));
}

/// Whether each hears the other by now.
fn hear(net: &mut Net) -> [bool; 2] {
    let heard = |net: &Net| [net.heard(NAMES[0], NAMES[1]), net.heard(NAMES[1], NAMES[0])];
    let before = heard(net);
    net.run_for(secs(10));
    let after = heard(net);
    [after[0] > before[0], after[1] > before[1]]
}

#[test]
fn whatever_two_change_at_once_each_hears_the_other_unless_one_of_them_holds() {
    for seed in 1..=60 {
        let mut net = two_who_talk(seed);
        let holds = change(&mut net, seed);
        let sends = [0, 1].map(|n| !holds[n] || net.phone(NAMES[n]).itself().manner.holds_by.sends());
        let expected = [!holds[0] && sends[1], !holds[1] && sends[0]];
        let heard = hear(&mut net);
        if heard != expected {
            net.fail(&format!("{heard:?} hear, and not {expected:?}: {holds:?} hold"));
        }
        for (n, by_asking) in [(0, seed % 3 == 0), (1, seed % 3 == 1)] {
            does(
                &mut net,
                n,
                fate(seed, &[n as u64, 7]) % 400,
                if by_asking { Whim::Ask(Some(false)) } else { Whim::Resume },
            );
        }
        net.run_for(secs(40));
        let heard = hear(&mut net);
        if heard != [true, true] {
            net.fail(&format!("{heard:?} hear after both have resumed"));
        }
        does(&mut net, (seed % 2) as usize, 0, Whim::HangUp);
        net.run();
        net.check();
    }
}
