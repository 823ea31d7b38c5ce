//! Connections: accepted or opened, each read and written by tasks of its own, found by number or by peer.

use super::conversation::{Heard, converse, within};
use super::table::{Crowd, Limits, Standing, Table};
use crate::base::flow::{Flow, Transport};
use crate::base::settings::Settings;
use crate::door::{Alarm, AlarmKind};
use crate::net::Inbox;
use crate::net::front::Front;
use bytes::Bytes;
use rustix::net::sockopt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Messages that may wait for a slow peer; one more and the connection is closed.
pub(super) const WAITING: usize = 512;
/// How long opening a connection may take (RFC 3261 leaves it to us; timer F is 32 s).
const OPENING: Duration = Duration::from_secs(5);
/// How long a peer may be silent before its system is asked whether it is still there: short enough to keep a NAT's way open.
const ASK_AFTER: Duration = Duration::from_secs(60);
/// How soon it is asked again, and how often.
const ASK_AGAIN: (Duration, u32) = (Duration::from_secs(10), 3);
/// A peer whose system acknowledges nothing for so long is gone (RFC 3261 §17, timer F).
const UNACKNOWLEDGED: Duration = Duration::from_secs(32);
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

impl Connections {
    /// An empty table, for as many connections as the settings allow; tasks run on this runtime.
    pub fn new(inbox: Inbox, runtime: Handle, settings: &Settings) -> Self {
        let limits = Limits { all: settings.connections, of_one: settings.connections_per_address };
        let table = Mutex::new(Table::new(limits));
        let shared = Shared { table, next: AtomicU64::new(1), inbox, runtime, front: OnceLock::new() };
        Self { shared: Arc::new(shared) }
    }

    /// Somebody has proven on this flow who he is, or a call uses it: it is closed by its peer alone, or when its peer is gone.
    pub(in crate::net) fn prove(&self, flow: &Flow) {
        self.table().prove(flow);
    }

    /// Who is given what is read on connections that we open. Told once, when the front is there.
    pub(in crate::net) fn read_for(&self, front: &Arc<Front>) {
        let _ = self.shared.front.set(Arc::downgrade(front));
    }

    /// Sends on the flow's connection. A flow with a number is that connection and no other, not even one to the same peer:
    /// who waits on a flow is told when that flow is lost, and would wait in vain on another (RFC 5626 §5.3). Without a number
    /// it is whatever connection leads to the peer, or a new one (RFC 3261 §18.1.1).
    pub fn send(&self, flow: &Flow, bytes: Bytes) {
        if !self.put(flow, bytes) {
            let (inbox, flow) = (self.shared.inbox.clone(), *flow);
            // Not here: an engine that sends would wait for room in its own mailbox.
            self.shared.runtime.spawn(async move { inbox.flow_lost(flow) });
        }
    }

    /// Answers on the connection that something came by. If that is gone, no engine waits for it.
    pub(in crate::net) fn answer(&self, flow: &Flow, bytes: Bytes) {
        self.put(flow, bytes);
    }

    /// False: there is no connection, or no room on it.
    fn put(&self, flow: &Flow, bytes: Bytes) -> bool {
        let mut table = self.table();
        match table.put(flow, &bytes) {
            Some(true) => true,
            Some(false) => {
                table.hang_up(flow);
                false
            }
            None => flow.connection == 0 && self.open(&mut table, flow, bytes),
        }
    }

