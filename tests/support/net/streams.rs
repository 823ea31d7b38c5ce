//! Connections between phones and the exchange: on them nothing is lost, doubled or overtaken, until one breaks. Then what was on
//! its way is lost, and each end finds out in its own time.

use super::{Event, Net};
use crate::support::exchange::SERVER;
use crate::support::glance::Glance;
use crate::support::weather::Climate;
use crate::support::{fate, ms, secs};
use bytes::Bytes;
use pbx_core::base::flow::{Flow, Transport};
use pbx_core::base::time::Instant;
use pbx_sip::framing::{Frame, Framer};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

/// Who is at one end of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    Exchange,
    Phone,
}

/// How long the exchange tries to open a connection to somebody who does not answer.
const OPENING: Duration = secs(5);
/// After what time at most an end finds out that its connection is broken.
const NOTICE: Duration = secs(20);
/// And at most if it is lucky.
const SOON: Duration = ms(50);
/// The same where the other end has no power: nothing comes from there that would tell.
const SILENT: Duration = secs(60);
/// How much later comes what had to be sent again.
const AGAIN: Duration = ms(500);

/// A connection.
struct Stream {
    phone: usize,
    /// As the exchange calls it.
    flow: Flow,
    /// It carries.
    whole: bool,
    /// Ends that have not found out otherwise: exchange, phone.
    trusted: [bool; 2],
    /// When the last that was sent arrives, by who sent it.
    last: [Instant; 2],
    sent: [u64; 2],
    /// Which of the phone's connections it is.
    ordinal: u64,
    /// Cuts what comes to the exchange.
    framer: Framer,
}

/// All connections that there were.
#[derive(Default)]
pub(super) struct Streams {
    all: BTreeMap<u64, Stream>,
    /// The exchange's last number; they begin anew with every start.
    number: u64,
    /// How many each phone has had.
    tally: HashMap<usize, u64>,
    /// On which one a phone sends.
    own: HashMap<usize, u64>,
    /// Where the request of this branch came from: there its answer goes.
    answers: HashMap<String, u64>,
}

impl Streams {
    fn open(&mut self, phone: usize, whole: bool, remote: impl FnOnce(u64) -> SocketAddr) -> u64 {
        let ordinal = self.tally.entry(phone).or_insert(0);
        *ordinal += 1;
        self.number += 1;
        let key = self.all.len() as u64;
        let flow = Flow {
            transport: Transport::Tcp,
            local: SERVER,
            remote: remote(*ordinal),
            own: None,
            connection: self.number,
        };
        let stream = Stream {
            phone,
            flow,
            whole,
            trusted: [true, whole],
            last: [Instant::default(); 2],
            sent: [0; 2],
            ordinal: *ordinal,
            framer: Framer::new(pbx_sip::gate::MAX_BYTES),
        };
        self.all.insert(key, stream);
        key
    }

    /// The connection that a flow means to the exchange.
    fn meant_by(&self, flow: Flow) -> Option<u64> {
        let is_meant = |stream: &Stream| {
            let numbered = flow.connection == 0 || stream.flow.connection == flow.connection;
            stream.trusted[0] && stream.flow.remote == flow.remote && numbered
        };
        self.all.iter().rev().find(|(_, stream)| is_meant(stream)).map(|(key, _)| *key)
    }

    /// On which connection a phone says this: an answer where the request came from, all else on its own.
    fn way_of(&self, phone: usize, said: &Glance) -> Option<u64> {
        let answered = said.code.and_then(|_| self.answers.get(&said.branch));
        let open = |key: &&u64| self.all.get(key).is_some_and(|stream| stream.trusted[1]);
        answered.filter(open).or_else(|| self.own.get(&phone)).copied()
    }

    /// A stream knows no messages: where what a phone says now is cut in two, if it is.
    fn cut(&self, seed: u64, key: u64, length: usize) -> usize {
        let stream = &self.all[&key];
        let roll = fate(seed, &[stream.phone as u64, stream.ordinal, stream.sent[End::Phone as usize], 0xc07]);
        (roll as usize % (2 * length)).min(length)
    }

