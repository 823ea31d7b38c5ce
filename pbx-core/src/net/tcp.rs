//! Connections: accepted or opened, each read and written by tasks of its own, found by number or by peer.

use super::Inbox;
use super::front::Front;
use crate::flow::{Flow, Transport};
use bytes::Bytes;
use pbx_sip::framing::{Frame, Framer, FramingError};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
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
/// A connection that says nothing at all for so long is closed.
const IDLE: Duration = Duration::from_secs(15 * 60);

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
    by_number: HashMap<u64, mpsc::Sender<Bytes>>,
    by_peer: HashMap<SocketAddr, u64>,
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

    /// Sends on the flow's connection, on another to the same peer, or on a new one.
    pub fn send(&self, flow: &Flow, bytes: Bytes) {
        let mut table = self.shared.table.lock().unwrap_or_else(PoisonError::into_inner);
        let number = if table.by_number.contains_key(&flow.connection) {
            Some(flow.connection)
        } else {
            table.by_peer.get(&flow.remote).copied()
        };
        match number.and_then(|n| table.by_number.get(&n)) {
            Some(connection) => {
                if connection.try_send(bytes).is_err() {
                    drop(table);
                    self.shared.inbox.flow_lost(*flow);
                }
            }
            None => self.open(&mut table, flow, bytes),
        }
    }

    fn open(&self, table: &mut Table, flow: &Flow, first: Bytes) {
        let Some(front) = self.shared.front.get().and_then(std::sync::Weak::upgrade) else { return };
        let (sender, receiver) = mpsc::channel(WAITING);
        // The channel is new: it has room for one.
        let _ = sender.try_send(first);
        let number = self.enter(table, flow.remote, sender);
        let connections = self.clone();
        let flow = Flow { connection: number, ..*flow };
        self.shared.runtime.spawn(async move {
            match within(OPENING, TcpStream::connect(flow.remote)).await {
                Some(Ok(stream)) => connections.run(stream, flow, receiver, front).await,
                Some(Err(_)) | None => connections.close(&flow),
            }
        });
    }

    fn enter(&self, table: &mut Table, peer: SocketAddr, sender: mpsc::Sender<Bytes>) -> u64 {
        let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
        table.by_number.insert(number, sender);
        table.by_peer.insert(peer, number);
        number
    }

    async fn run(&self, stream: TcpStream, flow: Flow, outgoing: mpsc::Receiver<Bytes>, front: Arc<Front>) {
        // Small messages leave at once; a socket that cannot do this still works.
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        tokio::select! {
            () = read(reader, flow, &front) => {}
            () = write(writer, outgoing) => {}
        }
        self.close(&flow);
    }

    fn close(&self, flow: &Flow) {
        let mut table = self.shared.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.by_number.remove(&flow.connection);
        if table.by_peer.get(&flow.remote) == Some(&flow.connection) {
            table.by_peer.remove(&flow.remote);
        }
        drop(table);
        self.shared.inbox.flow_lost(*flow);
    }

    /// Accepts until the task is aborted.
    pub(super) async fn accept(self, listener: TcpListener, bound: SocketAddr, front: Arc<Front>) {
        loop {
            let Ok((stream, remote)) = listener.accept().await else {
                // Out of files, most likely: the next accept may do better when some are back.
                let _ = within(OUT_OF_FILES, std::future::pending::<()>()).await;
                continue;
            };
            let Ok(seen) = stream.local_addr() else { continue };
            let local = front.routes().local_for(bound, remote.ip()).unwrap_or(seen);
            let (sender, receiver) = mpsc::channel(WAITING);
            let number = {
                let mut table = self.shared.table.lock().unwrap_or_else(PoisonError::into_inner);
                if table.by_number.len() >= MOST {
                    continue;
                }
                self.enter(&mut table, remote, sender)
            };
            let flow = Flow { transport: Transport::Tcp, local, remote, connection: number };
            let (connections, front) = (self.clone(), front.clone());
            tokio::spawn(async move { connections.run(stream, flow, receiver, front).await });
        }
    }
}

async fn read(mut stream: OwnedReadHalf, flow: Flow, front: &Front) {
    let mut framer = Framer::new(pbx_sip::gate::MAX_BYTES);
    let mut buffer = vec![0; 16 * 1024];
    while let Some(Ok(length)) = within(IDLE, stream.read(&mut buffer)).await {
        if length == 0 {
            return;
        }
        framer.push(&buffer[..length]);
        loop {
            match framer.next_frame() {
                Ok(Some(Frame::Message(bytes))) => front.receive(flow, bytes),
                Ok(Some(Frame::Ping)) => front.pong(flow),
                Ok(None) => break,
                Err(FramingError::TooLarge(head) | FramingError::NoLength(head)) => {
                    // The gate finds the same fault in the head and answers it; where the next message begins nobody knows.
                    front.receive(flow, head);
                    return;
                }
            }
        }
    }
}

async fn write(mut stream: OwnedWriteHalf, mut outgoing: mpsc::Receiver<Bytes>) {
    while let Some(bytes) = outgoing.recv().await {
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "timers live in net")]
async fn within<T>(time: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, future).await.ok()
}
