//! Time as an argument: nothing in this room reads a clock outside `net`.

pub use pbx_sip::time::Instant;
use serde::{Deserialize, Serialize};

/// Wall time: microseconds since 1970-01-01 UTC. For records and schedules, never for timers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wall(i64);

impl Wall {
    /// The moment this many microseconds after 1970-01-01 UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01 UTC.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01 UTC.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

/// Both times of one moment: steady time for timers, wall time for records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Now {
    /// Steady time: never goes back, means nothing to people.
    pub mono: Instant,
    /// Wall time: may jump.
    pub wall: Wall,
}
