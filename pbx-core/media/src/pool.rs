//! The bound pairs of ports: where they come from, how long they rest, when their sockets are given
//! back.

use crate::time::Instant;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

/// An opener and closer of the sockets of a pair. The threads bind real ones; `()` pretends to, for
/// a virtual network.
pub trait Sockets {
    /// Binds `rtp` and `rtp + 1`.
    fn open(&mut self, rtp: u16) -> Result<(), OpenError>;
    /// Closes both sockets of the pair.
    fn close(&mut self, rtp: u16);
    /// Lets the pair's datagrams leave from this address of the machine from now on; most of them
    /// will go to `to`. Sockets that are bound to one address, or to none, have no choice.
    fn leave_from(&mut self, _rtp: u16, _own: Option<IpAddr>, _to: Option<IpAddr>) {}
}

impl Sockets for () {
    fn open(&mut self, _rtp: u16) -> Result<(), OpenError> {
        Ok(())
    }

    fn close(&mut self, _rtp: u16) {}
}

/// The reason why a pair can't be bound.
#[derive(thiserror::Error, Debug)]
pub enum OpenError {
    /// Another program holds one of the two ports: try another pair.
    #[error("another program holds the port")]
    Taken,
    /// No pair can be bound now: the limit of open files, no such address.
    #[error("cannot bind: {0}")]
    Impossible(std::io::Error),
}

/// The settings of one thread's pool.
#[derive(Clone, Debug)]
pub struct PoolSettings {
    /// The range of the whole machine.
    pub ports: RangeInclusive<u16>,
    /// The number of this thread; the range's pairs are dealt round the threads.
    pub thread: u8,
    /// The number of threads.
    pub threads: u8,
    /// How long a pair rests before another call gets it, so that late packets don't reach that.
    pub rest: Duration,
    /// The number of bound pairs that are kept ready.
    pub spare: usize,
    /// The seed of the order of ports: it must be hard to guess, and fixed in a test.
    pub seed: u64,
}

/// How long a pair that another program holds is left alone.
const HELD: Duration = Duration::from_secs(60);
/// How long no pair is bound after the machine refused one (open files, no such address).
const REFUSED: Duration = Duration::from_secs(1);
/// The pairs that one turn tries in vain before it gives up.
const TRIES: usize = 64;
/// The grain of rests, which end together: a thread is not woken for each of them.
const ROUND: Duration = Duration::from_secs(1);
/// The rest that a pair has in any case. It shrinks to that when every other pair is in use: a call
/// that cannot be made is worse than a late packet.
const LEAST_REST: Duration = Duration::from_millis(500);

/// The pairs of one thread that are not in use.
pub(crate) struct Pool {
    unbound: Vec<u16>,
    ready: Vec<u16>,
    resting: VecDeque<(Instant, u16)>,
    held: VecDeque<(Instant, u16)>,
    refused_until: Instant,
    rest: Duration,
    spare: usize,
    random: ChaCha12Rng,
}

impl Pool {
    pub(crate) fn new(settings: &PoolSettings) -> Self {
        let threads = usize::from(settings.threads.max(1));
        let unbound: Vec<u16> = pairs(&settings.ports).skip(usize::from(settings.thread)).step_by(threads).collect();
        let mut random = ChaCha12Rng::seed_from_u64(settings.seed);
        random.set_stream(u64::from(settings.thread));
        Self {
            ready: Vec::new(),
            resting: VecDeque::new(),
            held: VecDeque::new(),
            refused_until: Instant::default(),
            rest: settings.rest,
            spare: settings.spare.min(unbound.len()),
            unbound,
            random,
        }
    }

    /// Takes a bound pair, if there is one.
    pub(crate) fn take(&mut self, now: Instant, sockets: &mut impl Sockets) -> Option<u16> {
        if self.ready.is_empty() {
            self.end_rests(now);
        }
        if self.ready.is_empty() {
            return self.bind_one(now, sockets).or_else(|| self.wake_one(now));
        }
        let at = self.random.random_range(0..self.ready.len());
        Some(self.ready.swap_remove(at))
    }

