//! Connections: accepted or opened, each read and written by tasks of its own, found by number or by peer.

mod stream;

use super::Inbox;
use super::front::Front;
use crate::flow::{Flow, Transport};
use bytes::Bytes;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use stream::{Heard, converse, within};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Messages that may wait for a slow peer; one more and the connection is closed.
const WAITING: usize = 512;
/// Connections held at once; beyond, new ones are refused.
const MOST: usize = 16_384;
/// How long opening a connection may take (RFC 3261 leaves it to us; timer F is 32 s).
const OPENING: Duration = Duration::from_secs(5);
/// How long to wait when the system has no file left for a connection.
const OUT_OF_FILES: Duration = Duration::from_millis(100);

/// Every open connection. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Connections {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    table: Mutex<Table>,
    next: AtomicU64,
    inbox: Inbox,
    runtime: Handle,
    front: OnceLock<std::sync::Weak<Front>>,
}

#[derive(Debug, Default)]
struct Table {
    by_number: HashMap<u64, Connection>,
    by_peer: HashMap<SocketAddr, u64>,
}

#[derive(Debug)]
struct Connection {
    peer: SocketAddr,
    /// The way to its writer; none while it says its last words.
    outgoing: Option<mpsc::Sender<Bytes>>,
}

impl Table {
    /// The connection that a flow means: the one of its number if that is this peer's, or whichever leads to the peer. Numbers
    /// begin anew with every start, so a number alone tells nothing.
    fn find(&self, flow: &Flow) -> Option<&mpsc::Sender<Bytes>> {
        let connection = self.by_number.get(&self.number_of(flow)?)?;
        connection.outgoing.as_ref().filter(|_| connection.peer == flow.remote)
    }

    fn number_of(&self, flow: &Flow) -> Option<u64> {
        if flow.connection == 0 { self.by_peer.get(&flow.remote).copied() } else { Some(flow.connection) }
    }

    fn enter(&mut self, number: u64, peer: SocketAddr, outgoing: mpsc::Sender<Bytes>) {
        self.by_number.insert(number, Connection { peer, outgoing: Some(outgoing) });
        self.by_peer.insert(peer, number);
    }

    /// Nothing more is taken for it.
    fn hang_up(&mut self, flow: &Flow) {
        let Some(number) = self.number_of(flow) else { return };
        if let Some(connection) = self.by_number.get_mut(&number) {
            connection.outgoing = None;
        }
        if self.by_peer.get(&flow.remote) == Some(&number) {
            self.by_peer.remove(&flow.remote);
        }
    }
}

impl Connections {
    /// An empty table; tasks run on this runtime.
    pub fn new(inbox: Inbox, runtime: Handle) -> Self {
        let shared =
            Shared { table: Mutex::default(), next: AtomicU64::new(1), inbox, runtime, front: OnceLock::new() };
        Self { shared: Arc::new(shared) }
    }

    /// Who is given what is read on connections that we open. Told once, when the front is there.
    pub(super) fn read_for(&self, front: &Arc<Front>) {
        let _ = self.shared.front.set(Arc::downgrade(front));
    }

    /// Sends on the flow's connection. A flow with a number is that connection and no other, not even one to the same peer:
    /// who waits on a flow is told when that flow is lost, and would wait in vain on another (RFC 5626 §5.3). Without a number
    /// it is whatever connection leads to the peer, or a new one (RFC 3261 §18.1.1).
    pub fn send(&self, flow: &Flow, bytes: Bytes) {
        let mut table = self.table();
        let is_sent = match table.find(flow).map(|outgoing| outgoing.try_send(bytes.clone())) {
            Some(Ok(())) => true,
            Some(Err(_)) => {
                table.hang_up(flow);
                false
            }
            None => flow.connection == 0 && self.open(&mut table, flow, bytes),
        };
        drop(table);
        if !is_sent {
            let (inbox, flow) = (self.shared.inbox.clone(), *flow);
            // Not here: an engine that sends would wait for room in its own mailbox.
            self.shared.runtime.spawn(async move { inbox.flow_lost(flow) });
        }
    }

    /// Begins to open a connection for a flow without a number. If that fails, the loss of the numbered one is told, and is
    /// the loss of every flow to this peer that has none.
    fn open(&self, table: &mut Table, flow: &Flow, first: Bytes) -> bool {
        let front = self.shared.front.get().and_then(std::sync::Weak::upgrade);
        let Some(front) = front.filter(|_| table.by_number.len() < MOST) else { return false };
        let (sender, receiver) = mpsc::channel(WAITING);
        // The channel is new: it has room for one.
        let _ = sender.try_send(first);
        let flow = Flow { connection: self.number(), ..*flow };
        table.enter(flow.connection, flow.remote, sender);
        let connections = self.clone();
        self.shared.runtime.spawn(async move {
            match within(OPENING, TcpStream::connect(flow.remote)).await {
                Some(Ok(stream)) => connections.run(stream, flow, receiver, &front).await,
                Some(Err(_)) | None => connections.hang_up(&flow),
            }
            connections.table().by_number.remove(&flow.connection);
        });
        true
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.shared.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn number(&self) -> u64 {
        self.shared.next.fetch_add(1, Ordering::Relaxed)
    }

    async fn run(&self, stream: TcpStream, flow: Flow, outgoing: mpsc::Receiver<Bytes>, front: &Front) {
        // Small messages leave at once; a socket that cannot do this still works.
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        let heard = |heard| match heard {
            Heard::Message(bytes) => front.receive(flow, bytes),
            Heard::Ping => front.pong(flow),
            Heard::Uncut(error) => front.refuse(flow, error),
        };
        converse(reader, writer, outgoing, heard, || self.hang_up(&flow)).await;
    }

    fn hang_up(&self, flow: &Flow) {
        self.table().hang_up(flow);
        self.shared.inbox.flow_lost(*flow);
    }

    /// Accepts until the task is aborted.
    pub(super) async fn accept(self, listener: TcpListener, front: Arc<Front>) {
        loop {
            let Ok((stream, remote)) = listener.accept().await else {
                // Out of files, most likely: the next accept may do better when some are back.
                let _ = within(OUT_OF_FILES, std::future::pending::<()>()).await;
                continue;
            };
            let Ok(own) = stream.local_addr() else { continue };
            let flow = front.routes().flow(Transport::Tcp, own, remote, self.number());
            let (sender, receiver) = mpsc::channel(WAITING);
            {
                let mut table = self.table();
                if table.by_number.len() >= MOST {
                    continue;
                }
                table.enter(flow.connection, remote, sender);
            }
            let (connections, front) = (self.clone(), front.clone());
            tokio::spawn(async move {
                connections.run(stream, flow, receiver, &front).await;
                connections.table().by_number.remove(&flow.connection);
            });
        }
    }
}

#[cfg(test)]
mod tests;
