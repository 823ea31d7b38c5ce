//! The system under test: the real door, engines, script host and media relay, driven by hand in virtual time.

use super::company::REALM;
use super::fate;
use super::glance::Glance;
use super::scripts::Scripts;
use super::sources::Sources;
use super::transcript::Deed;
use super::witness::Witness;
use bytes::Bytes;
use pbx_core::base::flow::{Flow, Routes, Transport};
use pbx_core::base::ids::{CallId, SLOTS, Slot, TenantId};
use pbx_core::base::settings::Settings;
use pbx_core::base::time::{Instant, Now};
use pbx_core::cdr::CallRecord;
use pbx_core::directory::Directory;
use pbx_core::door::{Admission, Door, Verdict};
use pbx_core::engine::io::{Answer, Command, Input, Output, World};
use pbx_core::engine::{Census, Engine, PortShare};
use pbx_core::event::{Event, EventKind};
use pbx_core::journal::{Entry, EntryEffect, OpenCalls};
use pbx_core::location::Binding;
use pbx_media::pool::PoolSettings;
use pbx_media::{Channel, Relay};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;
use templates::inline::Inline;

/// Where the exchange listens for SIP.
pub(crate) const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 5060);

/// The range of ports for media, and how many pairs that is.
const PORTS: RangeInclusive<u16> = 20_000..=39_999;
const PAIRS: usize = 10_000;

/// How many of its ports one life of an exchange takes that takes none twice.
const PORTS_OF_A_LIFE: u16 = 4_000;

/// The key of the door's tags, which survives restarts.
const KEY: [u8; 32] = [42; 32];

/// What the exchange draws its ids, nonces and ports from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Draws {
    /// The day's seed. A port may be taken again as soon as it has rested.
    OfTheDay,
    /// A seed of its own. No port is taken twice: which one a call gets does not matter then, even
    /// where somebody still talks to a call that is over.
    Apart(u64),
}

/// What the exchange wants of the world.
pub(crate) enum Wish {
    /// Send SIP.
    Send { to: SocketAddr, bytes: Bytes },
    /// Send SIP on a connection.
    Stream { flow: Flow, bytes: Bytes },
    /// Send media from a port of ours.
    Rtp { port: u16, to: SocketAddr, bytes: Bytes },
    /// Bring this answer of a source after that time.
    Answer(Duration, usize, Answer),
    /// Let the scripts catch up soon.
    Scripts,
}

/// The exchange and everything that it promised.
pub(crate) struct Exchange {
    pub(crate) directory: Arc<Directory>,
    pub(crate) settings: Settings,
    pub(crate) sources: Sources,
    /// Everything that was promised, in order: all that survives a restart.
    pub(crate) journal: Vec<Entry>,
    /// Everything that was published.
    pub(crate) events: Vec<Arc<Event>>,
    /// Everything that it promised and sent, in order.
    pub(crate) deeds: Vec<Deed>,
    /// What the wire saw.
    pub(crate) witness: Witness,
    /// In thousandths: how often an engine is frozen and thawed before an input.
    pub(crate) freezing: u64,
    seed: u64,
    draws: Draws,
    lives: u64,
    inputs: u64,
    datagrams: u64,
    door: Door,
    engines: Vec<Engine>,
    wakes: Vec<Option<Instant>>,
    pub(crate) scripts: Scripts,
    relay: Relay<()>,
    waiting: VecDeque<(usize, Input)>,
}

/// Every address can be reached.
struct Everywhere;

impl Routes for Everywhere {
    fn flow_to(&self, transport: Transport, remote: SocketAddr) -> Option<Flow> {
        Some(Flow { transport, ..flow_of(remote) })
    }

    fn is_ours(&self, _flow: &Flow) -> bool {
        true
    }
}

fn flow_of(remote: SocketAddr) -> Flow {
    Flow { transport: Transport::Udp, local: SERVER, remote, own: None, connection: 0 }
}

impl Exchange {
    /// An exchange that has just been started for the first time.
    pub(crate) fn new(seed: u64, draws: Draws, engines: usize, directory: Directory) -> Self {
        let seed = match draws {
            Draws::OfTheDay => seed,
            Draws::Apart(draws) => fate(seed, &[draws]),
        };
        let settings = Settings { realm: REALM.to_owned(), ..Settings::default() };
        let mut exchange = Self {
            directory: Arc::new(directory),
            sources: Sources::default(),
            journal: vec![],
            events: vec![],
            deeds: vec![],
            witness: Witness::default(),
            freezing: 0,
            seed,
            draws,
            lives: 0,
            inputs: 0,
            datagrams: 0,
            door: Door::new(KEY, KEY, &settings),
            engines: vec![],
            wakes: vec![None; engines],
            scripts: Scripts::OnTheSpot(Inline::default()),
            relay: relay(seed, draws, 0),
            waiting: VecDeque::new(),
            settings,
        };
        exchange.start(Now::default());
        exchange
    }

