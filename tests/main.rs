//! The whole system in one test binary: the house itself, calls through a virtual network, and real phone programs.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at its first surprise")]
#![allow(
    clippy::wrong_self_convention,
    dead_code,
    reason = "scenarios read as sentences; what phones saw is shown whole"
)]

mod house;
mod programs;
mod releases;
mod rig;
mod scenarios;
mod support;
