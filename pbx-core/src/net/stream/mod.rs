//! SIP over connections, whatever the transport.
//!
//! A connection is accepted (`listener`) or opened by us (`sender`). Its `task` makes it ready by
//! the transport's `handshake`, and then reads and writes until it ends (`conversation`): messages
//! are cut from the stream as the transport's `framing` says, and the peer's silence is borne for
//! as long as `wait` allows. The `table` finds a connection by its number or its peer, and knows
//! which one has to go where there are too many; `status` is what table and task share. The rest of
//! the exchange is their `host`.
//!
//! So a transport is a constructor of `StreamListener` with a handshake, and a framing where its
//! messages are not cut by Content-Length.

mod connections;
mod conversation;
mod framing;
mod handshake;
mod host;
mod listener;
mod sender;
mod status;
mod table;
mod task;
mod wait;

pub(super) use connections::Connections;
pub(super) use handshake::NoHandshake;
pub(super) use host::StreamHost;
pub(super) use listener::StreamListener;
pub(super) use sender::StreamSender;
pub(super) use table::Crowding;
