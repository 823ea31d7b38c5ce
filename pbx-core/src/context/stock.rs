//! The media ports that this engine may use without asking: a few for each media thread, refilled
//! before they run out.

use crate::base::ids::{CallId, LegId, TenantId};
use crate::context::io::{Output, World};
use pbx_media::{Command, Port};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How many ports of a thread an engine keeps when it has no calls, if the range is wide enough.
const IDLE: usize = 64;

/// How many ports of a thread an engine keeps at most. It learns what it needs from calls that had
/// to wait.
const MOST: usize = 1024;

/// Which part of the range all engines together may keep free: one in so many ports. To ask for
/// more takes less than a millisecond, and what one engine keeps another cannot give to a call.
const KEPT_OF: usize = 8;

/// The media threads of a machine and what an engine may keep of their ports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PortShare {
    threads: u8,
    idle: u16,
    most: u16,
    range: usize,
}

impl PortShare {
    /// Computes the share of each of `engines` engines, where `threads` media threads have `pairs`
    /// pairs of ports each. Where the range is narrow an engine keeps none: it asks for what a call
    /// needs.
    pub fn new(threads: u8, pairs: usize, engines: usize) -> Self {
        let share = pairs / engines.max(1) / KEPT_OF;
        let at_most = |most: usize| u16::try_from(share.min(most)).unwrap_or(u16::MAX);
        let threads = threads.max(1);
        Self { threads, idle: at_most(IDLE), most: at_most(MOST), range: pairs * usize::from(threads) }
    }
}

/// The source of a call's ports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Supply {
    /// From this thread: it has as many as the call needs, or none has more.
    From(u8),
    /// They are on their way; the call waits.
    Wait,
}

/// Free ports by media thread, and the released ones whose report is awaited.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stock {
    engine: u16,
    /// How many free ports of a thread are kept while there is no call.
    idle: u16,
    /// How many free ports of a thread are kept at most, beside what a call waits for.
    most: u16,
    /// The pairs of ports of the whole machine.
    range: usize,
    threads: Vec<Shelf>,
    /// Ports that calls hold, by tenant.
    #[serde(with = "crate::context::pairs")]
    held: BTreeMap<TenantId, usize>,
    /// The leg that waits for the report of a released port.
    #[serde(with = "crate::context::pairs")]
    leaving: BTreeMap<Port, LegId>,
    /// The leg of a port that was asked whether it is quiet.
    #[serde(default, with = "crate::context::pairs")]
    asked: BTreeMap<Port, LegId>,
    /// Calls that wait for ports, the first in front.
    waiting: VecDeque<Waiting>,
}

/// A call that waits until a thread has as many free ports as it needs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Waiting {
    call: CallId,
    thread: u8,
    ports: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Shelf {
    free: Vec<Port>,
    /// How many ports are kept free.
    batch: u16,
    /// How many ports were asked for and have not come.
    asked: u16,
    /// Whether the last refill brought too few: none is asked for then but for a call that waits,
    /// until a port is given back.
    dry: bool,
}

impl Stock {
    /// Makes the empty stock of an engine.
    pub(crate) fn new(engine: u16, PortShare { threads, idle, most, range }: PortShare) -> Self {
        let shelf = Shelf { free: Vec::new(), batch: idle, asked: 0, dry: false };
        let threads = vec![shelf; usize::from(threads)];
        let (held, leaving, asked) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { engine, idle, most, range, threads, held, leaving, asked, waiting: VecDeque::new() }
    }

    /// Chooses where a call takes so many ports from: the thread that already has ports of it, else
    /// the one with most. If that has too few, the call waits until all threads that it can use
    /// have been asked in vain; these are `tried`, a bit each.
    pub(crate) fn supply(&mut self, call: CallId, ports: usize, at: Option<u8>, tried: u64) -> Supply {
        let threads = (0_u8..).zip(&self.threads).filter(|(thread, _)| at.is_none_or(|at| at == *thread));
        let free = |(thread, shelf): (u8, &Shelf)| (shelf.free.len(), thread);
        let best = threads.clone().map(free).max();
        let untried = threads.map(free).filter(|(_, thread)| tried & bit(*thread) == 0).max();
        match (best, untried) {
            (Some((_, thread)), None) => Supply::From(thread),
            (Some((free, thread)), _) if free >= ports => Supply::From(thread),
            (_, Some((_, thread))) => {
                self.wait(Waiting { call, thread, ports });
                Supply::Wait
            }
            (None, None) => Supply::From(0),
        }
    }

    /// Lets a call wait for ports; it is among [`Stock::stocked`] when some have come, or none can.
    /// Later refills are larger.
    fn wait(&mut self, waiting: Waiting) {
        if let Some(shelf) = self.threads.get_mut(usize::from(waiting.thread)) {
            shelf.batch = shelf.batch.saturating_mul(2).max(1).min(self.most);
        }
        self.waiting.push_back(waiting);
    }

