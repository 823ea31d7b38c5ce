//! Which connections there are, and who has to go when there are too many: first those on which
//! nobody has proven anything, the oldest before the others.

use crate::base::flow::{Flow, network};
use crate::base::time::Instant;
use bytes::Bytes;
use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

/// How long it is no news that there is no room.
const QUIET: Duration = Duration::from_secs(600);

/// Connections that are held at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Limits {
    /// In all.
    pub(super) all: usize,
    /// Of one address: one IPv4 address, or the /64 of one IPv6 customer.
    pub(super) of_one: usize,
}

/// Bytes that may wait for a peer on whose connection nobody has proven anything: the answers to
/// what is read at once, and some.
const OF_A_STRANGER: usize = 16 * 1024;

/// What a connection's task and the table both know of it.
#[derive(Debug, Default)]
pub(super) struct Standing {
    proven: AtomicBool,
    /// Bytes that wait to be written.
    waiting: AtomicUsize,
    evicted: Notify,
}

impl Standing {
    /// Of a connection that we open ourselves.
    pub(super) fn ours() -> Self {
        Self { proven: AtomicBool::new(true), ..Self::default() }
    }

    /// Whether somebody has proven on it who he is, or a call uses it.
    pub(super) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }

    /// Whether so many bytes more may wait; then they do. A stranger that asks and does not listen
    /// gets no more answers.
    fn takes(&self, bytes: usize) -> bool {
        let waiting = self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes;
        waiting <= OF_A_STRANGER || self.is_proven()
    }

    /// So many of the bytes that waited are written.
    pub(super) fn wrote(&self, bytes: usize) {
        self.waiting.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Waits until another one needs the room, or its peer has asked for more than it listens to.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }
}

/// There is no room for everybody, and that is news.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Crowd {
    /// How many connections there are.
    pub(super) connections: usize,
    /// Whether all of them are of this one address; else of the server.
    pub(super) of_one_source: bool,
}

/// The open connections.
#[derive(Debug)]
pub(super) struct Table {
    limits: Limits,
    by_number: HashMap<u64, Connection>,
    by_peer: HashMap<SocketAddr, u64>,
    by_address: HashMap<IpAddr, Address>,
    /// The lowest number is the oldest.
    unproven: BTreeSet<u64>,
    /// When it was told that there is no room: on the server, for one address.
    told: [Option<Instant>; 2],
}

#[derive(Debug)]
struct Connection {
    peer: SocketAddr,
    /// The way to its writer; none while it says its last words.
    outgoing: Option<mpsc::Sender<Bytes>>,
    standing: Arc<Standing>,
}

/// The connections of one address.
#[derive(Debug, Default)]
struct Address {
    all: usize,
    unproven: BTreeSet<u64>,
}

impl Table {
    pub(super) fn new(limits: Limits) -> Self {
        let (by_number, by_peer, by_address) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { limits, by_number, by_peer, by_address, unproven: BTreeSet::new(), told: [None; 2] }
    }

    /// Gives a message to the writer of the connection that a flow means. False: too much waits
    /// there already. `None`: there is no such connection.
    pub(super) fn put(&self, flow: &Flow, bytes: &Bytes) -> Option<bool> {
        let Connection { outgoing, standing, .. } = self.connection(flow)?;
        let outgoing = outgoing.as_ref()?;
        Some(standing.takes(bytes.len()) && outgoing.try_send(bytes.clone()).is_ok())
    }

    /// The connection that a flow means: the one of its number if that is this peer's, or whichever
    /// leads to the peer. Numbers begin again with every start, so a number alone tells nothing.
    fn connection(&self, flow: &Flow) -> Option<&Connection> {
        self.by_number.get(&self.number_of(flow)?).filter(|connection| connection.peer == flow.remote)
    }

    fn number_of(&self, flow: &Flow) -> Option<u64> {
        if flow.connection == 0 { self.by_peer.get(&flow.remote).copied() } else { Some(flow.connection) }
    }

