//! The RTP clock rates of what a far end sends, in Hz: of static payload types by their number, of dynamic ones by its SDP.

use crate::rtp::static_clock_rate;
use serde::{Deserialize, Serialize};

/// The clock rate of a dynamic payload type that the SDP says nothing of, in Hz.
const DEFAULT: u32 = 8_000;

/// Clocks of dynamic payload types (RFC 8866 §6.6). Takes no memory where all of them are the default, as in most calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks(Option<Box<[(u8, u32)]>>);

impl Clocks {
    /// Takes payload types and their clock rates in Hz; static ones (RFC 3551 §6) may be left out.
    pub fn of(said: impl Iterator<Item = (u8, u32)>) -> Self {
        let worth_it =
            |(payload, clock): &(u8, u32)| *clock != 0 && *clock != DEFAULT && static_clock_rate(*payload).is_none();
        let clocks: Box<[_]> = said.filter(worth_it).collect();
        Self(Some(clocks).filter(|clocks| !clocks.is_empty()))
    }

    /// The clock rate of a payload type in Hz; `None` for a dynamic one that the SDP says nothing of.
    pub(crate) fn known(&self, payload: u8) -> Option<u32> {
        static_clock_rate(payload).or_else(|| {
            let said = self.0.as_deref()?;
            said.iter().find(|(of, _)| *of == payload).map(|(_, clock)| *clock)
        })
    }

    /// The clock rate to count with where [`Self::known`] has none, in Hz.
    pub(crate) const fn assumed() -> u32 {
        DEFAULT
    }
}
