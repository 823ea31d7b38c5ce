//! The counters of one received stream: packets, bytes, losses and jitter (RFC 3550 appendix A.1,
//! A.3 and A.8).

use crate::payloads::Payloads;
use crate::rtp::Header;
use crate::time::Instant;

/// A jump ahead of more than this is a restart, not a loss (RFC 3550 A.1, MAX_DROPOUT).
const MAX_DROPOUT: u16 = 3000;
/// A packet that is late by more than this is of a restarted stream (RFC 3550 A.1, MAX_MISORDER).
const MAX_MISORDER: u16 = 100;

/// The counters of one far end.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    /// Packets that were passed on.
    pub packets: u64,
    /// The bytes of those packets, header and payload.
    pub bytes: u64,
    lost_before: u64,
    /// The run that goes on, and the one of another source before it, of which late packets may
    /// still come.
    runs: [Option<Run>; 2],
    jitter: Jitter,
}

/// An unbroken run of sequence numbers of one source.
#[derive(Clone, Copy, Debug)]
struct Run {
    ssrc: u32,
    base: u64,
    highest: u64,
    /// The different numbers that have come.
    received: u64,
    /// The last 128 numbers as bits, the highest at bit 0: one that comes twice must not hide
    /// another's loss.
    seen: u128,
    /// After a jump too wide to be loss: the sequence number that would confirm it as a restart.
    restart_at: Option<u16>,
}

impl Run {
    fn begin(ssrc: u32, sequence: u16) -> Self {
        // One cycle of room below, so that a packet from just before the first one has a number
        // too.
        let first = 0x1_0000 + u64::from(sequence);
        Self { ssrc, base: first, highest: first, received: 1, seen: 1, restart_at: None }
    }

    /// Returns the expected packets less the received ones (RFC 3550 A.3).
    const fn lost(&self) -> u64 {
        (self.highest - self.base + 1).saturating_sub(self.received)
    }

    /// Counts one packet; returns `false` if it begins a new run.
    fn count(&mut self, sequence: u16) -> bool {
        let ahead = sequence.wrapping_sub(self.highest as u16);
        let behind = ahead.wrapping_neg();
        let place = if ahead < MAX_DROPOUT {
            self.highest += u64::from(ahead);
            self.seen = self.seen.checked_shl(ahead.into()).unwrap_or(0);
            0
        } else if behind <= MAX_MISORDER {
            self.base = self.base.min(self.highest - u64::from(behind));
            behind
        } else if self.restart_at == Some(sequence) {
            return false;
        } else {
            self.restart_at = Some(sequence.wrapping_add(1));
            return true;
        };
        let bit = 1 << place;
        self.received += u64::from(self.seen & bit == 0);
        self.seen |= bit;
        self.restart_at = None;
        true
    }
}

impl Reception {
    /// Counts a packet of `length` bytes that arrived `now`; its payload type is one of `payloads`.
    pub fn count(&mut self, now: Instant, header: Header, length: usize, payloads: &Payloads) {
        self.packets += 1;
        self.bytes += length as u64;
        self.turn_to(header);
        if let [Some(run), _] = &mut self.runs
            && !run.count(header.sequence)
        {
            // The odd packet before this one was the new run's first.
            self.lost_before += run.lost();
            *run = Run::begin(header.ssrc, header.sequence.wrapping_sub(1));
            run.count(header.sequence);
            self.jitter.restart();
        }
        self.jitter.count(now, header, payloads);
    }

    /// Puts the run of a packet's source in front, and begins it if there is none.
    fn turn_to(&mut self, header: Header) {
        let is_its = |run: &Option<Run>| run.is_some_and(|run| run.ssrc == header.ssrc);
        if is_its(&self.runs[0]) {
            return;
        }
        self.runs.swap(0, 1);
        if !is_its(&self.runs[0]) {
            self.lost_before += self.runs[0].as_ref().map_or(0, Run::lost);
            self.runs[0] = Some(Run { seen: 0, received: 0, ..Run::begin(header.ssrc, header.sequence) });
        }
        self.jitter.restart();
    }

    /// Returns the packets that never came, over all runs.
    pub fn lost(&self) -> u64 {
        self.lost_before + self.runs.iter().flatten().map(Run::lost).sum::<u64>()
    }

    /// Returns the interarrival jitter in microseconds (RFC 3550 §6.4.1).
    pub fn jitter_us(&self) -> u32 {
        let units = u64::from(self.jitter.scaled >> 4);
        u32::try_from(units * 1_000_000 / u64::from(self.jitter.rate())).unwrap_or(u32::MAX)
    }
}

/// The jitter estimate of RFC 3550 A.8, in units of the media clock times 16.
#[derive(Clone, Copy, Debug, Default)]
struct Jitter {
    clock: Option<u32>,
    last: Option<(u32, u32)>,
    scaled: u32,
}

impl Jitter {
    fn rate(&self) -> u32 {
        self.clock.unwrap_or(Payloads::assumed_clock())
    }

    fn restart(&mut self) {
        self.last = None;
    }

    fn count(&mut self, now: Instant, header: Header, payloads: &Payloads) {
        // Telephone events and comfort noise of dynamic types share the clock of the audio around
        // them (RFC 4733 §2.1).
        if let Some(rate) = payloads.clock(header.payload_type)
            && self.clock != Some(rate)
        {
            *self = Self { clock: Some(rate), ..Self::default() };
        }
        let arrival = (u128::from(now.micros()) * u128::from(self.rate()) / 1_000_000) as u32;
        let transit = arrival.wrapping_sub(header.timestamp);
        let Some((timestamp, before)) = self.last else {
            self.last = Some((header.timestamp, transit));
            return;
        };
        // The packets of one event or frame share a timestamp and say nothing about the network's
        // pace.
        if timestamp == header.timestamp {
            return;
        }
        self.last = Some((header.timestamp, transit));
        let difference = (transit.wrapping_sub(before) as i32).unsigned_abs();
        // A clock that was set, a pause of minutes: not the network's doing.
        if difference > self.rate() * 10 {
            return;
        }
        self.scaled = self.scaled + difference - ((self.scaled + 8) >> 4);
    }
}
