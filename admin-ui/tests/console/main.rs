//! The console from outside: requests in, answers out, over a real store.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(unreachable_pub, clippy::panic, clippy::wrong_self_convention, reason = "shared with the showcase")]

mod addresses;
mod api;
mod audit;
mod browser;
mod ends;
mod forms;
mod frame;
mod house;
mod idempotency;
mod late;
mod live;
mod meanwhile;
mod pages;
mod phones;
mod proxies;
mod questions;
mod records;
mod running;
mod sight;
mod telling;
mod versions;
mod walk;
