//! Which connections there are, and which has to go when there are too many: first those on which
//! nothing is proven, the oldest before the others.

use super::framing::Framing;
use super::status::ConnectionStatus;
use crate::base::flow::{Flow, Transport, network};
use crate::base::time::Instant;
use bytes::Bytes;
use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long it is no news that there is no room.
const QUIET: Duration = Duration::from_secs(600);

/// The most connections that are held at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ConnectionLimits {
    /// In all.
    pub(super) all: usize,
    /// Of one address: one IPv4 address, or the /64 of one IPv6 customer.
    pub(super) of_one: usize,
}

/// A shortage of room for one more connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::net) struct Crowding {
    /// How many there are.
    pub(in crate::net) connections: usize,
    /// Whether all of them are of this one address; else of the server.
    pub(in crate::net) of_one_source: bool,
}

/// The outcome of queueing bytes for a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Queueing {
    /// They will be written.
    Queued,
    /// Too much waits already.
    Full,
    /// There is no such connection.
    NoConnection,
}

/// The open connections.
#[derive(Debug)]
pub(super) struct ConnectionTable {
    limits: ConnectionLimits,
    by_number: HashMap<u64, Connection>,
    by_peer: HashMap<PeerKey, u64>,
    by_address: HashMap<IpAddr, AddressUse>,
    /// The lowest number is the oldest.
    unproven: BTreeSet<u64>,
    /// When we last reported that there is no room: on the server, for one address.
    reported: [Option<Instant>; 2],
}

/// The key of a peer: the same address over another transport is another.
type PeerKey = (Transport, SocketAddr);

const fn key_of(flow: &Flow) -> PeerKey {
    (flow.transport, flow.remote)
}

/// The way to a connection's task.
#[derive(Debug)]
pub(super) struct Connection {
    peer: PeerKey,
    /// Leads to its writer; `None` while what waits is written for the last time.
    outgoing: Option<mpsc::Sender<Bytes>>,
    frame: fn(&Bytes) -> Bytes,
    status: Arc<ConnectionStatus>,
}

impl Connection {
    /// Describes a connection of this flow, whose messages are framed so.
    pub(super) fn new<F: Framing>(flow: &Flow, outgoing: mpsc::Sender<Bytes>, status: Arc<ConnectionStatus>) -> Self {
        Self { peer: key_of(flow), outgoing: Some(outgoing), frame: F::frame, status }
    }

    fn queue(&self, framed: Bytes) -> Queueing {
        let Some(outgoing) = &self.outgoing else { return Queueing::NoConnection };
        if self.status.queue(framed.len()) && outgoing.try_send(framed).is_ok() {
            Queueing::Queued
        } else {
            Queueing::Full
        }
    }
}

/// The connections of one address.
#[derive(Debug, Default)]
struct AddressUse {
    all: usize,
    unproven: BTreeSet<u64>,
}

impl ConnectionTable {
    /// Makes an empty table.
    pub(super) fn new(limits: ConnectionLimits) -> Self {
        let (by_number, by_peer, by_address) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { limits, by_number, by_peer, by_address, unproven: BTreeSet::new(), reported: [None; 2] }
    }

    /// Queues a message on the connection that a flow means.
    pub(super) fn put(&self, flow: &Flow, message: &Bytes) -> Queueing {
        self.connection(flow).map_or(Queueing::NoConnection, |it| it.queue((it.frame)(message)))
    }

    /// Queues bytes that the connection's framing made.
    pub(super) fn put_framed(&self, flow: &Flow, framed: Bytes) -> Queueing {
        self.connection(flow).map_or(Queueing::NoConnection, |it| it.queue(framed))
    }

    /// Finds the connection that a flow means: the one of its number if that is this peer's, or any
    /// that leads to the peer. Numbers begin again with every start, so a number alone says
    /// nothing.
    fn connection(&self, flow: &Flow) -> Option<&Connection> {
        self.by_number.get(&self.number_of(flow)?).filter(|connection| connection.peer == key_of(flow))
    }

