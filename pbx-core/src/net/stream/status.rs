//! Whether a connection is proven, and what waits for its peer.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;

/// The most bytes that may wait for a peer that has proven nothing: the answers to what is read at
/// once, and some.
const STRANGERS_BACKLOG: usize = 16 * 1024;

/// The standing of a connection, shared by its task and the table.
#[derive(Debug, Default)]
pub(super) struct ConnectionStatus {
    proven: AtomicBool,
    /// Bytes that wait to be written.
    waiting: AtomicUsize,
    evicted: Notify,
}

impl ConnectionStatus {
    /// Describes a connection that we open ourselves.
    pub(super) fn ours() -> Self {
        Self { proven: AtomicBool::new(true), ..Self::default() }
    }

    /// Returns whether a peer has proven its identity on it, or a call uses it.
    pub(super) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }

    /// Marks it as proven. Returns whether it was before.
    pub(super) fn prove(&self) -> bool {
        self.proven.swap(true, Ordering::Relaxed)
    }

    /// Counts so many bytes as waiting. Returns whether they may: a stranger that asks and does not
    /// listen gets no more answers.
    pub(super) fn queue(&self, bytes: usize) -> bool {
        let waiting = self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes;
        waiting <= STRANGERS_BACKLOG || self.is_proven()
    }

    /// Counts so many of the bytes that waited as written.
    pub(super) fn wrote(&self, bytes: usize) {
        self.waiting.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Ends the connection at once.
    pub(super) fn evict(&self) {
        self.evicted.notify_one();
    }

    /// Waits until another connection needs the room, or the peer has asked for more than it
    /// listens to.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }
}