    /// Begins to open a connection for a flow without a number. If that fails, the loss of the numbered one is told, and is
    /// the loss of every flow to this peer that has none.
    fn open(&self, table: &mut Table, flow: &Flow, first: Bytes) -> bool {
        let Some(front) = self.shared.front.get().and_then(std::sync::Weak::upgrade) else { return false };
        let (sender, receiver) = mpsc::channel(WAITING);
        let flow = Flow { connection: self.number(), ..*flow };
        let standing = Arc::new(Standing::ours());
        // It is new: it has room for one message.
        if !table.enter(flow.connection, flow.remote, sender, &standing) || table.put(&flow, &first) != Some(true) {
            return false;
        }
        let connections = self.clone();
        self.shared.runtime.spawn(async move {
            match within(OPENING, TcpStream::connect(flow.remote)).await {
                Some(Ok(stream)) => connections.run(stream, flow, receiver, &front, &standing).await,
                Some(Err(_)) | None => connections.hang_up(&flow, &standing),
            }
            connections.table().forget(flow.connection);
        });
        true
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.shared.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn number(&self) -> u64 {
        self.shared.next.fetch_add(1, Ordering::Relaxed)
    }

    async fn run(
        &self,
        stream: TcpStream,
        flow: Flow,
        outgoing: mpsc::Receiver<Bytes>,
        front: &Front,
        standing: &Standing,
    ) {
        // Small messages leave at once; a socket that cannot do this still works.
        let _ = stream.set_nodelay(true);
        notice_the_dead(&stream);
        let (reader, writer) = stream.into_split();
        let heard = |heard| match heard {
            Heard::Message(bytes) => front.receive(flow, bytes),
            Heard::Ping => front.pong(flow),
            Heard::Uncut(error) => front.refuse(flow, error),
        };
        converse(reader, writer, outgoing, standing, heard, || self.hang_up(&flow, standing)).await;
    }

    /// What was never proven carries no call and no registration: its loss concerns no engine, and to look for what it may
    /// concern is work that nobody should cause by opening and closing connections.
    fn hang_up(&self, flow: &Flow, standing: &Standing) {
        self.table().hang_up(flow);
        if standing.is_proven() {
            self.shared.inbox.flow_lost(*flow);
        }
    }

    /// Accepts until the task is aborted.
    pub(in crate::net) async fn accept(self, listener: TcpListener, front: Arc<Front>) {
        loop {
            let Ok((stream, remote)) = listener.accept().await else {
                // Out of files, most likely: the next accept may do better when some are back.
                let _ = within(OUT_OF_FILES, std::future::pending::<()>()).await;
                continue;
            };
            let Ok(own) = stream.local_addr() else { continue };
            let flow = front.routes().flow(Transport::Tcp, own, remote, self.number());
            let (sender, receiver) = mpsc::channel(WAITING);
            let standing = Arc::new(Standing::default());
            let (crowd, entered) = {
                let mut table = self.table();
                let crowd = table.crowd(front.now().mono, remote.ip());
                (crowd, table.enter(flow.connection, remote, sender, &standing))
            };
            if let Some(crowd) = crowd {
                front.tell(&no_room(&front, remote, crowd));
            }
            if !entered {
                continue;
            }
            let (connections, front) = (self.clone(), front.clone());
            tokio::spawn(async move {
                connections.run(stream, flow, receiver, &front, &standing).await;
                connections.table().forget(flow.connection);
            });
        }
    }
}

/// Has the system find out whether a silent peer is still there: a registered phone may be silent for an hour, and one that
/// lost its power says no goodbye. A socket that cannot do this still works.
fn notice_the_dead(stream: &TcpStream) {
    let (again, times) = ASK_AGAIN;
    let patience = u32::try_from(UNACKNOWLEDGED.as_millis()).unwrap_or(u32::MAX);
    let _ = sockopt::set_socket_keepalive(stream, true)
        .and_then(|()| sockopt::set_tcp_keepidle(stream, ASK_AFTER))
        .and_then(|()| sockopt::set_tcp_keepintvl(stream, again))
        .and_then(|()| sockopt::set_tcp_keepcnt(stream, times))
        .and_then(|()| sockopt::set_tcp_user_timeout(stream, patience));
}

/// For the audit.
fn no_room(front: &Front, source: SocketAddr, crowd: Crowd) -> Alarm {
    let Crowd { connections, of_one_source } = crowd;
    let kind = AlarmKind::Crowded { connections, of_one_source };
    Alarm { kind, at: front.now().wall, source, account: String::new(), tenant: None }
}

#[cfg(test)]
mod tests;
