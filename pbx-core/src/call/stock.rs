//! The media ports that this engine may use without asking: a few for each media thread, refilled before they run out.

use super::io::Output;
use crate::ids::CallId;
use pbx_media::{Command, Port};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How many ports of a thread an engine keeps when it has no calls, if the range is wide enough.
const IDLE: usize = 64;

/// How many ports of a thread an engine keeps at most. It learns what it needs from calls that had to wait.
const MOST: u16 = 1024;

/// The media threads of a machine and what an engine may keep of their ports while it has no calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PortShare {
    threads: u8,
    idle: u16,
}

impl PortShare {
    /// The share of each of `engines` engines, where `threads` media threads have `pairs` pairs of ports each. All idle
    /// engines together keep half of the range at most, so that none takes the last port from another.
    pub fn new(threads: u8, pairs: usize, engines: usize) -> Self {
        let idle = (pairs / engines.max(1) / 2).clamp(1, IDLE);
        Self { threads: threads.max(1), idle: u16::try_from(idle).unwrap_or(1) }
    }
}

/// Free ports by media thread, and the released ones whose report is awaited.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stock {
    engine: u16,
    /// How many free ports of a thread are kept while there is no call.
    idle: u16,
    threads: Vec<Shelf>,
    /// Ports that calls hold.
    taken: usize,
    /// The call and leg that wait for the report of a released port.
    #[serde(with = "super::freeze::pairs")]
    leaving: BTreeMap<Port, (CallId, u16)>,
    /// Whose a port is that was asked whether it is quiet.
    #[serde(default, with = "super::freeze::pairs")]
    asked: BTreeMap<Port, (CallId, u16)>,
    /// Calls that wait for ports, the first in front.
    waiting: VecDeque<CallId>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Shelf {
    free: Vec<Port>,
    /// How many ports are asked for at a time.
    batch: u16,
    /// Whether a refill was asked for and has not come.
    asked: bool,
    /// Whether the last refill brought nothing: another is asked for when a port was given back or a call found none.
    dry: bool,
}

impl Stock {
    /// The empty stock of an engine.
    pub(super) fn new(engine: u16, PortShare { threads, idle }: PortShare) -> Self {
        let shelf = Shelf { free: Vec::new(), batch: idle, asked: false, dry: false };
        let threads = vec![shelf; usize::from(threads)];
        let (leaving, asked, waiting) = (BTreeMap::new(), BTreeMap::new(), VecDeque::new());
        Self { engine, idle, threads, taken: 0, leaving, asked, waiting }
    }

    /// The thread with the most free ports: where a new call goes.
    pub(super) fn best_thread(&self) -> u8 {
        let best = (0_u8..).zip(&self.threads).max_by_key(|(_, shelf)| shelf.free.len());
        best.map_or(0, |(thread, _)| thread)
    }

    /// Whether a thread has fewer free ports than `ports`. If so, later refills are larger.
    pub(super) fn runs_short(&mut self, thread: u8, ports: usize) -> bool {
        let Some(shelf) = self.threads.get_mut(usize::from(thread)).filter(|shelf| shelf.free.len() < ports) else {
            return false;
        };
        shelf.dry = false;
        let wanted = u16::try_from(ports).unwrap_or(MOST);
        shelf.batch = (shelf.batch * 2).max(wanted).min(MOST);
        true
    }

    /// A call waits for ports; it is among [`Stock::take_waiting`] when some have come, or none can.
    pub(super) fn wait(&mut self, call: CallId) {
        self.waiting.push_back(call);
    }

    /// Takes the calls that wait, in order.
    pub(super) fn take_waiting(&mut self) -> VecDeque<CallId> {
        std::mem::take(&mut self.waiting)
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

    /// A released port has reported: gives the call and leg that it belonged to.
    pub(super) fn released(&mut self, port: Port) -> Option<(CallId, u16)> {
        if let Some(shelf) = self.threads.get_mut(usize::from(port.thread)) {
            shelf.dry = false;
        }
        self.leaving.remove(&port)
    }

    /// Asks how long nothing was heard at a port; the answer comes as `Fact::Quiet` for that call and leg.
    pub(super) fn ask(&mut self, port: Port, call: CallId, leg: u16, out: &mut Vec<Output>) {
        self.asked.insert(port, (call, leg));
        out.push(Output::Media(Command::Ask { port, engine: self.engine }));
    }

    /// A port that was asked has answered: whose it is.
    pub(super) fn answered(&mut self, port: Port) -> Option<(CallId, u16)> {
        self.asked.remove(&port)
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

    /// Asks for more ports where few are left. When no call is left, every thread's stock goes back to what it began with.
    pub(super) fn top_up(&mut self, out: &mut Vec<Output>) {
        let (engine, idle, quiet) = (self.engine, self.idle, self.in_use() == 0);
        for (thread, shelf) in (0_u8..).zip(&mut self.threads) {
            if quiet {
                shelf.batch = idle;
                let surplus = shelf.free.len().saturating_sub(usize::from(idle));
                let surplus = shelf.free.drain(..surplus);
                out.extend(surplus.map(|port| Output::Media(Command::Release { port, engine })));
            }
            let full = usize::from(shelf.batch);
            let low = if quiet { full } else { full / 2 };
            if shelf.free.len() < low && !shelf.asked && !shelf.dry {
                shelf.asked = true;
                let count = u16::try_from(full - shelf.free.len()).unwrap_or(MOST);
                out.push(Output::Media(Command::Refill { thread, engine, count }));
            }
        }
    }

    /// Ports that calls hold or wait for, and released ones that have not reported.
    pub(super) fn in_use(&self) -> usize {
        self.taken + self.leaving.len() + self.waiting.len()
    }
}
