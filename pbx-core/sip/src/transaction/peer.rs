//! The other end of a transaction.

use std::net::SocketAddr;

/// The other end of a transaction: where its messages come from and go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peer {
    /// The address that they really came from, whatever the message says.
    pub address: SocketAddr,
    /// Whether they travel on a stream, which delivers by itself and can be lost (RFC 3261 §17).
    pub reliable: bool,
}

#[cfg(test)]
impl Peer {
    /// Makes a peer of the tests, over UDP.
    pub(super) fn datagrams() -> Self {
        Self { address: SocketAddr::from(([192, 0, 2, 1], 5062)), reliable: false }
    }

    /// Makes the same over TCP.
    pub(super) fn stream() -> Self {
        Self { reliable: true, ..Self::datagrams() }
    }
}
