//! The media ports that this engine may use without asking: a few for each media thread, refilled before they run out.

use super::io::Output;
use crate::ids::CallId;
use pbx_media::{Command, Port};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Below this many free ports of a thread, more are asked for.
const LOW: usize = 32;

/// How many are asked for at a time.
const BATCH: u16 = 64;

/// Free ports by media thread, and the released ones whose report is awaited.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stock {
    engine: u16,
    threads: Vec<Shelf>,
    /// Ports that calls hold.
    taken: usize,
    /// Who waits for the report of a released port.
    #[serde(with = "super::freeze::pairs")]
    leaving: BTreeMap<Port, (CallId, u16)>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Shelf {
    free: Vec<Port>,
    /// A refill was asked for and has not come.
    asked: bool,
    /// The last refill brought nothing: ask again when a port was given back or a call found none.
    dry: bool,
}

impl Stock {
    /// An empty stock for an engine and this many media threads.
    pub(super) fn new(engine: u16, threads: u8) -> Self {
        let threads = vec![Shelf::default(); usize::from(threads.max(1))];
        Self { engine, threads, taken: 0, leaving: BTreeMap::new() }
    }

    /// The thread with the most free ports: where a new call goes.
    pub(super) fn best_thread(&self) -> u8 {
        let best = (0_u8..).zip(&self.threads).max_by_key(|(_, shelf)| shelf.free.len());
        best.map_or(0, |(thread, _)| thread)
    }

    /// Takes a port of a thread.
    pub(super) fn take(&mut self, thread: u8) -> Option<Port> {
        let shelf = self.threads.get_mut(usize::from(thread))?;
        let port = shelf.free.pop();
        match port {
            Some(_) => self.taken += 1,
            None => shelf.dry = false,
        }
        port
    }

    /// Gives a port back; its report comes as `Fact::Released` for that call and leg.
    pub(super) fn release(&mut self, port: Port, call: CallId, leg: u16, out: &mut Vec<Output>) {
        self.taken = self.taken.saturating_sub(1);
        self.leaving.insert(port, (call, leg));
        out.push(Output::Media(Command::Release { port, engine: self.engine }));
    }

    /// A released port has reported: whose it was.
    pub(super) fn released(&mut self, port: Port) -> Option<(CallId, u16)> {
        if let Some(shelf) = self.threads.get_mut(usize::from(port.thread)) {
            shelf.dry = false;
        }
        self.leaving.remove(&port)
    }

    /// Ports have come.
    pub(super) fn stocked(&mut self, ports: Vec<Port>) {
        if ports.is_empty() {
            for shelf in self.threads.iter_mut().filter(|shelf| shelf.asked) {
                (shelf.asked, shelf.dry) = (false, true);
            }
        }
        for port in ports {
            if let Some(shelf) = self.threads.get_mut(usize::from(port.thread)) {
                shelf.asked = false;
                shelf.free.push(port);
            }
        }
    }

    /// Asks for more where few are left.
    pub(super) fn top_up(&mut self, out: &mut Vec<Output>) {
        for (thread, shelf) in (0_u8..).zip(&mut self.threads) {
            if shelf.free.len() < LOW && !shelf.asked && !shelf.dry {
                shelf.asked = true;
                out.push(Output::Media(Command::Refill { thread, engine: self.engine, count: BATCH }));
            }
        }
    }

    /// Ports that calls hold, and released ones that have not reported.
    pub(super) fn in_use(&self) -> usize {
        self.taken + self.leaving.len()
    }
}