    /// When what an end says now arrives.
    fn arrival(&mut self, seed: u64, climate: Climate, now: Instant, key: u64, from: End) -> Option<Instant> {
        let stream = self.all.get_mut(&key).filter(|stream| stream.whole)?;
        let side = from as usize;
        stream.sent[side] += 1;
        let words = [stream.phone as u64, stream.ordinal, stream.sent[side], side as u64, 0x7c9];
        let roll = |what: u64| fate(seed, &[words[0], words[1], words[2], words[3], words[4], what]);
        let jitter = Duration::from_micros(roll(0) % (climate.jitter.as_micros() as u64 + 1));
        let again = if roll(1) % 1000 < climate.loss { AGAIN } else { Duration::ZERO };
        stream.last[side] = stream.last[side].max(now + climate.delay + jitter + again);
        Some(stream.last[side])
    }
}

impl Net {
    /// A phone says something on its connection; if it has none, on a new one.
    pub(super) fn phone_streams(&mut self, n: usize, bytes: Bytes) {
        let (addr, said) = (self.phones[n].addr, Glance::at(&bytes));
        let key = self.streams.way_of(n, &said).unwrap_or_else(|| {
            let port = |ordinal: u64| 49_152 + (ordinal % 16_000) as u16;
            let seen = self.nats.seen(addr.ip());
            let key = self.streams.open(n, true, |ordinal| SocketAddr::new(seen, port(ordinal)));
            self.streams.own.insert(n, key);
            self.ladder.note(self.now, addr, "connects");
            key
        });
        let arrow = self.ladder.sent(self.now, addr, SERVER, Transport::Tcp, said);
        let cut = self.streams.cut(self.seed, key, bytes.len());
        for piece in [bytes.slice(..cut), bytes.slice(cut..)] {
            if !piece.is_empty() {
                self.carry(key, End::Phone, arrow, piece);
            }
        }
    }

    /// The exchange says something on a connection, or on a new one if it does not mind which.
    pub(super) fn exchange_streams(&mut self, flow: Flow, bytes: Bytes) {
        let found = self.streams.meant_by(flow);
        let Some(key) = found.or_else(|| (flow.connection == 0).then(|| self.exchange_connects(flow))) else {
            let lane = self.by_ip.get(&flow.remote.ip()).map_or(flow.remote, |n| self.phones[*n].addr);
            let arrow = self.ladder.sent(self.now, SERVER, lane, Transport::Tcp, Glance::at(&bytes));
            self.ladder.lost(arrow);
            return self.after(Duration::ZERO, Event::Lost(flow));
        };
        let to = self.phones[self.streams.all[&key].phone].addr;
        let arrow = self.ladder.sent(self.now, SERVER, to, Transport::Tcp, Glance::at(&bytes));
        self.carry(key, End::Exchange, arrow, bytes);
    }

    fn exchange_connects(&mut self, flow: Flow) -> u64 {
        let phone = self.by_ip.get(&flow.remote.ip()).copied();
        let phone = phone.unwrap_or_else(|| self.fail(&format!("the exchange connects to {}", flow.remote)));
        let there = &self.phones[phone];
        let is_there = there.addr == flow.remote && !self.nats.hides(flow.remote.ip());
        let listens = !there.gone && there.over.is_reliable() && is_there;
        let key = self.streams.open(phone, listens, |_| flow.remote);
        if listens {
            self.ladder.note(self.now, SERVER, "connects");
        } else {
            self.after(OPENING, Event::Notices(key, End::Exchange));
        }
        key
    }

    fn carry(&mut self, key: u64, from: End, arrow: usize, bytes: Bytes) {
        match self.streams.arrival(self.seed, self.weather.climate, self.now, key, from) {
            Some(at) => self.after(at.since(self.now), Event::Carried { key, from, arrow, bytes }),
            None => self.ladder.lost(arrow),
        }
    }