    /// Returns how many more ports this tenant's calls may take, if they may have so much of the
    /// range, in per cent.
    pub(crate) fn room(&self, tenant: TenantId, percent: u32) -> usize {
        let share = self.range * percent as usize / 100;
        share.saturating_sub(self.held.get(&tenant).copied().unwrap_or(0))
    }

    /// Takes a port of a thread for a tenant's call.
    pub(crate) fn take(&mut self, thread: u8, tenant: TenantId) -> Option<Port> {
        let port = self.threads.get_mut(usize::from(thread))?.free.pop()?;
        *self.held.entry(tenant).or_default() += 1;
        Some(port)
    }

    /// Gives a tenant's port back; its report comes as `Fact::Released` for that leg.
    pub(crate) fn release(&mut self, port: Port, tenant: TenantId, leg: LegId, out: &mut Vec<Output>) {
        if let Some(held) = self.held.get_mut(&tenant) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&tenant);
            }
        }
        self.leaving.insert(port, leg);
        out.push(Output::Media(Command::Release { port, engine: self.engine }));
    }

    /// Takes the report of a released port; returns the leg that the port belonged to.
    pub(crate) fn released(&mut self, port: Port) -> Option<LegId> {
        if let Some(shelf) = self.threads.get_mut(usize::from(port.thread)) {
            shelf.dry = false;
        }
        self.leaving.remove(&port)
    }

    /// Asks how long nothing was heard at a port; the answer comes as `Fact::Quiet` for that leg.
    pub(crate) fn ask(&mut self, port: Port, leg: LegId, out: &mut Vec<Output>) {
        self.asked.insert(port, leg);
        out.push(Output::Media(Command::Ask { port, engine: self.engine }));
    }

    /// Takes the answer of a port that was asked; returns the leg that the port belongs to.
    pub(crate) fn answered(&mut self, port: Port) -> Option<LegId> {
        self.asked.remove(&port)
    }

    /// Takes ports of a thread that have come. Returns the calls that waited for them, in order,
    /// and the thread's bit for those that it can give nothing more.
    pub(crate) fn stocked(&mut self, thread: u8, ports: Vec<Port>) -> (Vec<CallId>, u64) {
        let Some(shelf) = self.threads.get_mut(usize::from(thread)) else { return (Vec::new(), 0) };
        shelf.dry = ports.len() < usize::from(std::mem::take(&mut shelf.asked));
        shelf.free.extend(ports);
        let tried = if shelf.dry { bit(thread) } else { 0 };
        let calls =
            self.waiting.iter().filter(|waiting| waiting.thread == thread).map(|waiting| waiting.call).collect();
        self.waiting.retain(|waiting| waiting.thread != thread);
        (calls, tried)
    }

    /// Asks for more ports where few are left, or fewer than the first call that waits for them
    /// needs. When no call is left, every thread's stock goes back to what it began with.
    pub(crate) fn top_up(&mut self, out: &mut Vec<Output>) {
        let (engine, idle, quiet) = (self.engine, self.idle, self.in_use() == 0);
        for (thread, shelf) in (0_u8..).zip(&mut self.threads) {
            if quiet {
                shelf.batch = idle;
                let surplus = shelf.free.len().saturating_sub(usize::from(idle));
                let surplus = shelf.free.drain(..surplus);
                out.extend(surplus.map(|port| Output::Media(Command::Release { port, engine })));
            }
            let first = self.waiting.iter().find(|waiting| waiting.thread == thread);
            let (free, full) = (shelf.free.len(), usize::from(shelf.batch));
            let low = if quiet { full } else { full / 2 };
            let low = if shelf.dry { 0 } else { low };
            if shelf.asked == 0 && free < low.max(first.map_or(0, |first| first.ports)) {
                let wanted = full.max(first.map_or(0, |first| first.ports));
                shelf.asked = u16::try_from(wanted - free).unwrap_or(u16::MAX);
                out.push(Output::Media(Command::Refill { thread, engine, count: shelf.asked }));
            }
        }
    }

    /// Ports that calls hold or wait for, and released ones that have not reported.
    pub(crate) fn in_use(&self) -> usize {
        self.held.values().sum::<usize>() + self.leaving.len() + self.waiting.len()
    }
}

/// Returns how many more media ports a company's calls may take. It has all of them while it is the
/// only one, and always if its share (`tenant-ports-percent`) is 0.
pub(crate) fn ports_left(world: &World<'_>, stock: &Stock, tenant: TenantId) -> usize {
    let alone = world.directory.tenants().nth(1).is_none();
    match world.settings.tenant_ports_percent {
        0 => usize::MAX,
        _ if alone => usize::MAX,
        percent => stock.room(tenant, percent),
    }
}

/// Returns the bit of a thread; there are 64 at most.
const fn bit(thread: u8) -> u64 {
    1 << (thread % 64)
}
