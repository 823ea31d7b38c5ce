//! Every open connection, found by its number or by its peer.

use super::framing::Framing;
use super::handshake::NoHandshake;
use super::status::ConnectionStatus;
use super::table::{Connection, ConnectionLimits, ConnectionTable, Crowding, Queueing};
use super::task::ConnectionTask;
use crate::base::flow::{Flow, Transport};
use crate::base::settings::Settings;
use crate::door::{Alarm, AlarmKind};
use crate::net::Inbox;
use crate::net::front::Front;
use bytes::Bytes;
use pbx_sip::framing::Framer;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Messages that may wait for a slow peer; one more and the connection is closed.
const WAITING: usize = 512;

/// Every open connection, whatever its transport. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Connections {
    shared: Arc<ConnectionsShared>,
}

#[derive(Debug)]
struct ConnectionsShared {
    table: Mutex<ConnectionTable>,
    next: AtomicU64,
    inbox: Inbox,
    runtime: Handle,
    front: OnceLock<Weak<Front>>,
}

impl Connections {
    /// Makes an empty table, for as many connections as the settings allow; tasks run on this
    /// runtime.
    pub fn new(inbox: Inbox, runtime: Handle, settings: &Settings) -> Self {
        let limits = ConnectionLimits { all: settings.connections, of_one: settings.connections_per_address };
        let table = Mutex::new(ConnectionTable::new(limits));
        let shared = ConnectionsShared { table, next: AtomicU64::new(1), inbox, runtime, front: OnceLock::new() };
        Self { shared: Arc::new(shared) }
    }

    /// Keeps a connection until its peer closes it or is gone: a peer has proven its identity on
    /// it, or a call uses it.
    pub(in crate::net) fn prove(&self, flow: &Flow) {
        self.table().prove(flow);
    }

    /// Sets who takes what is read on connections that we open.
    pub(in crate::net) fn read_for(&self, front: &Arc<Front>) {
        let _ = self.shared.front.set(Arc::downgrade(front));
    }

    /// Sends a message on the flow's connection.
    ///
    /// A flow with a number is that connection and no other, not even one to the same peer: those
    /// who wait on a flow learn when that flow is lost, and would wait in vain on another (RFC 5626
    /// §5.3). Without a number it is any connection to the peer, or a new one (RFC 3261 §18.1.1).
    pub fn send(&self, flow: &Flow, message: &Bytes) {
        if !self.put(flow, message) {
            let (inbox, flow) = (self.shared.inbox.clone(), *flow);
            // Not here: an engine that sends would wait for room in its own queue.
            self.shared.runtime.spawn(async move { inbox.flow_lost(flow) });
        }
    }

    /// Answers on the connection that a message came by. If that is gone, no engine waits for it.
    pub(in crate::net) fn answer(&self, flow: &Flow, message: &Bytes) {
        self.put(flow, message);
    }

    /// Queues a message. Returns whether there is a connection, and room on it.
    fn put(&self, flow: &Flow, message: &Bytes) -> bool {
        let mut table = self.table();
        match table.put(flow, message) {
            Queueing::Queued => true,
            Queueing::Full => {
                table.close(flow);
                false
            }
            Queueing::NoConnection => flow.connection == 0 && self.open(&mut table, flow, message),
        }
    }

    /// Queues bytes that the connection's framing made.
    pub(super) fn reply(&self, flow: &Flow, framed: Bytes) {
        let mut table = self.table();
        if matches!(table.put_framed(flow, framed), Queueing::Full) {
            table.close(flow);
        }
    }

    /// Begins to open a connection for a flow without a number. If that fails, we report the loss
    /// of the numbered one, which is the loss of every flow to this peer that has none.
    fn open(&self, table: &mut ConnectionTable, flow: &Flow, first: &Bytes) -> bool {
        if !is_opened_by_us(flow.transport) {
            return false;
        }
        let Some(front) = self.shared.front.get().and_then(Weak::upgrade) else { return false };
        let flow = Flow { connection: self.number(), ..*flow };
        let status = Arc::new(ConnectionStatus::ours());
        let Some(task) = self.enter::<Framer>(table, flow, &status) else { return false };
        // It is new: it has room for one message.
        if !matches!(table.put(&flow, first), Queueing::Queued) {
            return false;
        }
        self.shared.runtime.spawn(task.open(NoHandshake, front.reader(flow)));
        true
    }

    /// Takes in a connection that was accepted. Returns `None` if there is no room for it.
    pub(super) fn admit<F: Framing>(&self, flow: Flow, front: &Front) -> Option<ConnectionTask> {
        let (crowding, task) = {
            let mut table = self.table();
            let crowding = table.crowding(front.now().mono, flow.remote.ip());
            (crowding, self.enter::<F>(&mut table, flow, &Arc::default()))
        };
        if let Some(crowding) = crowding {
            front.report(&no_room(front, flow.remote, crowding));
        }
        task
    }

    fn enter<F: Framing>(
        &self,
        table: &mut ConnectionTable,
        flow: Flow,
        status: &Arc<ConnectionStatus>,
    ) -> Option<ConnectionTask> {
        let (sender, outgoing) = mpsc::channel(WAITING);
        let entered = table.enter(flow.connection, Connection::new::<F>(&flow, sender, status.clone()));
        entered.then(|| ConnectionTask { connections: self.clone(), flow, outgoing, status: status.clone() })
    }

    /// Closes a connection. One that was never proven carries no call and no registration: its loss
    /// concerns no engine, and to look for what it may concern is work that nobody should cause by
    /// opening and closing connections.
    pub(super) fn close(&self, flow: &Flow, status: &ConnectionStatus) {
        self.table().close(flow);
        if status.is_proven() {
            self.shared.inbox.flow_lost(*flow);
        }
    }

    /// Gives back the room of a connection that is closed.
    pub(super) fn forget(&self, flow: &Flow) {
        self.table().forget(flow.connection);
    }

    /// Numbers the next connection.
    pub(super) fn number(&self) -> u64 {
        self.shared.next.fetch_add(1, Ordering::Relaxed)
    }

    fn table(&self) -> MutexGuard<'_, ConnectionTable> {
        self.shared.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns whether we open connections of a transport: a WebSocket is opened by its client alone
/// (RFC 7118).
const fn is_opened_by_us(transport: Transport) -> bool {
    matches!(transport, Transport::Tcp)
}

/// Describes what an administrator should know.
fn no_room(front: &Front, source: SocketAddr, crowding: Crowding) -> Alarm {
    let Crowding { connections, of_one_source } = crowding;
    let kind = AlarmKind::Crowded { connections, of_one_source };
    Alarm { kind, at: front.now().wall, source, account: String::new(), tenant: None }
}

#[cfg(test)]
mod tests;
