//! SIP itself, sans-IO: messages, transactions, dialogs, digest and SDP. Knows no PBX, no socket and no clock.

pub mod message;
pub mod time;

pub use message::Message;
