//! The meaning of RTP's payload types at one far end: those that it sends, and those that it takes
//! (RFC 3264 §5.1).

use serde::{Deserialize, Serialize};

/// The clock rate of a dynamic payload type that the SDP does not mention, in Hz.
const DEFAULT: u32 = 8_000;

/// A payload type and its meaning, as an `a=rtpmap` has it (RFC 8866 §6.6).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Format {
    /// The payload type, 0–127.
    pub payload: u8,
    /// The number of audio channels.
    pub channels: u8,
    /// The clock rate in Hz.
    pub clock: u32,
    /// The encoding's name, in upper or lower case.
    pub name: Box<str>,
}

impl Format {
    fn is_same(&self, other: &Self) -> bool {
        let (a, b) = ((self.clock, self.channels), (other.clock, other.channels));
        a == b && self.name.eq_ignore_ascii_case(&other.name)
    }
}

/// The dynamic payload types of one far end. The static ones (RFC 3551 §6) mean the same everywhere
/// and are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payloads {
    sends: Box<[Format]>,
    takes: Box<[Format]>,
}

impl Payloads {
    /// Takes the types that a far end sends (by our SDP's numbers) and those that it takes (by its
    /// own).
    pub fn of(sends: impl Iterator<Item = Format>, takes: impl Iterator<Item = Format>) -> Self {
        let is_dynamic = |format: &Format| static_clock_rate(format.payload).is_none() && format.clock != 0;
        Self { sends: sends.filter(is_dynamic).collect(), takes: takes.filter(is_dynamic).collect() }
    }

    /// Returns the clock rate of a payload type that it sends, in Hz; `None` for a dynamic one that
    /// the SDP does not mention.
    pub(crate) fn clock(&self, payload: u8) -> Option<u32> {
        static_clock_rate(payload).or_else(|| self.sent_as(payload).map(|format| format.clock))
    }

    /// Returns the clock rate to count with where [`Self::clock`] has none, in Hz.
    pub(crate) const fn assumed_clock() -> u32 {
        DEFAULT
    }

    /// Returns whether the signalling names this dynamic payload type as one that it sends.
    pub(crate) fn sends(&self, payload: u8) -> bool {
        self.sent_as(payload).is_some()
    }

    fn sent_as(&self, payload: u8) -> Option<&Format> {
        self.sends.iter().find(|format| format.payload == payload)
    }

    /// Returns the numbers that the payload types of this far end must get for another that takes
    /// them under its own numbers; `None` if all may stay as they are, as in most calls. A number
    /// that the other side has no name for stays.
    pub(crate) fn renumbering_for(&self, other: &Self) -> Option<Renumbering> {
        let mut numbers: Box<[u8; 128]> = Box::new(std::array::from_fn(|number| number as u8));
        let mut changed = false;
        for sent in self.sends.iter().filter(|sent| sent.payload < 128) {
            let same: Vec<u8> =
                other.takes.iter().filter(|taken| taken.is_same(sent)).map(|taken| taken.payload).collect();
            if let Some(first) = same.first().filter(|_| !same.contains(&sent.payload)) {
                numbers[usize::from(sent.payload)] = *first & 0x7f;
                changed = true;
            }
        }
        changed.then_some(Renumbering(numbers))
    }
}

/// A map from the payload types of one side to the numbers that they have at the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Renumbering(Box<[u8; 128]>);

impl Renumbering {
    /// Returns the other side's number for a payload type.
    pub(crate) fn number(&self, payload: u8) -> u8 {
        self.0[usize::from(payload & 0x7f)]
    }
}

/// Returns the clock of a static payload type in Hz (RFC 3551 §6); `None` for the dynamic ones.
pub const fn static_clock_rate(payload_type: u8) -> Option<u32> {
    match payload_type {
        6 => Some(16_000),
        10 | 11 => Some(44_100),
        14 | 25 | 26 | 28 | 31..=34 => Some(90_000),
        16 => Some(11_025),
        17 => Some(22_050),
        0..=34 => Some(8_000),
        _ => None,
    }
}
