//! Media: RTP and RTCP relayed between the two sides of a call. Knows no SIP and no tenant.

pub mod command;

pub use command::{Command, Fact, Port, PortReport};
