//! All transactions of an engine: which message belongs to which, and when each is woken.

use super::entry::{Transaction, What};
use super::facts::{Facts, MessageKind};
use super::queue::Queue;
use super::{Action, Class, Effect, Input, Key, Machine, Peer, Timer, Timers, TransactionId, make};
use crate::Message;
use crate::build::Reply;
use crate::time::Instant;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// The transactions of an engine. Plain data: it can be stored and carried elsewhere between any
/// two calls.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Layer<U> {
    timers: Timers,
    table: BTreeMap<TransactionId, Box<Transaction<U>>>,
    keys: HashMap<Key, TransactionId>,
    /// Requests outside of dialogs by what stays the same on all ways (RFC 3261 §8.2.2.2).
    merge: HashMap<Arc<str>, TransactionId>,
    /// Those on streams, by where the stream leads: its loss concerns few of many.
    streams: BTreeSet<(SocketAddr, TransactionId)>,
    queue: Queue,
    last: u64,
}

impl<U: Clone> Layer<U> {
    /// Makes a layer without transactions.
    pub fn new(timers: Timers) -> Self {
        Self {
            timers,
            table: BTreeMap::new(),
            keys: HashMap::new(),
            merge: HashMap::new(),
            streams: BTreeSet::new(),
            queue: Queue::default(),
            last: 0,
        }
    }

    /// Takes a message that came; a request with what its receiver adds to the topmost Via (RFC
    /// 3261 §18.2.1), so that what is answered here has it too.
    ///
    /// If it begins a transaction, `user` is kept with it, and every action about it tells it. One
    /// that is not `expected`, because it is of no dialog that is known, begins none: what nobody
    /// knows costs no memory.
    ///
    /// For a message without the headers that RFC 3261 §8.1.1 wants nothing happens: the gate has
    /// answered it already.
    pub fn receive(&mut self, now: Instant, message: &Message, peer: Peer, expected: bool, user: U) -> Vec<Action<U>> {
        let mut out = Vec::new();
        let Some(facts) = Facts::of(message) else { return out };
        match facts.kind {
            MessageKind::Response(code) => match self.keys.get(&Key::of_response(&facts)).copied() {
                Some(id) => self.run(now, id, Input::Response(Class::of(code)), What::Heard(message), &mut out),
                None => out.push(Action::Stray),
            },
            MessageKind::Request => {
                let key = Key::of_request(&facts, peer.address.ip());
                let is_ack = facts.method() == "ACK";
                match self.keys.get(&key) {
                    Some(&id) if is_ack => self.run(now, id, Input::Ack, What::Nothing, &mut out),
                    Some(&id) => self.run(now, id, Input::Repeated, What::Nothing, &mut out),
                    None if is_ack => out.push(Action::Ack),
                    None if expected => self.request(now, &facts, key, peer, user, &mut out),
                    None => out.push(Action::Nowhere),
                }
            }
        }
        out
    }

    /// Begins the transaction of a new request, unless it cancels nothing.
    fn request(&mut self, now: Instant, facts: &Facts<'_>, key: Key, peer: Peer, user: U, out: &mut Vec<Action<U>>) {
        let is_cancel = facts.method() == "CANCEL";
        let cancelled = if is_cancel { self.cancelled_by(facts, peer) } else { None };
        if is_cancel && cancelled.is_none() {
            return out.push(Action::Nowhere);
        }
        let merge = facts.merge_key();
        let merged = merge.as_ref().and_then(|merge| self.merge.get(merge)).copied();
        let machine = Machine::server(facts.method() == "INVITE");
        let id = self.add(machine, user, stream_of(peer), facts.message.as_bytes().clone(), key);
        if let Some(transaction) = self.table.get_mut(&id) {
            transaction.merge = merge.filter(|_| merged.is_none());
            if let Some(merge) = transaction.merge.clone() {
                self.merge.insert(merge, id);
            }
        }
        self.run(now, id, Input::Begin, What::Nothing, out);
        out.push(match cancelled {
            Some(invite) => Action::Cancel { id, invite },
            None => Action::Request { id, merged },
        });
    }

    /// Finds the INVITE that a CANCEL is about, and its user's value.
    fn cancelled_by(&self, facts: &Facts<'_>, peer: Peer) -> Option<(TransactionId, U)> {
        let invite = *self.keys.get(&Key::of_cancelled(facts, peer.address.ip()))?;
        Some((invite, self.user(invite)?.clone()))
    }

