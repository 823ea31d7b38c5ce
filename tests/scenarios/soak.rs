//! Days by the thousand. `make test` takes those on which something was wrong once, `make soak` as many as it is asked for.

use super::days::{FOUL, spent};
use crate::support::net::Net;
use crate::support::traffic::Day;
use pbx_core::journal::Entry;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A phone that lost its connection hung up on the next one and was not heard; the power took a refusal, or what was decided, or a
/// BYE; two were gone, and the second was missed first. With transfers: one had left and another was gone, and the talk was over
/// before it was known when that one was heard last; and one whose call was over asked for a transfer.
const ONCE_WRONG: [u64; 12] =
    [200357, 200414, 200461, 200599, 200705, 202112, 202538, 212723, 1000112, 1000422, 1001526, 1002086];

/// After how many days a soak says that it goes on.
const MANY: usize = 500;

/// From this seed on there are transfers on every second day: what was wrong on a day before is still there.
const TRANSFERS: u64 = 1_000_000;

/// The day of a seed: every number of engines, with and without power cuts, freezing and transfers.
fn day(seed: u64) -> Day {
    let engines = [1, 2, 4][(seed % 3) as usize];
    let transfers = if seed >= TRANSFERS && seed.is_multiple_of(2) { 30 } else { 0 };
    Day { seed, engines, restarts: seed % 5, freezing: seed % 4 * 10, transfers, ..FOUL }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

fn calls_of(net: &Net) -> usize {
    net.exchange.journal.iter().filter(|entry| matches!(entry, Entry::CallRecorded { .. })).count()
}

/// The first line of what a day's judge said.
fn verdict(panic: &(dyn std::any::Any + Send)) -> &str {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    said.or_else(|| panic.downcast_ref::<&str>().copied()).and_then(|text| text.lines().next()).unwrap_or_default()
}

#[test]
fn days_by_the_thousand() {
    let asked = setting("SOAK_FROM").zip(setting("SOAK_TO"));
    let seeds = asked.map_or_else(|| ONCE_WRONG.to_vec(), |(from, to)| (from..to).collect());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = setting("SOAK_THREADS").map_or(cores, |threads| threads as usize);
    let (next, calls, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(vec![]));
    let take = || {
        let days = next.fetch_add(1, Ordering::Relaxed);
        if days > 0 && days.is_multiple_of(MANY) {
            say(&format!("{days} days"));
        }
        seeds.get(days)
    };
    let spend = || {
        while let Some(seed) = take() {
            match catch_unwind(AssertUnwindSafe(|| calls_of(&spent(day(*seed))))) {
                Ok(count) => drop(calls.fetch_add(count, Ordering::Relaxed)),
                Err(panic) => {
                    say(&format!("seed {seed}: {}", verdict(&*panic)));
                    wrong.lock().unwrap().push(*seed);
                }
            }
        }
    };
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(spend))));
    let (calls, mut wrong) = (calls.into_inner(), wrong.into_inner().unwrap());
    wrong.sort_unstable();
    if asked.is_some() {
        say(&format!("{} days, {calls} calls on those that were right; wrong: {wrong:?}", seeds.len()));
    }
    assert!(wrong.is_empty(), "something was wrong on the days of these seeds: {wrong:?}");
}

/// Past the test harness, which keeps what a test prints until its end: a soak may take an hour.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
