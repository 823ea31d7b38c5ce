//! What was received of one stream: packets, bytes, losses and jitter (RFC 3550 appendix A.1, A.3 and A.8).

use crate::clocks::Clocks;
use crate::rtp::Header;
use crate::time::Instant;

/// A jump ahead of more than this is a restart, not a loss (RFC 3550 A.1, MAX_DROPOUT).
const MAX_DROPOUT: u16 = 3000;
/// A packet that is late by more than this is of a restarted stream (RFC 3550 A.1, MAX_MISORDER).
const MAX_MISORDER: u16 = 100;

/// Counters of what came from one far end.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    /// Packets that were passed on.
    pub packets: u64,
    /// The bytes of those packets, header and payload.
    pub bytes: u64,
    lost_before: u64,
    run: Option<Run>,
    jitter: Jitter,
}

/// An unbroken run of sequence numbers of one source.
#[derive(Clone, Copy, Debug)]
struct Run {
    ssrc: u32,
    base: u64,
    highest: u64,
    received: u64,
    /// After a jump too wide to be loss: the sequence number that would confirm it as a restart.
    restart_at: Option<u16>,
}

impl Run {
    fn begin(ssrc: u32, sequence: u16) -> Self {
        // One cycle of room below, so that a packet from just before the first one has a number too.
        let first = 0x1_0000 + u64::from(sequence);
        Self { ssrc, base: first, highest: first, received: 1, restart_at: None }
    }

    const fn lost(&self) -> u64 {
        (self.highest - self.base + 1).saturating_sub(self.received)
    }

    /// Counts one packet; false if it begins a new run.
    fn count(&mut self, sequence: u16) -> bool {
        let ahead = sequence.wrapping_sub(self.highest as u16);
        let behind = ahead.wrapping_neg();
        if ahead < MAX_DROPOUT {
            self.highest += u64::from(ahead);
        } else if behind <= MAX_MISORDER {
            self.base = self.base.min(self.highest - u64::from(behind));
        } else if self.restart_at == Some(sequence) {
            return false;
        } else {
            self.restart_at = Some(sequence.wrapping_add(1));
            return true;
        }
        self.received += 1;
        self.restart_at = None;
        true
    }
}

impl Reception {
    /// Counts a packet of `length` bytes that arrived `now`; its payload type is one of `clocks`.
    pub fn count(&mut self, now: Instant, header: Header, length: usize, clocks: &Clocks) {
        self.packets += 1;
        self.bytes += length as u64;
        match &mut self.run {
            Some(run) if run.ssrc == header.ssrc => {
                if !run.count(header.sequence) {
                    // The odd packet before this one was the new run's first.
                    self.lost_before += run.lost();
                    *run = Run::begin(header.ssrc, header.sequence.wrapping_sub(1));
                    run.count(header.sequence);
                    self.jitter.restart();
                }
            }
            other => {
                self.lost_before += other.as_ref().map_or(0, Run::lost);
                *other = Some(Run::begin(header.ssrc, header.sequence));
                self.jitter.restart();
            }
        }
        self.jitter.count(now, header, clocks);
    }

    /// Packets that never came, over all runs.
    pub fn lost(&self) -> u64 {
        self.lost_before + self.run.as_ref().map_or(0, Run::lost)
    }

    /// Interarrival jitter in microseconds (RFC 3550 §6.4.1).
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
        self.clock.unwrap_or(Clocks::assumed())
    }

    fn restart(&mut self) {
        self.last = None;
    }

    fn count(&mut self, now: Instant, header: Header, clocks: &Clocks) {
        // Telephone events and comfort noise of dynamic types share the clock of the audio around them (RFC 4733 §2.1).
        if let Some(rate) = clocks.known(header.payload_type)
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
        // The packets of one event or frame share a timestamp and say nothing about the network's pace.
        if timestamp == header.timestamp {
            return;
        }
        self.last = Some((header.timestamp, transit));
        let difference = (transit.wrapping_sub(before) as i32).unsigned_abs();
        // A clock that was set anew, a pause of minutes: not the network's doing.
        if difference > self.rate() * 10 {
            return;
        }
        self.scaled = self.scaled + difference - ((self.scaled + 8) >> 4);
    }
}
