//! The circumstances in which a message is judged.

use crate::base::flow::{Flow, canonical};
use crate::base::time::Now;
use crate::directory::Directory;
use std::net::SocketAddr;

/// The circumstances of one message.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) now: Now,
    pub(super) random: u64,
    pub(super) directory: &'a Directory,
    pub(super) flow: Flow,
}

impl Moment<'_> {
    /// Returns where the message really came from.
    pub(super) fn source(&self) -> SocketAddr {
        source_of(self.flow)
    }
}

/// Returns the source of a flow; an IPv4 address looks the same by whatever socket it came.
pub(super) fn source_of(flow: Flow) -> SocketAddr {
    canonical(flow.remote)
}
