//! The server: built, run, drained.

use crate::config::Config;
use crate::control::{self, Office};
use crate::data::Data;
use crate::file_shares::FileShares;
use crate::gone;
use crate::http;
use crate::rooms::{Scripts, Sources};
use crate::vital;
use admin_ui::{DemoAccount, FIRST_ACCOUNT, Options, Ports, Records, first_import};
use anyhow::Context;
use pbx_core::base::settings::Settings;
use pbx_core::change::Configuration;
use pbx_core::engine::io::Command;
use pbx_core::net::{
    Clock, Exchange, ExchangeConfig, Inbox, LadderWriter, LookupRuntime, Nat, Promises, StorageBook, SystemClock,
};
use pbx_core::secret::Keys;
use pbx_core::sip_log::SipLog;
use pbx_core::store::Store;
use rand_chacha::rand_core::RngCore;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use templates::pool::{Pool, PoolConfig};
use templates::source::Fetcher;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How many VMs are kept for tenants without a call right now, 0.4 MB each.
const IDLE_VMS: usize = 256;

/// A running server.
pub struct App {
    config: Config,
    configuration: Arc<Configuration>,
    store: Store,
    clock: Arc<dyn Clock>,
    exchange: Exchange,
    /// Tells the console that the server ends.
    draining: watch::Sender<bool>,
    http: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
    // Last: the folder is given back when everything else is gone.
    _folder: crate::data_dir::DataDir,
}

impl App {
    /// Opens the data folder, binds every port, and takes calls. The log-ins in `demo` are shown on the log-in page.
    ///
    /// # Errors
    /// When the data folder, a port or a thread cannot be had; nothing is left running then.
    pub async fn build(config: Config, demo: Vec<DemoAccount>) -> anyhow::Result<Self> {
        let files = FileShares::raise(&config);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let data = Data::open(&config, &*clock).await?;
        let journal = data.journal(&config).context("cannot write the journal")?;
        let log = data.sip_log(&config);
        let Data { folder, keys, store, configuration, projector, bindings } = data;
        let storage = Arc::new(StorageBook::of(folder.path(), config.disk_alarm_percent));
        let started = Promises::start(journal, projector, storage.clone());
        let (promises, feeder) = started.context("no thread is left for the journal")?;
        let listener = TcpListener::bind(config.http)
            .await
            .with_context(|| format!("cannot serve the console on {}", config.http))?;
        let (inbox, inputs) = Inbox::new(config.engines).context("no file is left for the engines")?;
        let exchange = ExchangeConfig {
            sip: config.sip.clone(),
            nat: config.external_address.map(|seen| Nat::new(seen, config.local_networks.clone())),
            media: media(&config)?,
            settings: Settings {
                connections: config.settings.connections.min(files.phones()),
                ..config.settings.clone()
            },
            clock: clock.clone(),
            seed: pbx_core::net::seed()?,
            configuration: configuration.clone(),
            door_key: keys.tag_key(),
            promises: promises.clone(),
            ladder: LadderWriter::start(log.clone())?,
            bindings,
            scripts: scripts(&config, &inbox, &clock)?,
            sources: sources(&inbox, &clock, keys.clone(), config.settings.lookups_at_once)?,
            inbox: (inbox, inputs),
        };
        let exchange = Exchange::start(exchange).await?;
        let office = office(&configuration, &store, &log, &clock, &promises);
        let socket = control::listen(folder.path(), Arc::new(office))?;
        let http = listener.local_addr()?;
        let gone = gone::follow(log.clone(), &configuration);
        let records = Records {
            store: store.clone(),
            configuration: configuration.clone(),
            sip_log: log,
            promises: Some(promises),
        };
        let options = Options {
            demo,
            proxies: config.http_proxies.clone(),
            sip: exchange.listening().to_vec(),
            external: config.external_address,
        };
        let draining = watch::Sender::new(false);
        let router = admin_ui::router(console(&exchange, records, &clock, options, draining.subscribe())?)?;
        let limits = config.http_limits.under(files.console());
        let console = tokio::spawn(http::serve(listener, router, limits, config.http_proxies.clone()));
        let pulse = pbx_core::net::start_heartbeat(&folder.pulse(), clock.clone()).context("cannot write the pulse")?;
        let path = folder.path().to_owned();
        let disk = pbx_core::net::watch_storage(storage, move || pbx_core::net::room_of(&path));
        let tasks = vec![tokio::spawn(vital::outlive(feeder)), pulse, socket, console, disk, gone];
        Ok(Self { config, configuration, store, clock, exchange, draining, http, tasks, _folder: folder })
    }

