//! The bounded ring of SIP messages behind the ladder: files per tenant, the oldest dropped,
//! secrets masked on the way in.

mod entry;
mod mask;
mod ring;

pub use entry::{LoggedMessage, Way};
pub use mask::mask;
pub use ring::{Ladder, SipLog, SipLogLimits};
