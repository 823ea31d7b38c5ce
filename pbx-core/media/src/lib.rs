//! Media: RTP and RTCP relayed between the two sides of a call. Knows no SIP and no tenant.
//!
//! [`relay::Relay`] is the whole relay without sockets and clock; [`start`] runs it on threads with
//! real ones. [`latch`] decides whom a port listens to, and [`command`] has the commands to the
//! threads and their facts in reply.

mod batch;
pub mod command;
pub mod datagram;
mod driver;
mod far_end;
pub mod files;
pub mod latch;
mod pace;
pub mod payloads;
pub mod pool;
mod readiness;
pub mod reception;
pub mod relay;
pub mod rtcp;
pub mod rtp;
mod sockets;
pub mod strangers;
mod target;
mod threads;
pub mod time;

pub use command::{Aim, Command, Fact, Port, PortReport};
pub use far_end::Channel;
pub use payloads::{Format, Payloads};
pub use pool::PoolSettings;
pub use relay::{Forward, Relay};
pub use threads::{Config, Media, start};