    /// Makes room for one more connection of this peer, and takes it in. False: all that there are
    /// have more right to be.
    pub(super) fn enter(
        &mut self,
        number: u64,
        peer: SocketAddr,
        outgoing: mpsc::Sender<Bytes>,
        standing: &Arc<Standing>,
    ) -> bool {
        if !self.has_room(peer.ip()) {
            let of_one = self.of(peer.ip()) >= self.limits.of_one;
            let theirs = || self.by_address.get(&network(peer.ip())).and_then(|address| address.unproven.first());
            let oldest = if of_one { theirs() } else { self.unproven.first() };
            let Some(oldest) = oldest.copied() else { return false };
            if let Some(evicted) = self.remove(oldest) {
                evicted.standing.evicted.notify_one();
            }
        }
        let address = self.by_address.entry(network(peer.ip())).or_default();
        address.all += 1;
        if !standing.is_proven() {
            address.unproven.insert(number);
            self.unproven.insert(number);
        }
        let standing = standing.clone();
        self.by_number.insert(number, Connection { peer, outgoing: Some(outgoing), standing });
        self.by_peer.insert(peer, number);
        true
    }

    /// Whether one more of this address costs nobody his connection.
    fn has_room(&self, address: IpAddr) -> bool {
        self.by_number.len() < self.limits.all && self.of(address) < self.limits.of_one
    }

    fn of(&self, address: IpAddr) -> usize {
        self.by_address.get(&network(address)).map_or(0, |address| address.all)
    }

    /// What there is to tell before one more of this address is taken in.
    pub(super) fn crowd(&mut self, now: Instant, address: IpAddr) -> Option<Crowd> {
        if self.has_room(address) {
            return None;
        }
        let of_one_source = self.of(address) >= self.limits.of_one;
        let told = &mut self.told[usize::from(of_one_source)];
        if told.is_some_and(|told| now.since(told) < QUIET) {
            return None;
        }
        *told = Some(now);
        let connections = if of_one_source { self.of(address) } else { self.by_number.len() };
        Some(Crowd { connections, of_one_source })
    }

    /// Somebody has proven on it who he is, or a call uses it: it stays for as long as its peer
    /// does.
    pub(super) fn prove(&mut self, flow: &Flow) {
        let Some(number) = self.number_of(flow) else { return };
        let Some(connection) = self.connection(flow) else { return };
        if connection.standing.proven.swap(true, Ordering::Relaxed) {
            return;
        }
        self.unproven.remove(&number);
        if let Some(address) = self.by_address.get_mut(&network(flow.remote.ip())) {
            address.unproven.remove(&number);
        }
    }

    /// Nothing more is taken for it. What waits for a phone is still written; a stranger who does
    /// not listen is not waited for.
    pub(super) fn hang_up(&mut self, flow: &Flow) {
        let Some(number) = self.number_of(flow) else { return };
        if let Some(connection) = self.by_number.get_mut(&number) {
            connection.outgoing = None;
            if !connection.standing.is_proven() {
                connection.standing.evicted.notify_one();
            }
        }
        if self.by_peer.get(&flow.remote) == Some(&number) {
            self.by_peer.remove(&flow.remote);
        }
    }

    /// It is closed.
    pub(super) fn forget(&mut self, number: u64) {
        self.remove(number);
    }

    fn remove(&mut self, number: u64) -> Option<Connection> {
        let gone = self.by_number.remove(&number)?;
        self.unproven.remove(&number);
        if self.by_peer.get(&gone.peer) == Some(&number) {
            self.by_peer.remove(&gone.peer);
        }
        let whose = network(gone.peer.ip());
        if let Some(address) = self.by_address.get_mut(&whose) {
            address.unproven.remove(&number);
            address.all = address.all.saturating_sub(1);
            if address.all == 0 {
                self.by_address.remove(&whose);
            }
        }
        Some(gone)
    }
}
