//! Puts sockets, engines, media and journal together, and takes them apart again in order.

use super::driver::{Driver, EngineIo};
use super::engine_queue::EngineQueue;
use super::exchange_config::ExchangeConfig;
use super::front::Front;
use super::inbox::Inbox;
use super::promises::Promises;
use super::routes::Listener;
use super::sender::Sender;
use super::stream::{Connections, NoHandshake, StreamHost, StreamListener, StreamSender};
use super::udp;
use super::udp::Listening;
use super::wiring::{self, Outbound};
use crate::base::flow::Transport;
use crate::base::ids::TenantId;
use crate::engine::io::Command;
use crate::engine::{Engine, PortShare};
use crate::event::Event;
use crate::location::Binding;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::io;
use std::mem::take;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::broadcast;

/// Events that a slow reader may fall behind.
const EVENTS: usize = 16_384;
/// How often a drain looks whether calls still run.
const LOOK: Duration = Duration::from_millis(50);
/// How long records may take to be complete after the last call was cut.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// A running exchange.
pub struct Exchange {
    inbox: Inbox,
    events: broadcast::Sender<Arc<Event>>,
    listening: Vec<SocketAddr>,
    stop: Arc<AtomicBool>,
    running: Vec<Arc<AtomicUsize>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    media: Arc<pbx_media::Media>,
    promises: Promises,
}

impl Exchange {
    /// Binds everything and begins to take calls.
    ///
    /// # Errors
    /// When a port is taken or a thread cannot be had; nothing is left running then.
    pub async fn start(mut config: ExchangeConfig) -> io::Result<Self> {
        let mut rng = ChaCha20Rng::from_seed(config.seed);
        let sockets = bind(&config.sip).await?;
        let listening: Vec<SocketAddr> = sockets.iter().map(|s| s.bound).collect();
        let listeners = sockets.iter().flat_map(BoundAddress::listeners).collect();
        let inbox = config.inbox.0.clone();
        let connections = Connections::new(inbox.clone(), &config.settings);
        let streams = StreamSender::new(connections.clone(), Handle::current());
        let udp = sockets.iter().map(|s| (s.bound, s.udp.clone())).collect();
        let to_media = inbox.clone();
        let media = Arc::new(pbx_media::start(&config.media, move |fact| to_media.media(fact.engine(), fact))?);
        let (events, _) = broadcast::channel(EVENTS);
        let (inputs, bindings) = (take(&mut config.inbox.1), take(&mut config.bindings));
        let mut exchange = Self {
            inbox,
            events: events.clone(),
            listening,
            stop: Arc::new(AtomicBool::new(false)),
            running: Vec::new(),
            threads: Mutex::default(),
            tasks: Vec::new(),
            media: media.clone(),
            promises: config.promises.clone(),
        };
        let outbound = Outbound { sender: Sender::new(udp, streams.clone()), media, events };
        let (engine_io, front) = wiring::wire(config, outbound, listeners, &mut rng);
        engine_io.door.restore(engine_io.clock.now(), &engine_io.configuration.snapshot(), &bindings);
        let host: Arc<dyn StreamHost> = front.clone();
        streams.read_for(&host);
        let sockets = exchange.start_listeners(sockets, &front, &connections)?;
        exchange.start_engines(Engines { inputs, sockets, bindings }, &engine_io, &mut rng)?;
        Ok(exchange)
    }

    fn start_engines(&mut self, engines: Engines, engine_io: &EngineIo, rng: &mut ChaCha20Rng) -> io::Result<()> {
        let Engines { inputs, mut sockets, bindings } = engines;
        let mut of_engine: Vec<Vec<(TenantId, Binding)>> = vec![Vec::new(); inputs.len()];
        for (tenant, binding) in bindings {
            of_engine[self.inbox.engine_of(tenant.slot())].push((tenant, binding));
        }
        let ports = PortShare::new(self.media.threads(), self.media.pairs_of_a_thread(), inputs.len());
        for (index, (queue, bindings)) in inputs.into_iter().zip(of_engine).enumerate() {
            let mut seed = [0; 32];
            rng.fill_bytes(&mut seed);
            let mut engine = Engine::new(index as u16, ports, seed, engine_io.door.tokens().clone())
                .with_nonces(engine_io.door.nonces().clone());
            engine.restore(engine_io.clock.now(), bindings);
            let running = Arc::new(AtomicUsize::new(0));
            self.running.push(running.clone());
            let sockets = take(&mut sockets);
            let (io, stop, admitted, handled) = (engine_io.clone(), self.stop.clone(), Vec::new(), 0);
            let directory = engine_io.configuration.snapshot();
            let driver = Driver { engine, queue, sockets, admitted, handled, directory, io, stop, running };
            let thread = std::thread::Builder::new().name(format!("engine-{index}")).spawn(move || driver.run())?;
            self.keep(thread);
        }
        Ok(())
    }