    /// Where SIP is listened for.
    pub fn sip(&self) -> &[SocketAddr] {
        self.exchange.listening()
    }

    /// Where the console is served.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// The configuration.
    pub fn configuration(&self) -> &Arc<Configuration> {
        &self.configuration
    }

    /// What to do first, in words; nothing where somebody can log in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn first_steps(&self) -> anyhow::Result<Option<String>> {
        if self.store.has_accounts().await? {
            return Ok(None);
        }
        let import = first_import(&self.config.data.display().to_string());
        Ok(Some(format!("Nobody can log in yet. Write operators.yaml:\n\n{FIRST_ACCOUNT}\nThen run: {import}")))
    }

    /// The exchange.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// The clock of the server.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The line that says that the server takes calls.
    pub fn ready(&self) -> String {
        let sip: Vec<String> = self.sip().iter().map(ToString::to_string).collect();
        format!("ready sip={} http={}", sip.join(","), self.http)
    }

    /// From now on new calls get 503.
    pub fn refuse_new_calls(&self) {
        self.draining.send_replace(true);
        self.exchange.inbox().command_all(&Command::Drain);
    }

    /// Ends the server: new calls are refused, running ones end or are cut at the deadline; records are on disk when this
    /// returns.
    pub async fn drain(self) {
        self.exchange.drain(Duration::from_secs(self.config.settings.drain_deadline_s.into())).await;
        for task in &self.tasks {
            task.abort();
        }
        // The socket of a server that is gone would only mislead.
        let _ = std::fs::remove_file(self.config.data.join("control.sock"));
    }
}

/// The ports of the control socket.
fn office(
    configuration: &Arc<Configuration>,
    store: &Store,
    sip_log: &Arc<SipLog>,
    clock: &Arc<dyn Clock>,
    promises: &Promises,
) -> Office {
    Office {
        configuration: configuration.clone(),
        store: store.clone(),
        sip_log: sip_log.clone(),
        clock: clock.clone(),
        promises: Some(promises.clone()),
    }
}

fn media(config: &Config) -> anyhow::Result<pbx_media::Config> {
    Ok(pbx_media::Config {
        bind: config.media_address(),
        ports: config.rtp_ports.clone(),
        threads: u8::try_from(config.media_threads).unwrap_or(u8::MAX),
        rest: Duration::from_secs(config.rtp_rest_s.into()),
        spare: 64,
        seed: pbx_core::net::rng()?.next_u64(),
    })
}

fn scripts(config: &Config, inbox: &Inbox, clock: &Arc<dyn Clock>) -> anyhow::Result<Arc<Scripts>> {
    let inbox = inbox.clone();
    let pool = PoolConfig {
        threads: config.script_threads,
        idle_vms: IDLE_VMS,
        limits: templates::vm::Limits::default(),
        clock: Some(micros(clock)),
    };
    Ok(Arc::new(Scripts(Pool::start(pool, move |reply| inbox.script(reply))?)))
}

/// The steady clock in microseconds, as the templates room reads it.
fn micros(clock: &Arc<dyn Clock>) -> Arc<dyn Fn() -> u64 + Send + Sync> {
    let clock = clock.clone();
    Arc::new(move || clock.now().mono.micros())
}

fn sources(inbox: &Inbox, clock: &Arc<dyn Clock>, keys: Keys, at_once: usize) -> anyhow::Result<Arc<Sources>> {
    let fetcher = Arc::new(Fetcher::new(micros(clock), keys, at_once)?);
    let lookups = LookupRuntime::start("sources").context("no thread is left for data sources")?;
    Ok(Arc::new(Sources { fetcher, lookups, inbox: inbox.clone() }))
}

fn console(
    exchange: &Exchange,
    records: Records,
    clock: &Arc<dyn Clock>,
    options: Options,
    draining: watch::Receiver<bool>,
) -> anyhow::Result<Ports> {
    let (events, inbox) = (exchange.event_source(), exchange.inbox());
    let rng = Mutex::new(pbx_core::net::rng()?);
    Ok(Ports {
        records,
        events: Arc::new(move || events.subscribe()),
        commands: Arc::new(move |command| inbox.command(command)),
        clock: clock.clone(),
        random: Arc::new(move |bytes| rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes)),
        draining,
        options,
    })
}
