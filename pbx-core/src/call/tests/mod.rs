//! Calls, seen from the wire.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod answering;
mod outcomes;
mod phone;
mod room;
mod sessions;
mod traps;
