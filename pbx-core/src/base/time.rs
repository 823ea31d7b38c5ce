//! Time as an argument: only `net` reads a clock.

pub use pbx_sip::time::Instant;
use serde::{Deserialize, Serialize};

/// A moment of wall time: microseconds since 1970-01-01 UTC. For records and schedules, never for
/// timers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wall(i64);

impl Wall {
    /// Returns the moment this many microseconds after 1970-01-01 UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Returns the microseconds since 1970-01-01 UTC.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since 1970-01-01 UTC.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

/// A moment by both clocks: steady time for timers, wall time for records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Now {
    /// Steady time: never goes back, means nothing to people.
    pub mono: Instant,
    /// Wall time: may jump.
    pub wall: Wall,
}
