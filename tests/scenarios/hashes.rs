//! Two hundred small days, each known by a hash of all that the exchange sent, promised and wrote
//! down. A change that is meant to change nothing leaves every hash as it is.
//!
//! - `UPDATE=1 cargo test --test system scenarios::hashes` writes `hashes.txt` after a change that
//!   is meant.
//! - `TRANSCRIPT=17 cargo test --test system scenarios::hashes` spends that day alone, and writes it
//!   to `tmp/day-17.txt` in the build folder: what two builds wrote can be compared line by line.
//!
//! **What shows**: each message with its destination, headers, body, order and microsecond; the
//! kinds and the order of the journal's entries, which of them came before which message; how many
//! packets of audio each phone heard of whom; every field of every record.
//!
//! **What does not**: anything drawn. Tags, branches, Call-IDs, nonces, the ids of `o=`, media ports
//! and the ids of calls, legs and templates are numbered by appearance; the `Retry-After` of a 500
//! in a dialog is left out. The wait after a glare (RFC 3261 §14.1) is drawn as well and moves all
//! that follows, and calls that begin in the same millisecond are ordered by their ids: a day on
//! which such a thing happens is no day for this list. `UPDATE=1` spends each day with other draws
//! as well, and takes those on which they do not show.

use crate::support::exchange::Draws;
use crate::support::net::Net;
use crate::support::secs;
use crate::support::traffic::Day;
use crate::support::weather::Climate;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many days there are.
const DAYS: usize = 200;

/// With how many other draws a day is spent before it is taken.
const OTHER_DRAWS: u64 = 3;

/// The day of a seed: 1, 2 and 4 engines, a fair network and a foul one, with and without freezing,
/// power cuts, phones that vanish and connections that break.
fn day(seed: u64) -> Day {
    Day {
        seed,
        draws: Draws::Apart(0),
        engines: [1, 2, 4][(seed % 3) as usize],
        companies: 2,
        calls: 40,
        span: secs(60),
        climate: if seed.is_multiple_of(2) { Climate::FAIR } else { Climate::FOUL },
        freezing: seed / 2 % 3 * 15,
        vanishing: seed % 4 * 40,
        transfers: 0,
        breaks: seed % 5 * 3,
        restarts: seed % 7 / 3,
    }
}

fn spent(day: Day) -> Net {
    let mut net = day.planned();
    net.run();
    net
}

fn hash(day: Day) -> String {
    let digest = Sha256::digest(spent(day).transcript());
    digest[..12].iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/hashes.txt")
}

/// The days that are known, and their hashes.
fn known() -> Vec<(u64, String)> {
    let text = std::fs::read_to_string(file()).unwrap();
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(seed, hash)| (seed.parse().unwrap(), hash.to_owned())).collect()
}

/// Does something with many at a time; what came of it in the order of the seeds.
fn with_each<T: Send>(seeds: &[u64], work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![]));
    let take = || {
        while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = work(*seed);
            done.lock().unwrap().push((*seed, result));
        }
    };
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(take))));
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(seed, _)| *seed);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The hash of a day on which nothing drawn shows; `None` if something does.
fn robust(seed: u64) -> Option<String> {
    let known = hash(day(seed));
    (1..=OTHER_DRAWS).all(|draws| hash(Day { draws: Draws::Apart(draws), ..day(seed) }) == known).then_some(known)
}

/// Writes the first days on which nothing drawn shows.
fn update() {
    let (mut lines, mut next) = (vec![], 1);
    while lines.len() < DAYS {
        let seeds: Vec<u64> = (next..).take(DAYS - lines.len()).collect();
        next += seeds.len() as u64;
        let hashes = with_each(&seeds, robust);
        lines.extend(seeds.iter().zip(hashes).filter_map(|(seed, hash)| Some(format!("{seed} {}\n", hash?))));
    }
    std::fs::write(file(), lines.concat()).unwrap();
}

/// Writes one day to a file.
fn write_transcript(seed: u64) {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("day-{seed}.txt"));
    std::fs::write(path, spent(day(seed)).transcript()).unwrap();
}

#[test]
fn all_that_is_sent_and_written_down_is_as_it_was() {
    if std::env::var_os("UPDATE").is_some() {
        update();
    }
    let mut known = known();
    assert_eq!(known.len(), DAYS);
    if let Some(asked) = std::env::var("TRANSCRIPT").ok().and_then(|seed| seed.parse().ok()) {
        write_transcript(asked);
        known.retain(|(seed, _)| *seed == asked);
    }
    let seeds: Vec<u64> = known.iter().map(|(seed, _)| *seed).collect();
    let hashes = with_each(&seeds, |seed| hash(day(seed)));
    let changed = known.iter().zip(&hashes).filter(|((_, known), hash)| known != *hash);
    let changed: Vec<u64> = changed.map(|((seed, _), _)| *seed).collect();
    let first = &changed[..changed.len().min(10)];
    assert!(changed.is_empty(), "{} of {} days have changed, first those of {first:?}", changed.len(), seeds.len());
}

#[test]
fn what_is_drawn_and_when_an_engine_is_frozen_do_not_show() {
    let seeds: Vec<u64> = known().iter().step_by(DAYS / 8).map(|(seed, _)| *seed).collect();
    let changed = |seed| hash(day(seed)) != hash(Day { draws: Draws::Apart(99), freezing: 100, ..day(seed) });
    let changed: Vec<_> = seeds.iter().zip(with_each(&seeds, changed)).filter(|(_, changed)| *changed).collect();
    assert!(changed.is_empty(), "seeds {changed:?}");
}