    /// Begins a client transaction by sending its request; `None` if the request lacks what a
    /// transaction is known by, or its branch is in use already; an ACK begins no transaction and
    /// is sent without this layer.
    pub fn send(
        &mut self,
        now: Instant,
        request: &Message,
        peer: Peer,
        user: U,
    ) -> Option<(TransactionId, Vec<Action<U>>)> {
        let facts = Facts::of(request)?;
        let key = Key::of_response(&facts);
        if facts.method() == "ACK" || self.keys.contains_key(&key) {
            return None;
        }
        let mut out = Vec::new();
        let machine = Machine::client(facts.method() == "INVITE");
        let id = self.add(machine, user, stream_of(peer), request.as_bytes().clone(), key);
        self.run(now, id, Input::Begin, What::Nothing, &mut out);
        Some((id, out))
    }

    /// Responds to a request. Nothing happens if the transaction is over or has been answered
    /// finally.
    pub fn respond(&mut self, now: Instant, id: TransactionId, response: &Reply) -> Vec<Action<U>> {
        let mut out = Vec::new();
        let class = Class::of(response.status.code());
        self.run(now, id, Input::Respond(class), What::Said(&response.bytes), &mut out);
        out
    }

    /// Cancels an INVITE of ours, at once or as soon as the other side has shown a sign of life
    /// (RFC 3261 §9.1).
    ///
    /// `reason` is the value of a Reason header (RFC 3326), if there is to be one. Its outcome is
    /// the INVITE's final response or failure; of the CANCEL itself nothing more is heard. Nothing
    /// happens if the INVITE has its final response.
    pub fn cancel(&mut self, now: Instant, id: TransactionId, reason: Option<&str>) -> Vec<Action<U>> {
        use super::client_invite::ClientInviteState::{Calling, Proceeding};
        let mut out = Vec::new();
        let Some(invite) = self.table.get_mut(&id) else { return out };
        let waiting = match invite.machine {
            Machine::ClientInvite(Calling) => true,
            Machine::ClientInvite(Proceeding) => false,
            _ => return out,
        };
        if invite.cancel.is_some() || invite.set.iter().any(|(timer, _)| *timer == Timer::Cancelled) {
            return out;
        }
        invite.cancel = make::cancel(&invite.kept, reason).map(Box::new);
        if !waiting {
            self.send_cancel(now, id, &mut out);
        }
        out
    }

    /// Sends the CANCEL that waits, if there is one.
    fn send_cancel(&mut self, now: Instant, id: TransactionId, out: &mut Vec<Action<U>>) {
        let Some(invite) = self.table.get_mut(&id) else { return };
        let Some(bytes) = invite.cancel.take() else { return };
        let (key, user, stream) = (invite.key.for_cancel(), invite.user.clone(), invite.stream.clone());
        self.run(now, id, Input::Cancelled, What::Nothing, out);
        let cancel = self.add(Machine::client(false), user, stream, *bytes, key);
        if let Some(transaction) = self.table.get_mut(&cancel) {
            transaction.quiet = true;
        }
        self.run(now, cancel, Input::Begin, What::Nothing, out);
    }

    /// Notes that a stream that led there is lost for the transactions whose user is `lost`.
    pub fn stream_lost(&mut self, now: Instant, address: SocketAddr, lost: impl Fn(&U) -> bool) -> Vec<Action<U>> {
        let mut out = Vec::new();
        let there = (address, TransactionId(0))..=(address, TransactionId(u64::MAX));
        let there: Vec<_> = self.streams.range(there).map(|(_, id)| *id).collect();
        for id in there {
            if self.user(id).is_some_and(&lost) {
                self.run(now, id, Input::TransportError, What::Nothing, &mut out);
            }
        }
        out
    }

    /// Moves a transaction on a stream to another one, which leads there.
    pub fn moves(&mut self, id: TransactionId, address: SocketAddr, user: U) {
        let Some(transaction) = self.table.get_mut(&id) else { return };
        transaction.user = user;
        if let Some(stream) = &mut transaction.stream {
            self.streams.remove(&(**stream, id));
            **stream = address;
            self.streams.insert((address, id));
        }
    }

    /// Carries out what the timers that are due want.
    pub fn fire(&mut self, now: Instant) -> Vec<Action<U>> {
        let mut out = Vec::new();
        while let Some((id, timer)) = self.queue.due(now) {
            if let Some(transaction) = self.table.get_mut(&id) {
                transaction.set.retain(|(set, _)| *set != timer);
                self.run(now, id, Input::Due(timer), What::Nothing, &mut out);
            }
        }
        out
    }