    /// Something comes out at the other end, if it is still there.
    pub(super) fn carried(&mut self, key: u64, from: End, arrow: usize, bytes: &Bytes) {
        let Some(stream) = self.streams.all.get_mut(&key).filter(|stream| stream.whole) else {
            return self.ladder.lost(arrow);
        };
        let (n, flow) = (stream.phone, stream.flow);
        if from == End::Exchange {
            let seen = Glance::at(bytes);
            if seen.code.is_none() {
                self.streams.answers.insert(seen.branch, key);
            }
            let wishes = self.phones[n].receive(self.now, bytes);
            return self.indulge(n, wishes);
        }
        stream.framer.push(bytes);
        let mut messages = vec![];
        while let Some(frame) = stream.framer.next_frame().expect("phones say how long their messages are") {
            messages.extend(match frame {
                Frame::Message(message) => Some(message),
                Frame::Ping => None,
            });
        }
        for message in messages {
            let wishes = self.exchange.receive_on(self.moment(), flow, message);
            self.grant(wishes);
        }
    }

    /// A phone's connection breaks, if it has one.
    pub(super) fn breaks(&mut self, n: usize) {
        let Some(key) = self.is_broken(n) else { return };
        let ordinal = self.streams.all[&key].ordinal;
        for end in [End::Exchange, End::Phone] {
            let roll = |what: u64| fate(self.seed, &[n as u64, ordinal, end as u64, what, 0xb4ea]);
            let most = if roll(0).is_multiple_of(3) { SOON } else { NOTICE };
            let after = Duration::from_micros(roll(1) % most.as_micros() as u64);
            self.after(after, Event::Notices(key, end));
        }
    }

    /// The same; the phone knows at once, and the exchange so much later.
    pub(super) fn cut(&mut self, n: usize, later: Duration) {
        let Some(key) = self.is_broken(n) else { return };
        self.after(Duration::ZERO, Event::Notices(key, End::Phone));
        self.after(later, Event::Notices(key, End::Exchange));
    }

    fn is_broken(&mut self, n: usize) -> Option<u64> {
        let key = self.streams.own.get(&n).copied()?;
        let stream = self.streams.all.get_mut(&key).filter(|stream| stream.whole)?;
        stream.whole = false;
        self.ladder.note(self.now, self.phones[n].addr, "connection broken");
        Some(key)
    }

    /// An end finds out.
    pub(super) fn notices(&mut self, key: u64, end: End) {
        let Some(stream) = self.streams.all.get_mut(&key) else { return };
        if !std::mem::replace(&mut stream.trusted[end as usize], false) {
            return;
        }
        let (n, flow) = (stream.phone, stream.flow);
        if end == End::Exchange {
            self.ladder.note(self.now, SERVER, &format!("lost {}", self.phones[n].name));
            return self.lost(flow);
        }
        self.ladder.note(self.now, self.phones[n].addr, "connection lost");
        if self.streams.own.get(&n) == Some(&key) {
            self.streams.own.remove(&n);
            let wishes = self.phones[n].loses_connection(self.now);
            self.indulge(n, wishes);
        }
    }

    /// The exchange is told that a flow leads nowhere.
    pub(super) fn lost(&mut self, flow: Flow) {
        let wishes = self.exchange.loses(self.moment(), flow);
        self.grant(wishes);
    }

    /// A phone has no power any more: its connections end without a word.
    pub(super) fn unplugged(&mut self, n: usize) {
        self.streams.own.remove(&n);
        let theirs = self.streams.all.iter_mut().filter(|(_, stream)| stream.phone == n && stream.trusted[1]);
        let silent: Vec<(u64, u64)> = theirs
            .map(|(key, stream)| {
                (stream.whole, stream.trusted[1]) = (false, false);
                (*key, stream.ordinal)
            })
            .collect();
        for (key, ordinal) in silent {
            let after = fate(self.seed, &[n as u64, ordinal, 0x5117]) % SILENT.as_micros() as u64;
            self.after(Duration::from_micros(after), Event::Notices(key, End::Exchange));
        }
    }

    /// The exchange has no power for a moment: its connections end, and the phones are told.
    pub(super) fn exchange_unplugged(&mut self) {
        self.streams.number = 0;
        let mut told = vec![];
        for (key, stream) in self.streams.all.iter_mut().filter(|(_, stream)| stream.trusted != [false, false]) {
            (stream.whole, stream.trusted[0]) = (false, false);
            told.push(*key);
        }
        let after = self.weather.climate.delay;
        for key in told {
            self.after(after, Event::Notices(key, End::Phone));
        }
    }
}
