//! Session descriptions (RFC 8866) and how two sides agree on one (RFC 3264).
//!
//! What comes is read leniently ([`Session::parse`]); what goes is always written by us, strictly.
//! A leg owns an [`OfferAnswer`], which has the `o=` line, the versions and the count of media
//! lines right whatever happens. What one leg is offered because of the other is a policy between
//! two [`Stream`]s, in [`policy`]; what a side wants itself and what was imposed on it are two
//! things, told apart in `wants`.
//!
//! # Payload numbers
//! Both legs should mean the same by a number, so that the relay need not change packets. They do
//! because a number is never chosen between the legs: RFC 3264 §5.1 has each side list the numbers
//! that it wants to *receive*, and each side's list is what the other side hears, number by number.
//! An offer of A goes to B with A's numbers, so what B sends, A understands; an answer of B goes to
//! A with B's numbers, which are A's again unless B has renumbered, so what A sends, B understands.
//! A codec that B renumbered onto a number that A uses for another one is left out.
//! [`policy::agree`] is the test of it. Where a far end answers with numbers of its own after the
//! other one has heard others (an INVITE without an offer), the relay renumbers what the two send
//! each other.

mod address;
mod codec;
mod direction;
mod offer_answer;
mod parse;
pub mod policy;
mod print;
mod said;
mod session;
mod stream;
mod wants;

pub use address::Address;
pub use codec::Codec;
pub use direction::Direction;
pub use offer_answer::{OfferAnswer, OfferAnswerError, Phase};
pub use parse::SdpError;
pub use session::{Attribute, Media, Origin, Session};
pub use stream::Stream;

#[cfg(test)]
mod tests;