    /// Starts the engines with what the journal says.
    fn start(&mut self, now: Now) {
        self.lives += 1;
        let mut nonce_key = KEY;
        nonce_key[..8].copy_from_slice(&self.lives.to_le_bytes());
        self.door = Door::new(KEY, nonce_key, &self.settings);
        self.scripts = self.scripts.restarted();
        self.relay = relay(fate(self.seed, &[self.lives]), self.draws, self.lives);
        self.relay.tick(media_time(now.mono));
        self.waiting.clear();
        let count = self.wakes.len();
        self.wakes = vec![None; count];
        let bindings = self.promised_bindings();
        self.write_down_cut_calls(now);
        self.engines = (0..count)
            .map(|n| {
                let mut seed = [0; 32];
                seed[..8].copy_from_slice(&fate(self.seed, &[self.lives, n as u64]).to_le_bytes());
                let ports = PortShare::new(1, PAIRS, count);
                let mut engine = Engine::new(n as u16, ports, seed, self.door.tokens().clone())
                    .with_nonces(self.door.nonces().clone());
                let ours = bindings.iter().filter(|(tenant, _)| engine_of(tenant.slot(), count) == n);
                engine.restore(now, ours.cloned().collect());
                engine
            })
            .collect();
        for n in 0..count {
            self.waiting.push_back((n, Input::Wake));
        }
    }

    /// A start writes a record for every call that has begun and has none.
    fn write_down_cut_calls(&mut self, now: Now) {
        let mut open = OpenCalls::default();
        self.journal.iter().for_each(|entry| drop(open.apply(entry)));
        let cut = open.iter().map(|call| Entry::recorded(call.clone().into_record(now.wall)).unwrap());
        self.journal.extend(cut);
    }

    /// The power fails, and comes back at once.
    pub(crate) fn restart(&mut self, now: Now) -> Vec<Wish> {
        self.witness.restarts(now.mono);
        self.deeds.push(Deed::Started(now.mono));
        self.start(now);
        self.settle(now)
    }

    fn promised_bindings(&self) -> Vec<(TenantId, Binding)> {
        let mut held = BTreeMap::new();
        for entry in &self.journal {
            match entry {
                Entry::BindingAdded { tenant, binding } => {
                    held.insert((*tenant, binding.device, binding.key.clone()), (**binding).clone());
                }
                Entry::BindingRefreshed { tenant, refresh } => {
                    held.entry((*tenant, refresh.device, refresh.key.clone()))
                        .and_modify(|binding: &mut Binding| *binding = binding.clone().refreshed(refresh));
                }
                Entry::BindingRemoved { tenant, device, key, .. } => {
                    held.remove(&(*tenant, *device, key.clone()));
                }
                _ => {}
            }
        }
        held.into_iter().map(|((tenant, ..), binding)| (tenant, binding)).collect()
    }

    /// A datagram has come to the SIP port.
    pub(crate) fn receive(&mut self, now: Now, from: SocketAddr, bytes: Bytes) -> Vec<Wish> {
        self.receive_on(now, flow_of(from), bytes)
    }

    /// A message has come on a flow.
    pub(crate) fn receive_on(&mut self, now: Now, flow: Flow, bytes: Bytes) -> Vec<Wish> {
        self.datagrams += 1;
        let random = fate(self.seed, &[self.datagrams, 77]);
        let seen = Glance::at(&bytes);
        let mut wishes = vec![];
        let Admission { verdict, flow, .. } = self.door.admit(now, random, &self.directory, flow, bytes);
        self.witness.came(now.mono, &seen, matches!(verdict, Verdict::Deliver { .. }));
        match verdict {
            Verdict::Answer(bytes) => {
                self.witness.left(now.mono, &Glance::at(&bytes), false);
                wishes.push(self.sending(now, flow, bytes));
            }
            Verdict::Deliver { slot, message, who } => {
                let engine = engine_of(slot, self.engines.len());
                self.waiting.push_back((engine, Input::Message { flow, message, who }));
            }
            Verdict::Drop => {}
        }
        wishes.extend(self.settle(now));
        wishes
    }