    /// Begins to listen. A single engine reads its sockets itself, which saves every message a
    /// change of threads; they are given back for it then.
    fn start_listeners(
        &mut self,
        bound: Vec<BoundAddress>,
        front: &Arc<Front>,
        connections: &Connections,
    ) -> io::Result<Vec<Listening>> {
        let mut sockets = Vec::new();
        for BoundAddress { bound, udp, tcp } in bound {
            self.tasks.push(tokio::spawn(tcp.accept(connections.clone(), front.clone())));
            let socket = Listening::new(udp, bound, front.clone())?;
            match self.inbox.engines() {
                1 => sockets.push(socket),
                _ => self.keep(socket.start(self.stop.clone())?),
            }
        }
        Ok(sockets)
    }

    fn keep(&self, thread: JoinHandle<()>) {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
    }

    /// Returns the addresses on which SIP is listened for.
    pub fn listening(&self) -> &[SocketAddr] {
        &self.listening
    }

    /// Subscribes to everything that happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }

    /// Returns the bus, to subscribe later.
    pub fn event_source(&self) -> broadcast::Sender<Arc<Event>> {
        self.events.clone()
    }

    /// Returns the way to the engines.
    pub fn inbox(&self) -> Inbox {
        self.inbox.clone()
    }

    /// Counts the calls that run right now.
    pub fn running_calls(&self) -> usize {
        self.running.iter().map(|calls| calls.load(Ordering::Relaxed)).sum()
    }

    /// Takes no new calls, waits for running ones until the deadline, cuts what is left, and stops
    /// with every record on disk.
    pub async fn drain(mut self, deadline: Duration) {
        self.inbox.command_all(&Command::Drain);
        self.until_quiet(deadline).await;
        if self.running_calls() > 0 {
            tracing::info!(calls = self.running_calls(), "the deadline has come: cutting calls");
        }
        self.inbox.command_all(&Command::Cut);
        self.until_quiet(LAST_WORDS).await;
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks.drain(..) {
            task.abort();
        }
        let threads = take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // A thread that panicked has reported it; the others look at `stop` five times a second
        // (`NOTICE` in driver.rs and udp.rs), so this wait is short.
        let _ = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|t| drop(t.join()))).await;
        self.promises.sync();
        self.project_the_rest().await;
    }

    /// Waits for the database, but not for long: the journal has everything, and the next start
    /// goes on with it.
    #[expect(clippy::disallowed_methods, reason = "timers live in net")]
    async fn project_the_rest(&self) {
        if tokio::time::timeout(LAST_WORDS, self.promises.refreshed()).await.is_err() {
            tracing::warn!("the database has not taken everything; the next start tells it from the journal");
        }
    }

    #[expect(clippy::disallowed_methods, reason = "timers live in net")]
    async fn until_quiet(&self, deadline: Duration) {
        let quiet = async {
            // Two looks in a row: a command that was just sent has been taken by then.
            let mut quiet_looks = 0;
            while quiet_looks < 2 {
                tokio::time::sleep(LOOK).await;
                quiet_looks = if self.running_calls() == 0 { quiet_looks + 1 } else { 0 };
            }
        };
        // Time is up: the caller looks what is left.
        let _ = tokio::time::timeout(deadline, quiet).await;
    }
}

/// The parts of the engines that their connections do not hold.
struct Engines {
    inputs: Vec<EngineQueue>,
    /// For the only engine to read.
    sockets: Vec<Listening>,
    bindings: Vec<(TenantId, Binding)>,
}

struct BoundAddress {
    bound: SocketAddr,
    udp: Arc<std::net::UdpSocket>,
    tcp: StreamListener<NoHandshake>,
}

impl BoundAddress {
    /// Lists what is listened for there.
    fn listeners(&self) -> [Listener; 2] {
        [Transport::Udp, self.tcp.transport()].map(|transport| Listener { transport, bound: self.bound })
    }
}

/// How many ports the system may choose before one is free over UDP and TCP.
const CHOICES: usize = 16;

/// UDP and TCP on each address, with the same port.
async fn bind(addresses: &[SocketAddr]) -> io::Result<Vec<BoundAddress>> {
    let mut sockets = Vec::new();
    for address in addresses {
        let taken = |error: io::Error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"));
        let mut found = bind_one(*address).await;
        // A port that the system chose for UDP may be taken over TCP.
        for _ in 0..CHOICES {
            if address.port() == 0 && found.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse) {
                found = bind_one(*address).await;
            }
        }
        sockets.push(found.map_err(taken)?);
    }
    Ok(sockets)
}

async fn bind_one(address: SocketAddr) -> io::Result<BoundAddress> {
    let udp = udp::bind(address)?;
    let mut bound = address;
    bound.set_port(udp.local_addr()?.port());
    let tcp = StreamListener::tcp(TcpListener::bind(bound).await?);
    Ok(BoundAddress { bound, udp, tcp })
}
