//! Port numbers for programs that must be told theirs: blocks that are free, and that no other test is given.
//!
//! They lie below the range from which the system takes ports for port 0. Each test process takes a lane of its own
//! (held by a listening socket), so that two runs on one machine don't meet.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::{LazyLock, Mutex, PoisonError};

const LANES: u16 = 2;
const FIRST: u16 = 11_000;
const LANE: u16 = 10_000;

struct Lane {
    _held: Option<TcpListener>,
    first: u16,
    next: u16,
}

static OURS: LazyLock<Mutex<Lane>> = LazyLock::new(|| {
    let free = (0..LANES).find_map(|n| {
        let first = FIRST + n * LANE;
        Some((TcpListener::bind((Ipv4Addr::LOCALHOST, first)).ok()?, first))
    });
    let (held, first) = free.map_or((None, FIRST), |(held, first)| (Some(held), first));
    Mutex::new(Lane { _held: held, first, next: first + 1 })
});

/// So many free ports in a row, the first one even.
pub(crate) fn block(count: u16) -> RangeInclusive<u16> {
    let mut lane = OURS.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..LANE {
        let first = lane.next.next_multiple_of(2);
        let last = first + count - 1;
        if last >= lane.first + LANE {
            lane.next = lane.first + 1;
            continue;
        }
        match (first..=last).rev().find(|port| !is_free(*port)) {
            Some(busy) => lane.next = busy + 1,
            None => {
                lane.next = last + 1;
                return first..=last;
            }
        }
    }
    panic!("no {count} ports in a row are free");
}

/// One free port.
pub(crate) fn one() -> u16 {
    *block(1).start()
}

fn is_free(port: u16) -> bool {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