    /// A connection is gone: any engine may have used it.
    pub(crate) fn loses(&mut self, now: Now, flow: Flow) -> Vec<Wish> {
        self.waiting.extend((0..self.engines.len()).map(|n| (n, Input::FlowLost(flow))));
        self.settle(now)
    }

    /// A datagram has come to a media port.
    pub(crate) fn hear(&mut self, now: Now, from: SocketAddr, port: u16, bytes: &[u8]) -> Vec<Wish> {
        let (rtp, channel) = if port.is_multiple_of(2) { (port, Channel::Rtp) } else { (port - 1, Channel::Rtcp) };
        if channel == Channel::Rtp {
            self.witness.heard(now.mono, from);
        }
        let forward = self.relay.receive(media_time(now.mono), rtp, channel, from, bytes);
        let wish = forward.map(|forward| {
            let mut bytes = bytes.to_vec();
            forward.renumber(&mut bytes);
            let port = forward.rtp + u16::from(forward.channel == Channel::Rtcp);
            Wish::Rtp { port, to: forward.to, bytes: bytes.into() }
        });
        wish.into_iter().collect()
    }

    /// Something that is not from the network.
    pub(crate) fn tell(&mut self, now: Now, engine: usize, input: Input) -> Vec<Wish> {
        self.waiting.push_back((engine, input));
        self.settle(now)
    }

    /// Somebody at a console or the shell wants something: of a tenant's engine, or of all.
    pub(crate) fn command(&mut self, now: Now, command: &Command) -> Vec<Wish> {
        for n in 0..self.engines.len() {
            let theirs = match command {
                Command::HangUp { tenant, .. } | Command::Forget { tenant, .. } => self.engine_of(*tenant) == n,
                Command::Drain | Command::Cut => true,
            };
            if theirs {
                self.waiting.push_back((n, Input::Command(command.clone())));
            }
        }
        self.settle(now)
    }

    /// The engine that a tenant lives in.
    pub(crate) fn engine_of(&self, tenant: TenantId) -> usize {
        engine_of(tenant.slot(), self.engines.len())
    }

    /// The scripts do what was asked of them meanwhile.
    pub(crate) fn scripts_catch_up(&mut self, now: Now) -> Vec<Wish> {
        for reply in self.scripts.catch_up() {
            let engine = self.engine_of(reply.tenant);
            self.waiting.push_back((engine, Input::Script(reply)));
        }
        self.settle(now)
    }

    /// Wakes the engines whose time has come, and the relay.
    pub(crate) fn wake(&mut self, now: Now) -> Vec<Wish> {
        if self.relay.next_due().is_some_and(|due| due <= media_time(now.mono)) {
            self.relay.tick(media_time(now.mono));
        }
        for n in 0..self.wakes.len() {
            if self.wakes[n].is_some_and(|at| at <= now.mono) {
                self.wakes[n] = None;
                self.waiting.push_back((n, Input::Wake));
            }
        }
        self.settle(now)
    }

    /// When it wants to be woken next.
    pub(crate) fn next_wake(&self) -> Option<Instant> {
        self.wakes.iter().flatten().min().copied()
    }

    /// What all engines together hold.
    pub(crate) fn census(&self) -> Census {
        self.engines.iter().map(Engine::census).fold(Census::default(), |sum, one| Census {
            calls: sum.calls + one.calls,
            legs: sum.legs + one.legs,
            dialogs: sum.dialogs + one.dialogs,
            transactions: sum.transactions + one.transactions,
            ports: sum.ports + one.ports,
            timers: sum.timers + one.timers,
            streams: sum.streams + one.streams,
            acks: sum.acks + one.acks,
        })
    }

    /// The records that were written, in order.
    pub(crate) fn records(&self) -> Vec<CallRecord> {
        let mut open = OpenCalls::default();
        let finished = self.journal.iter().filter_map(|entry| match open.apply(entry) {
            EntryEffect::Finished(record, told) => Some(record.read(&told).unwrap()),
            _ => None,
        });
        finished.collect()
    }

