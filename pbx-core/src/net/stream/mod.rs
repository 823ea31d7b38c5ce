//! SIP over connections.

mod connections;
mod conversation;
mod table;
mod wait;

pub(super) use connections::Connections;
