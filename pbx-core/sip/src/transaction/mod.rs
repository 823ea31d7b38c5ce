//! Transactions (RFC 3261 §17 with RFC 6026): one request, its responses, and what the network does
//! to them.
//!
//! Four tables say what a transaction does, one file each: [`client_invite`], [`client`],
//! [`server_invite`], [`server`]. The [`Layer`] owns the transactions of an engine and their
//! timers, finds the one that a message belongs to ([`Key`]), and turns the tables' words into
//! bytes.

mod action;
pub mod client;
pub mod client_invite;
mod entry;
mod facts;
mod key;
mod layer;
mod machine;
mod make;
mod peer;
mod queue;
pub mod server;
pub mod server_invite;
mod step;
mod timer;

pub use action::{Action, Failure};
pub use key::{Key, TransactionId};
pub use layer::Layer;
pub use machine::Machine;
pub use peer::Peer;
pub use step::{Class, Effect, Input, Step};
pub use timer::{Timer, Timers};

#[cfg(test)]
mod tests;