    fn number_of(&self, flow: &Flow) -> Option<u64> {
        if flow.connection == 0 { self.by_peer.get(&key_of(flow)).copied() } else { Some(flow.connection) }
    }

    /// Takes in one more connection, and makes room for it. Returns whether there is room: the
    /// connections that there are may all have more right to it.
    pub(super) fn enter(&mut self, number: u64, connection: Connection) -> bool {
        let (peer, source) = (connection.peer, connection.peer.1.ip());
        if !self.has_room(source) {
            let of_one = self.held_by(source) >= self.limits.of_one;
            let theirs = || self.by_address.get(&network(source)).and_then(|address| address.unproven.first());
            let oldest = if of_one { theirs() } else { self.unproven.first() };
            let Some(oldest) = oldest.copied() else { return false };
            if let Some(evicted) = self.remove(oldest) {
                evicted.status.evict();
            }
        }
        let address = self.by_address.entry(network(source)).or_default();
        address.all += 1;
        if !connection.status.is_proven() {
            address.unproven.insert(number);
            self.unproven.insert(number);
        }
        self.by_number.insert(number, connection);
        self.by_peer.insert(peer, number);
        true
    }

    /// Returns whether one more of this address can be accepted without evicting another.
    fn has_room(&self, address: IpAddr) -> bool {
        self.by_number.len() < self.limits.all && self.held_by(address) < self.limits.of_one
    }

    fn held_by(&self, address: IpAddr) -> usize {
        self.by_address.get(&network(address)).map_or(0, |address| address.all)
    }

    /// Returns what there is to report before one more of this address is taken in.
    pub(super) fn crowding(&mut self, now: Instant, address: IpAddr) -> Option<Crowding> {
        if self.has_room(address) {
            return None;
        }
        let of_one_source = self.held_by(address) >= self.limits.of_one;
        let reported = &mut self.reported[usize::from(of_one_source)];
        if reported.is_some_and(|reported| now.since(reported) < QUIET) {
            return None;
        }
        *reported = Some(now);
        let connections = if of_one_source { self.held_by(address) } else { self.by_number.len() };
        Some(Crowding { connections, of_one_source })
    }

    /// Marks the connection that a flow means as proven: it stays for as long as its peer does.
    pub(super) fn prove(&mut self, flow: &Flow) {
        let Some(number) = self.number_of(flow) else { return };
        let Some(connection) = self.connection(flow) else { return };
        if connection.status.prove() {
            return;
        }
        self.unproven.remove(&number);
        if let Some(address) = self.by_address.get_mut(&network(flow.remote.ip())) {
            address.unproven.remove(&number);
        }
    }

    /// Takes nothing more for a connection. What waits for a phone is still written; we do not wait
    /// for a stranger that does not listen.
    pub(super) fn close(&mut self, flow: &Flow) {
        let Some(number) = self.number_of(flow) else { return };
        if let Some(connection) = self.by_number.get_mut(&number) {
            connection.outgoing = None;
            if !connection.status.is_proven() {
                connection.status.evict();
            }
        }
        if self.by_peer.get(&key_of(flow)) == Some(&number) {
            self.by_peer.remove(&key_of(flow));
        }
    }

    /// Gives back the room of a connection that is closed.
    pub(super) fn forget(&mut self, number: u64) {
        self.remove(number);
    }

    fn remove(&mut self, number: u64) -> Option<Connection> {
        let gone = self.by_number.remove(&number)?;
        self.unproven.remove(&number);
        if self.by_peer.get(&gone.peer) == Some(&number) {
            self.by_peer.remove(&gone.peer);
        }
        let source = network(gone.peer.1.ip());
        if let Some(address) = self.by_address.get_mut(&source) {
            address.unproven.remove(&number);
            address.all = address.all.saturating_sub(1);
            if address.all == 0 {
                self.by_address.remove(&source);
            }
        }
        Some(gone)
    }
}

#[cfg(test)]
mod tests;