    /// Takes the pair that has rested longest, if that was at least [`LEAST_REST`].
    fn wake_one(&mut self, now: Instant) -> Option<u16> {
        let shortened = self.rest.saturating_sub(LEAST_REST);
        let (until, _) = self.resting.front()?;
        if until.since(now) > shortened {
            return None;
        }
        self.resting.pop_front().map(|(_, rtp)| rtp)
    }

    /// Puts back a pair after a call, to rest.
    pub(crate) fn rest(&mut self, now: Instant, rtp: u16) {
        self.resting.push_back((now + self.rest, rtp));
    }

    /// Makes pairs ready whose rest is over, closes those that are too many, binds those that are
    /// missing.
    pub(crate) fn tick(&mut self, now: Instant, sockets: &mut impl Sockets) {
        self.end_rests(now);
        while let Some(&(until, rtp)) = self.held.front()
            && until <= now
        {
            self.held.pop_front();
            self.unbound.push(rtp);
        }
        while self.ready.len() > self.most() {
            let at = self.random.random_range(0..self.ready.len());
            let rtp = self.ready.swap_remove(at);
            sockets.close(rtp);
            self.unbound.push(rtp);
        }
        if self.ready.len() < self.least() {
            while self.ready.len() < self.spare {
                let Some(rtp) = self.bind_one(now, sockets) else { break };
                self.ready.push(rtp);
            }
        }
    }

    fn end_rests(&mut self, now: Instant) {
        while let Some(&(until, rtp)) = self.resting.front()
            && until <= now
        {
            self.resting.pop_front();
            self.ready.push(rtp);
        }
    }

    /// Returns when [`Self::tick`] has something to do.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let ends = [self.resting.front(), self.held.front()];
        let ends = ends.into_iter().flatten().map(|(until, _)| round(*until)).min();
        let short = self.ready.len() < self.least() && !self.unbound.is_empty();
        if short || self.ready.len() > self.most() { Some(self.refused_until) } else { ends }
    }

    /// Returns how many pairs may be ready. While some rest, calls come and go, and a pair that is
    /// closed would soon be bound again.
    fn most(&self) -> usize {
        if self.resting.is_empty() { self.spare } else { usize::MAX }
    }

    /// Returns the number of ready pairs below which more are bound.
    fn least(&self) -> usize {
        if self.resting.is_empty() { self.spare } else { self.spare / 2 }
    }

    fn bind_one(&mut self, now: Instant, sockets: &mut impl Sockets) -> Option<u16> {
        for _ in 0..TRIES {
            if self.unbound.is_empty() || now < self.refused_until {
                return None;
            }
            let at = self.random.random_range(0..self.unbound.len());
            let rtp = self.unbound.swap_remove(at);
            match sockets.open(rtp) {
                Ok(()) => return Some(rtp),
                Err(OpenError::Taken) => self.held.push_back((now + HELD, rtp)),
                Err(OpenError::Impossible(error)) => {
                    tracing::warn!(port = rtp, %error, "no media port can be bound");
                    self.unbound.push(rtp);
                    self.refused_until = now + REFUSED;
                }
            }
        }
        None
    }
}

/// Returns the end of the round that a moment is in.
fn round(moment: Instant) -> Instant {
    let round = ROUND.as_micros() as u64;
    Instant::from_micros(moment.micros().div_ceil(round) * round)
}

/// Returns the even ports of a range whose odd neighbour is in it too.
pub(crate) fn pairs(ports: &RangeInclusive<u16>) -> impl Iterator<Item = u16> + use<> {
    let end = *ports.end();
    (*ports.start()..=end).filter(move |rtp| rtp % 2 == 0 && *rtp != 0 && *rtp < end)
}