    /// The calls that have no record yet, with the Call-ID of their caller's leg and, once answered, of the other.
    pub(crate) fn running(&self) -> Vec<(TenantId, CallId, String, Option<String>)> {
        let mut running = BTreeMap::new();
        for entry in &self.journal {
            match entry {
                Entry::CallStarted { call, tenant, sip_call_id, .. } => {
                    running.insert(*call, (*tenant, *call, sip_call_id.clone(), None));
                }
                Entry::CallAnswered { call, answer, .. } => {
                    running.entry(*call).and_modify(|running| running.3 = Some(answer.sip_call_id.clone()));
                }
                Entry::CallRecorded { record, .. } => drop(running.remove(&record.brief().id)),
                _ => {}
            }
        }
        running.into_values().collect()
    }

    /// What was published about calls, as words.
    pub(crate) fn told(&self) -> impl Iterator<Item = &EventKind> {
        self.events.iter().map(|event| &event.kind)
    }

    /// Hands over what waits until nothing does.
    fn settle(&mut self, now: Now) -> Vec<Wish> {
        let mut wishes = vec![];
        while let Some((n, input)) = self.waiting.pop_front() {
            self.inputs += 1;
            if fate(self.seed, &[self.inputs, 99]) % 1000 < self.freezing {
                self.freeze_and_thaw(n);
            }
            let mut outputs = vec![];
            let world = World { now, directory: &self.directory, routes: &Everywhere, settings: &self.settings };
            self.engines[n].handle(&world, input, &mut outputs);
            for output in promises_first(outputs) {
                wishes.extend(self.carry_out(now, n, output));
            }
        }
        wishes
    }

    fn carry_out(&mut self, now: Now, n: usize, output: Output) -> Option<Wish> {
        match output {
            Output::Send { flow, bytes, about } => {
                self.door.sent(now.mono, &flow, &bytes);
                self.witness.left(now.mono, &Glance::at(&bytes), about.is_some());
                return Some(self.sending(now, flow, bytes));
            }
            Output::Received { .. } => {}
            Output::Media(command) => {
                if let Some(fact) = self.relay.command(media_time(now.mono), command) {
                    self.waiting.push_back((n, Input::Media(fact)));
                }
            }
            Output::Script(job) => {
                let was_behind = self.scripts.is_behind();
                if let Some(reply) = self.scripts.take(job) {
                    self.waiting.push_back((n, Input::Script(reply)));
                }
                return (!was_behind && self.scripts.is_behind()).then_some(Wish::Scripts);
            }
            Output::Query(query) => {
                let (after, answer) = self.sources.ask(&query);
                return Some(Wish::Answer(after, n, answer));
            }
            Output::Journal(entry) => {
                self.deeds.push(Deed::Promised(now.mono, self.journal.len()));
                self.journal.push(entry);
            }
            Output::Publish(event) => self.events.push(event),
            Output::WakeAt(at) => self.wakes[n] = Some(at),
        }
        None
    }

    fn sending(&mut self, now: Now, flow: Flow, bytes: Bytes) -> Wish {
        self.deeds.push(Deed::Sent(now.mono, flow, bytes.clone()));
        if flow.transport.is_reliable() { Wish::Stream { flow, bytes } } else { Wish::Send { to: flow.remote, bytes } }
    }

    /// Nobody may notice that an engine was bytes for a moment.
    fn freeze_and_thaw(&mut self, n: usize) {
        let bytes = self.engines[n].freeze().expect("an engine can be written down");
        self.engines[n] = Engine::thaw(&bytes).expect("an engine can be read back");
    }
}

/// All promises of a batch are on disk before anything of it is sent.
fn promises_first(outputs: Vec<Output>) -> Vec<Output> {
    let (mut promises, rest): (Vec<_>, Vec<_>) =
        outputs.into_iter().partition(|output| matches!(output, Output::Journal(_)));
    promises.extend(rest);
    promises
}

fn engine_of(slot: Slot, engines: usize) -> usize {
    usize::from(slot.0) * engines / usize::from(SLOTS)
}

fn media_time(now: Instant) -> pbx_media::time::Instant {
    pbx_media::time::Instant::from_micros(now.micros())
}

fn relay(seed: u64, draws: Draws, life: u64) -> Relay<()> {
    let (ports, rest) = match draws {
        Draws::OfTheDay => (PORTS, Duration::from_secs(2)),
        Draws::Apart(_) => {
            let first = PORTS.start() + life as u16 * PORTS_OF_A_LIFE;
            (first..=first + PORTS_OF_A_LIFE - 1, Duration::from_secs(86_400))
        }
    };
    Relay::new(&PoolSettings { ports, thread: 0, threads: 1, rest, spare: 256, seed }, ())
}
