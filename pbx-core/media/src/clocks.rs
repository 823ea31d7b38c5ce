//! The clocks of what a far end sends, in Hz: of fixed payload types by their number, of dynamic ones as its SDP says.

use crate::rtp::static_clock_rate;
use serde::{Deserialize, Serialize};

/// The clock of a dynamic payload type of which nothing was said.
const DEFAULT: u32 = 8_000;

/// Clocks of dynamic payload types (RFC 8866 §6.6). Takes no memory where all of them are the default, as in most calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks(Option<Box<[(u8, u32)]>>);

impl Clocks {
    /// Of payload types and their clocks; what the static table knows (RFC 3551 §6) need not be among them.
    pub fn of(said: impl Iterator<Item = (u8, u32)>) -> Self {
        let worth_it =
            |(payload, clock): &(u8, u32)| *clock != 0 && *clock != DEFAULT && static_clock_rate(*payload).is_none();
        let clocks: Box<[_]> = said.filter(worth_it).collect();
        Self(Some(clocks).filter(|clocks| !clocks.is_empty()))
    }

    /// The clock of a payload type; none for a dynamic one of which nothing but the default is known.
    pub(crate) fn known(&self, payload: u8) -> Option<u32> {
        static_clock_rate(payload).or_else(|| {
            let said = self.0.as_deref()?;
            said.iter().find(|(of, _)| *of == payload).map(|(_, clock)| *clock)
        })
    }

    /// The clock to count with where nothing is known.
    pub(crate) const fn assumed() -> u32 {
        DEFAULT
    }
}
