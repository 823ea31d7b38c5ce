//! Every open connection, found by its number or by its peer.

use super::framing::Framing;
use super::status::ConnectionStatus;
use super::table::{Connection, ConnectionLimits, ConnectionTable, Crowding, Queueing};
use crate::base::flow::Flow;
use crate::base::settings::Settings;
use crate::base::time::Instant;
use crate::net::inbox::Inbox;
use bytes::Bytes;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// Messages that may wait for a slow peer; one more and the connection is closed.
const WAITING: usize = 512;

/// Every open connection, whatever its transport. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::net) struct Connections {
    shared: Arc<ConnectionsShared>,
}

#[derive(Debug)]
struct ConnectionsShared {
    table: Mutex<ConnectionTable>,
    next: AtomicU64,
    inbox: Inbox,
}

impl Connections {
    /// Makes an empty table, for as many connections as the settings allow.
    pub(in crate::net) fn new(inbox: Inbox, settings: &Settings) -> Self {
        let limits = ConnectionLimits { all: settings.connections, of_one: settings.connections_per_address };
        let table = Mutex::new(ConnectionTable::new(limits));
        Self { shared: Arc::new(ConnectionsShared { table, next: AtomicU64::new(1), inbox }) }
    }

    /// Keeps a connection until its peer closes it or is gone: a peer has proven its identity on
    /// it, or a call uses it.
    pub(super) fn prove(&self, flow: &Flow) {
        self.table().prove(flow);
    }

    /// Queues bytes that the connection's framing made; a connection that is full is closed.
    pub(super) fn put_framed(&self, flow: &Flow, framed: Bytes) {
        let mut table = self.table();
        if table.put_framed(flow, framed) == Queueing::Full {
            table.close(flow);
        }
    }

    /// Takes in a connection that was accepted. Returns what is queued for it, or `None` if there
    /// is no room; and the shortage of room, where that is news.
    pub(super) fn admit<F: Framing>(
        &self,
        now: Instant,
        flow: &Flow,
        status: &Arc<ConnectionStatus>,
    ) -> (Option<mpsc::Receiver<Bytes>>, Option<Crowding>) {
        let mut table = self.table();
        let crowding = table.crowding(now, flow.remote.ip());
        (enter::<F>(&mut table, flow, status), crowding)
    }

    /// Closes a connection. One that was never proven carries no call and no registration: its loss
    /// concerns no engine, and opening and closing connections must cause no search for what it
    /// concerns.
    pub(super) fn close(&self, flow: &Flow, status: &ConnectionStatus) {
        self.table().close(flow);
        if status.is_proven() {
            self.report_lost(flow);
        }
    }

    /// Reports a flow as lost to every engine.
    pub(super) fn report_lost(&self, flow: &Flow) {
        self.shared.inbox.flow_lost(*flow);
    }

    /// Gives back the room of a connection that is closed.
    pub(super) fn forget(&self, flow: &Flow) {
        self.table().forget(flow.connection);
    }

    /// Numbers the next connection.
    pub(super) fn number(&self) -> u64 {
        self.shared.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Locks the table.
    pub(super) fn table(&self) -> MutexGuard<'_, ConnectionTable> {
        self.shared.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a connection into the table. Returns what is queued for it, or `None` if there is no room.
pub(super) fn enter<F: Framing>(
    table: &mut ConnectionTable,
    flow: &Flow,
    status: &Arc<ConnectionStatus>,
) -> Option<mpsc::Receiver<Bytes>> {
    let (sender, outgoing) = mpsc::channel(WAITING);
    table.enter(flow.connection, Connection::new::<F>(flow, sender, status.clone())).then_some(outgoing)
}
