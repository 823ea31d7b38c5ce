//! Codecs: what a payload number of RTP stands for.

use serde::{Deserialize, Serialize};

/// A payload number and its meaning (RFC 8866 §6.6, §6.15). An unknown one is passed on like any
/// other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Codec {
    /// The payload type in RTP.
    pub payload: u8,
    /// The encoding's name; empty if nobody said and the number has no fixed meaning.
    pub name: String,
    /// The clock rate in Hz; 0 if the name is empty.
    pub clock: u32,
    /// The number of audio channels.
    pub channels: u8,
    /// The parameters of `a=fmtp`, as they were given.
    pub fmtp: Option<String>,
}

/// The fixed numbers of RFC 3551 §6 that are still in use.
const FIXED: [(u8, &str, u32); 8] = [
    (0, "PCMU", 8_000),
    (3, "GSM", 8_000),
    (4, "G723", 8_000),
    (8, "PCMA", 8_000),
    (9, "G722", 8_000),
    (13, "CN", 8_000),
    (15, "G728", 8_000),
    (18, "G729", 8_000),
];

impl Codec {
    /// Makes a codec with a single channel and no parameters.
    pub fn new(payload: u8, name: &str, clock: u32) -> Self {
        Self { payload, name: name.to_owned(), clock, channels: 1, fmtp: None }
    }

    /// Returns what a number means where no `rtpmap` names its codec.
    pub fn fixed(payload: u8) -> Self {
        let (name, clock) =
            FIXED.iter().find(|(p, ..)| *p == payload).map_or(("", 0), |(_, name, clock)| (*name, *clock));
        Self::new(payload, name, clock)
    }

    /// Reads the value of an `rtpmap`: `96 opus/48000/2`.
    pub(super) fn parse_rtpmap(value: &str) -> Option<Self> {
        let (payload, rest) = value.trim().split_once(' ')?;
        let mut parts = rest.trim().split('/');
        let (name, clock) = (parts.next()?, parts.next()?);
        let channels = parts.next().map_or(Ok(1), str::parse).ok()?;
        let codec = Self::new(payload.parse().ok()?, name, clock.trim().parse().ok()?);
        (!name.is_empty()).then_some(Self { channels, ..codec })
    }

    /// About how many bytes it takes up in a description: its number, its `rtpmap` and its `fmtp`.
    pub(super) fn length(&self) -> usize {
        24 + self.name.len() + self.fmtp.as_ref().map_or(0, |fmtp| 14 + fmtp.len())
    }

    /// Returns whether both are the same encoding, whatever their numbers and parameters.
    pub fn is_same(&self, other: &Self) -> bool {
        if self.name.is_empty() || other.name.is_empty() {
            return self.payload == other.payload;
        }
        self.name.eq_ignore_ascii_case(&other.name) && self.clock == other.clock && self.channels == other.channels
    }

    /// Returns whether it carries sound, rather than keys or comfort noise beside it.
    pub fn is_sound(&self) -> bool {
        !["telephone-event", "CN", "red"].iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }
}
