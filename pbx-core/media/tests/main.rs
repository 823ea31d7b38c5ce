//! The media room from outside: its rules without sockets, then its threads on loopback.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod counters;
mod hostile;
mod latching;
mod loopback;
mod packet;
mod pooling;
mod relaying;
mod virtual_relay;
