//! The relay of one thread, without sockets and without a clock: commands and datagrams in, facts
//! and destinations out.

use crate::command::{Aim, Command, Fact, Port, PortReport};
use crate::far_end::{Channel, FarEnd};
use crate::pool::{Pool, PoolSettings, Sockets, pairs};
use crate::time::Instant;
use std::net::SocketAddr;

/// A received datagram's way on; nothing but its payload type may change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forward {
    /// The RTP port of the pair that it leaves from.
    pub rtp: u16,
    /// The socket of the pair that it leaves from.
    pub channel: Channel,
    /// The address that it goes to.
    pub to: SocketAddr,
    /// The payload type that it leaves with, if that is another than it came with.
    pub payload: Option<u8>,
}

impl Forward {
    /// Writes the payload type that it leaves with into a datagram.
    pub fn renumber(&self, datagram: &mut [u8]) {
        if let (Some(payload), Some(second)) = (self.payload, datagram.get_mut(1)) {
            *second = *second & 0x80 | payload;
        }
    }
}

/// The ports of one thread and what passes between them. Nothing allocates or hashes for a packet.
pub struct Relay<S> {
    thread: u8,
    /// The even port that stands first in `ends`.
    first: u16,
    /// The ports in use, at index (port − `first`) / 2.
    ends: Vec<Option<Box<FarEnd>>>,
    pool: Pool,
    /// Whether the last refill found too few pairs, which is logged once, until a refill finds all
    /// again.
    dry: bool,
    sockets: S,
}

impl<S: Sockets> Relay<S> {
    /// Makes a relay that has nothing bound yet; the first [`Self::tick`] binds the spare pairs.
    pub fn new(settings: &PoolSettings, sockets: S) -> Self {
        let first = pairs(&settings.ports).next().unwrap_or(0);
        let count = pairs(&settings.ports).count();
        let ends = std::iter::repeat_with(|| None).take(count).collect();
        Self { thread: settings.thread, first, ends, pool: Pool::new(settings), dry: false, sockets }
    }

    /// Carries out a command. One that names a port that is not in use changes nothing; a release
    /// is answered all the same.
    pub fn command(&mut self, now: Instant, command: Command) -> Option<Fact> {
        match command {
            Command::Refill { engine, count, .. } => {
                let (thread, ports) = (self.thread, self.refill(now, count));
                Some(Fact::Stock { engine, thread, ports })
            }
            Command::Aim { port, aim } => {
                self.aim(now, port, aim);
                None
            }
            Command::Join { a, b } => {
                self.join(a, b);
                None
            }
            Command::Ask { port, engine } => {
                let since = self.end(port).and_then(|end| end.quiet(now));
                Some(Fact::Quiet { engine, port, since })
            }
            Command::Release { port, engine } => {
                let report = self.release(now, port);
                Some(Fact::Released { engine, port, report })
            }
        }
    }

    /// Judges a datagram that was received at the pair `rtp`; returns its way on, or `None` if it
    /// has none.
    pub fn receive(
        &mut self,
        now: Instant,
        rtp: u16,
        channel: Channel,
        from: SocketAddr,
        datagram: &[u8],
    ) -> Option<Forward> {
        let end = self.at(rtp)?;
        let what = end.hear(now, channel, from, datagram)?;
        let partner = end.partner?;
        let payload = if what == Channel::Rtp { end.renumbered(datagram) } else { None };
        let (channel, to) = self.at(partner)?.send(what)?;
        Some(Forward { rtp: partner, channel, to, payload })
    }

    /// Makes pairs ready whose rest is over, closes sockets that are too many, binds those that are
    /// missing.
    pub fn tick(&mut self, now: Instant) {
        self.pool.tick(now, &mut self.sockets);
    }

    /// Returns when [`Self::tick`] has something to do.
    pub fn next_due(&self) -> Option<Instant> {
        self.pool.next_due()
    }

    /// Returns how many ports are in use: none after the last call.
    pub fn in_use(&self) -> usize {
        self.ends.iter().flatten().count()
    }

    /// Returns the sockets that were handed in.
    pub const fn sockets(&self) -> &S {
        &self.sockets
    }

    fn refill(&mut self, now: Instant, count: u16) -> Vec<Port> {
        let mut ports = Vec::with_capacity(usize::from(count));
        while ports.len() < usize::from(count)
            && let Some(rtp) = self.pool.take(now, &mut self.sockets)
        {
            let place = self.place(rtp);
            if let Some(end) = self.ends.get_mut(place) {
                *end = Some(Box::default());
                ports.push(Port { rtp, thread: self.thread });
            }
        }
        let dry = ports.len() < usize::from(count);
        if dry && !self.dry {
            tracing::warn!(wanted = count, found = ports.len(), "the range of media ports is used up");
        }
        self.dry = dry;
        ports
    }

    fn aim(&mut self, now: Instant, port: Port, aim: Aim) {
        let (own, towards) = (aim.own, aim.rtp.map(|rtp| rtp.ip()));
        let Some(end) = self.end(port) else { return };
        end.aim(now, aim);
        if let Some(partner) = end.partner {
            self.number(port.rtp, partner);
        }
        self.sockets.leave_from(port.rtp, own, towards);
    }

    /// Numbers the payload types of two partners as the other one takes them.
    fn number(&mut self, a: u16, b: u16) {
        for (one, other) in [(a, b), (b, a)] {
            let Some(takes) = self.at(other).map(|end| end.payloads().clone()) else { continue };
            if let Some(end) = self.at(one) {
                end.number_for(&takes);
            }
        }
    }

    /// Joins two ports; each leaves the partner that it had before.
    fn join(&mut self, a: Port, b: Port) {
        if a.rtp == b.rtp || self.end(a).is_none() || self.end(b).is_none() {
            tracing::warn!(?a, ?b, "two ports that can't be joined");
            return;
        }
        for port in [a, b] {
            self.part(port.rtp);
        }
        for (one, other) in [(a, b), (b, a)] {
            if let Some(end) = self.end(one) {
                end.partner = Some(other.rtp);
            }
        }
        self.number(a.rtp, b.rtp);
    }

    fn part(&mut self, rtp: u16) {
        let partner = self.at(rtp).and_then(|end| end.partner.take());
        if let Some(other) = partner.and_then(|partner| self.at(partner)) {
            other.partner = None;
        }
    }

    fn release(&mut self, now: Instant, port: Port) -> PortReport {
        if self.end(port).is_none() {
            return PortReport::default();
        }
        self.part(port.rtp);
        let place = self.place(port.rtp);
        let end = self.ends.get_mut(place).and_then(Option::take);
        self.pool.rest(now, port.rtp);
        end.map(|end| end.report()).unwrap_or_default()
    }

    fn end(&mut self, port: Port) -> Option<&mut FarEnd> {
        if port.thread == self.thread { self.at(port.rtp) } else { None }
    }

    fn at(&mut self, rtp: u16) -> Option<&mut FarEnd> {
        let place = self.place(rtp);
        self.ends.get_mut(place)?.as_deref_mut()
    }

    /// Returns the index of a port in `ends`; of an odd or foreign port, one that does not exist.
    const fn place(&self, rtp: u16) -> usize {
        if rtp < self.first || !rtp.is_multiple_of(2) {
            return usize::MAX;
        }
        (rtp - self.first) as usize / 2
    }
}
