//! Where pairs come from and when their sockets are given back.

use pbx_media::pool::{OpenError, Sockets};
use pbx_media::time::Instant;
use pbx_media::{Command, Fact, PoolSettings, Port, Relay};
use std::collections::BTreeSet;
use std::time::Duration;

const REST: Duration = Duration::from_secs(5);

/// Remembers what is open; some ports belong to another program.
#[derive(Default)]
struct Ledger {
    open: BTreeSet<u16>,
    foreign: BTreeSet<u16>,
    opened: usize,
}

impl Sockets for Ledger {
    fn open(&mut self, rtp: u16) -> Result<(), OpenError> {
        if self.foreign.contains(&rtp) {
            return Err(OpenError::Taken);
        }
        self.opened += 1;
        assert!(self.open.insert(rtp), "opened twice");
        Ok(())
    }

    fn close(&mut self, rtp: u16) {
        assert!(self.open.remove(&rtp), "closed twice");
    }
}

fn settings(last: u16, seed: u64) -> PoolSettings {
    PoolSettings { ports: 20_001..=last, thread: 0, threads: 1, rest: REST, spare: 4, seed }
}

fn relay(last: u16, ledger: Ledger) -> Relay<Ledger> {
    let mut relay = Relay::new(&settings(last, 7), ledger);
    relay.tick(Instant::default());
    relay
}

fn refill(relay: &mut Relay<Ledger>, now: Instant, count: u16) -> Vec<Port> {
    match relay.command(now, Command::Refill { thread: 0, engine: 0, count }) {
        Some(Fact::Stock { ports, .. }) => ports,
        other => panic!("{other:?}"),
    }
}

fn release(relay: &mut Relay<Ledger>, now: Instant, port: Port) {
    relay.command(now, Command::Release { port, engine: 0 });
}

#[test]
fn only_the_spare_pairs_are_bound_at_start() {
    assert_eq!(relay(40_000, Ledger::default()).sockets().open.len(), 4);
}

#[test]
fn pairs_are_even_within_the_range_and_given_once() {
    let mut relay = relay(20_101, Ledger::default());
    let ports = refill(&mut relay, Instant::default(), 100);
    let distinct: BTreeSet<u16> = ports.iter().map(|port| port.rtp).collect();
    assert_eq!((ports.len(), distinct.len()), (50, 50));
    assert_eq!((distinct.first(), distinct.last()), (Some(&20_002), Some(&20_100)));
    assert!(refill(&mut relay, Instant::default(), 1).is_empty());
}

#[test]
fn port_rests_before_the_next_call_gets_it() {
    let mut relay = relay(20_003, Ledger::default());
    let start = Instant::from_micros(0);
    let port = refill(&mut relay, start, 1)[0];
    release(&mut relay, start, port);
    assert_eq!(relay.next_due(), Some(start + REST));
    relay.tick(start + REST);
    assert_eq!(refill(&mut relay, start + REST, 1), [port]);
}

#[test]
fn rest_is_shortened_when_every_other_pair_is_in_use() {
    let mut relay = relay(20_005, Ledger::default());
    let start = Instant::from_micros(0);
    let ports = refill(&mut relay, start, 2);
    release(&mut relay, start, ports[0]);
    let soon = start + Duration::from_millis(499);
    assert!(refill(&mut relay, soon, 1).is_empty(), "what still flies must not reach the next call");
    release(&mut relay, soon, ports[1]);
    let later = start + Duration::from_millis(500);
    assert_eq!(refill(&mut relay, later, 2), [ports[0]]);
}

#[test]
fn foreign_ports_are_skipped_and_tried_again_later() {
    let foreign = (20_002..20_100).step_by(4).collect();
    let mut relay = relay(20_101, Ledger { foreign, ..Ledger::default() });
    let ports = refill(&mut relay, Instant::default(), 100);
    assert_eq!(ports.len(), 25);
    assert!(ports.iter().all(|port| port.rtp % 4 == 0));
    let due = relay.next_due().unwrap();
    relay.tick(due);
    assert!(relay.next_due().unwrap() > due);
}

#[test]
fn open_pairs_are_as_before_after_ten_thousand_calls() {
    let mut relay = relay(40_000, Ledger::default());
    let before = relay.sockets().open.len();
    let mut now = Instant::default();
    for _ in 0..10_000 {
        for port in refill(&mut relay, now, 2) {
            release(&mut relay, now, port);
        }
        now = now + Duration::from_millis(10);
        relay.tick(now);
        assert!(relay.sockets().open.len() <= 2 * 501 + 4);
    }
    relay.tick(now + REST);
    assert_eq!(relay.sockets().open.len(), before);
    assert_eq!(relay.in_use(), 0);
}

#[test]
fn order_of_ports_follows_the_seed_and_not_the_number() {
    let stock = |seed| {
        let mut relay = Relay::new(&settings(40_000, seed), Ledger::default());
        refill(&mut relay, Instant::default(), 50)
    };
    assert_eq!(stock(1), stock(1));
    assert_ne!(stock(1), stock(2));
    assert!(!stock(1).is_sorted());
}

#[test]
fn threads_share_no_port() {
    let mut seen = BTreeSet::new();
    for thread in 0..3 {
        let mut relay = Relay::new(&PoolSettings { thread, threads: 3, ..settings(20_200, 1) }, Ledger::default());
        let ports = refill(&mut relay, Instant::default(), 200);
        assert!(ports.iter().all(|port| port.thread == thread && seen.insert(port.rtp)));
    }
    assert_eq!(seen.len(), 99);
}
