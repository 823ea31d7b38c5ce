//! Calls, seen from the wire.

mod admission;
mod answering;
mod change_outcomes;
mod changes;
mod descriptions;
mod moving;
mod outcomes;
mod phone;
mod ports;
mod presence;
mod reaching;
mod room;
mod sessions;
mod strangers;
mod transfer;
mod traps;
