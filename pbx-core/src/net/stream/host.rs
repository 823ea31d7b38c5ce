//! What the connections need of the rest of the exchange.

use super::table::Crowding;
use crate::base::flow::{Flow, Transport};
use crate::base::time::Instant;
use bytes::Bytes;
use pbx_sip::framing::FramingError;
use std::net::SocketAddr;

/// The exchange, as its connections know it.
pub(in crate::net) trait StreamHost: Send + Sync {
    /// Returns the moment.
    fn now(&self) -> Instant;

    /// Makes the flow of a connection with this number, between an address of this machine and a
    /// peer.
    fn flow(&self, transport: Transport, own: SocketAddr, remote: SocketAddr, connection: u64) -> Flow;

    /// Takes a message, or the error that a stream ends with.
    fn received(&self, flow: Flow, received: Result<Bytes, FramingError>);

    /// Reports that a peer found no room for its connection.
    fn crowded(&self, source: SocketAddr, crowding: Crowding);
}

/// A host for tests: it keeps what it receives, and answers each message by itself.
#[cfg(test)]
pub(super) struct Echo {
    pub(super) streams: super::sender::StreamSender,
    pub(super) heard: std::sync::Mutex<Vec<(Flow, Result<Bytes, FramingError>)>>,
}

#[cfg(test)]
impl StreamHost for Echo {
    fn now(&self) -> Instant {
        Instant::from_micros(1)
    }

    fn flow(&self, transport: Transport, own: SocketAddr, remote: SocketAddr, connection: u64) -> Flow {
        Flow { transport, local: own, remote, own: None, connection }
    }

    fn received(&self, flow: Flow, received: Result<Bytes, FramingError>) {
        if let Ok(message) = &received {
            self.streams.answer(&flow, message);
        }
        self.heard.lock().unwrap().push((flow, received));
    }

    fn crowded(&self, _: SocketAddr, _: Crowding) {}
}
