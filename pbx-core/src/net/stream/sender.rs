//! Sending on connections, and opening them.

use super::connections::{Connections, enter};
use super::handshake::NoHandshake;
use super::host::StreamHost;
use super::status::ConnectionStatus;
use super::table::{ConnectionTable, Queueing};
use super::task::ConnectionTask;
use crate::base::flow::{Flow, Transport};
use bytes::Bytes;
use pbx_sip::framing::Framer;
use std::sync::{Arc, OnceLock, Weak};
use tokio::runtime::Handle;

/// The way out on connections. Cheap to clone.
#[derive(Clone)]
pub(in crate::net) struct StreamSender {
    connections: Connections,
    runtime: Handle,
    host: Arc<OnceLock<Weak<dyn StreamHost>>>,
}

impl std::fmt::Debug for StreamSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamSender").finish_non_exhaustive()
    }
}

impl StreamSender {
    /// Sends on these connections; tasks of those that it opens run on this runtime.
    pub(in crate::net) fn new(connections: Connections, runtime: Handle) -> Self {
        Self { connections, runtime, host: Arc::default() }
    }

    /// Sets who takes what is read on connections that we open; before that, none is opened.
    pub(in crate::net) fn read_for(&self, host: &Arc<dyn StreamHost>) {
        let _ = self.host.set(Arc::downgrade(host));
    }

    /// Marks a connection as proven: a peer has proven its identity on it, or a call uses it.
    pub(in crate::net) fn prove(&self, flow: &Flow) {
        self.connections.prove(flow);
    }

    /// Sends a message on the flow's connection.
    ///
    /// A flow with a number is that connection and no other, not even one to the same peer: those
    /// who wait on a flow learn when that flow is lost, and would wait in vain on another (RFC 5626
    /// §5.3). Without a number it is any connection to the peer, or a new one (RFC 3261 §18.1.1).
    pub(in crate::net) fn send(&self, flow: &Flow, message: &Bytes) {
        if !self.put(flow, message) {
            let (connections, flow) = (self.connections.clone(), *flow);
            // Not here: an engine that sends would wait for room in its own queue.
            self.runtime.spawn(async move { connections.report_lost(&flow) });
        }
    }

    /// Answers on the connection that a message came by. If that is gone, no engine waits for it.
    pub(in crate::net) fn answer(&self, flow: &Flow, message: &Bytes) {
        self.put(flow, message);
    }

    /// Queues a message. Returns whether there is a connection, and room on it.
    fn put(&self, flow: &Flow, message: &Bytes) -> bool {
        let mut table = self.connections.table();
        match table.put(flow, message) {
            Queueing::Queued => true,
            Queueing::Full => {
                table.close(flow);
                false
            }
            Queueing::NoConnection => flow.connection == 0 && self.open(&mut table, flow, message),
        }
    }

    /// Begins to open a connection for a flow without a number. If that fails, we report the loss
    /// of the numbered one, which is the loss of every flow to this peer that has none.
    fn open(&self, table: &mut ConnectionTable, flow: &Flow, first: &Bytes) -> bool {
        if !is_opened_by_us(flow.transport) {
            return false;
        }
        let Some(host) = self.host.get().and_then(Weak::upgrade) else { return false };
        let (connections, flow) = (self.connections.clone(), Flow { connection: self.connections.number(), ..*flow });
        let status = Arc::new(ConnectionStatus::ours());
        let Some(outgoing) = enter::<Framer>(table, &flow, &status) else { return false };
        // It is new: it has room for one message.
        if table.put(&flow, first) != Queueing::Queued {
            return false;
        }
        let task = ConnectionTask { connections, flow, outgoing, status };
        self.runtime.spawn(task.open(NoHandshake, host));
        true
    }
}

/// Returns whether we open connections of a transport: over TCP alone. A WebSocket's client always
/// opens it (RFC 7118).
const fn is_opened_by_us(transport: Transport) -> bool {
    matches!(transport, Transport::Tcp)
}

#[cfg(test)]
mod tests;
