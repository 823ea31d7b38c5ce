//! One engine: the tenants of some slots, and everything that happens to them. It is asked, it
//! never asks.
//!
//! An [`Engine`] is handed one [`io::Input`] at a time and appends [`io::Output`]s. It takes each
//! to its owner: `dispatch` finds the call, `incoming` makes one of an INVITE, `outside` answers
//! requests that begin no call, `stray` answers that nobody wants.

mod admission;
mod calls;
mod census;
mod dispatch;
mod freeze;
mod handle;
mod incoming;
mod outside;
mod stray;
mod streams;

pub use crate::context::io;
pub use crate::context::stock::PortShare;
pub use census::Census;
pub use freeze::ThawError;
pub use handle::Engine;

#[cfg(test)]
mod tests;