    /// Returns when [`Layer::fire`] should be called next; `None` if nothing waits.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.queue.next()
    }

    /// Returns the value that a transaction's user gave; `None` if the transaction is over.
    pub fn user(&self, id: TransactionId) -> Option<&U> {
        self.table.get(&id).map(|transaction| &transaction.user)
    }

    /// Returns the value that a transaction's user gave, to be changed: who a request belongs to
    /// may be known only after it was looked at.
    pub fn user_mut(&mut self, id: TransactionId) -> Option<&mut U> {
        self.table.get_mut(&id).map(|transaction| &mut transaction.user)
    }

    /// Returns the machine and state of a transaction; `None` if it is over.
    pub fn machine(&self, id: TransactionId) -> Option<Machine> {
        self.table.get(&id).map(|transaction| transaction.machine)
    }

    /// Returns the living transactions, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (TransactionId, Machine, &U)> {
        self.table.iter().map(|(id, transaction)| (*id, transaction.machine, &transaction.user))
    }

    /// Returns how many transactions live.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns whether none lives.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns how many timers are set.
    pub fn timers_set(&self) -> usize {
        self.queue.len()
    }

    fn add(
        &mut self,
        machine: Machine,
        user: U,
        stream: Option<Box<SocketAddr>>,
        kept: Bytes,
        key: Key,
    ) -> TransactionId {
        self.last += 1;
        let id = TransactionId(self.last);
        self.keys.insert(key.clone(), id);
        if let Some(stream) = &stream {
            self.streams.insert((**stream, id));
        }
        let (quiet, answered, cancel, merge) = (false, false, None, None);
        let (set, pause) = (Vec::new(), Duration::ZERO);
        let transaction = Transaction { machine, user, stream, quiet, answered, kept, cancel, key, merge, set, pause };
        self.table.insert(id, Box::new(transaction));
        id
    }

    /// Gives one input to one transaction, and carries out what follows from it at the same moment.
    fn run(&mut self, now: Instant, id: TransactionId, input: Input, what: What<'_>, out: &mut Vec<Action<U>>) {
        let Some(transaction) = self.table.get_mut(&id) else { return };
        let mut at_once = None;
        for effect in transaction.machine.step(input) {
            match *effect {
                Effect::Set(timer) => match self.timers.first(timer, transaction.stream.is_some()) {
                    None => {}
                    Some(Duration::ZERO) => at_once = Some(timer),
                    Some(first) => transaction.set_timer(&mut self.queue, now, id, timer, first),
                },
                Effect::Again(timer) => {
                    let next = self.timers.next(timer, transaction.pause);
                    transaction.set_timer(&mut self.queue, now, id, timer, next);
                }
                Effect::Slow(timer) => transaction.set_timer(&mut self.queue, now, id, timer, self.timers.t2),
                Effect::Clear(timer) => transaction.clear_timer(&mut self.queue, id, timer),
                effect => transaction.speak(effect, id, what, out),
            }
        }
        let wants_cancel = transaction.cancel.is_some();
        if !transaction.machine.may_send_again() {
            transaction.kept = Bytes::new();
        }
        if transaction.machine.is_terminated() {
            self.forget(id, out);
        } else if let Some(timer) = at_once {
            self.run(now, id, Input::Due(timer), What::Nothing, out);
        } else if wants_cancel && input == Input::Response(Class::Provisional) {
            self.send_cancel(now, id, out);
        }
    }

    fn forget(&mut self, id: TransactionId, out: &mut Vec<Action<U>>) {
        let Some(transaction) = self.table.remove(&id) else { return };
        for (timer, at) in transaction.set {
            self.queue.clear(at, id, timer);
        }
        self.keys.remove(&transaction.key);
        if let Some(stream) = transaction.stream {
            self.streams.remove(&(*stream, id));
        }
        if let Some(merge) = transaction.merge {
            self.merge.remove(&merge);
        }
        if !transaction.quiet {
            out.push(Action::Terminated { id, user: transaction.user });
        }
    }
}

/// Returns where the stream to a peer leads; `None` over UDP.
fn stream_of(peer: Peer) -> Option<Box<SocketAddr>> {
    peer.reliable.then(|| Box::new(peer.address))
}
