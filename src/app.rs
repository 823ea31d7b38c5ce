//! The server: built, run, drained.

use crate::config::Config;
use crate::control::{self, Office};
use crate::data::Data;
use crate::rooms::{Scripts, Sources};
use admin_ui::{DemoAccount, Options, Ports, Records};
use anyhow::Context;
use pbx_core::call::io::Command;
use pbx_core::change::Configuration;
use pbx_core::net::{Clock, Errands, Exchange, Inbox, LadderWriter, Parts, Promises, SystemClock};
use pbx_core::secret::Keys;
use pbx_core::sip_log::{Limits, SipLog};
use rand_chacha::rand_core::RngCore;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use templates::pool::{Pool, PoolConfig};
use templates::source::Fetcher;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// VMs kept for tenants without a call right now, 0.4 MB each.
const IDLE_VMS: usize = 256;

/// A running server.
pub struct App {
    config: Config,
    configuration: Arc<Configuration>,
    clock: Arc<dyn Clock>,
    exchange: Exchange,
    http: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
    // Last: the folder is given back when everything else is gone.
    _folder: pbx_core::data_dir::DataDir,
}

impl App {
    /// Opens the data, binds every port, and takes calls. The log-ins of a demo are shown on the log-in page.
    ///
    /// # Errors
    /// When something that it needs cannot be had; nothing is left running then.
    pub async fn build(config: Config, demo: Vec<DemoAccount>) -> anyhow::Result<Self> {
        raise_file_limit(&config);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let data = Data::open(&config, &*clock).await?;
        let journal = data.journal(&config).context("cannot write the journal")?;
        let Data { folder, keys, store, configuration, projector, bindings } = data;
        let (promises, feeder) = Promises::start(journal, projector).context("no thread is left for the journal")?;
        let log = Arc::new(SipLog::open(
            &folder.sip_log(),
            Limits { tenant_bytes: config.sip_log_mb << 20, ..Limits::default() },
        ));
        let listener = TcpListener::bind(config.http)
            .await
            .with_context(|| format!("cannot serve the console on {}", config.http))?;
        let (inbox, inputs) = Inbox::new(config.engines).context("no file is left for the engines")?;
        let parts = Parts {
            sip: config.sip.clone(),
            external: config.external_address,
            media: media(&config)?,
            settings: config.settings.clone(),
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
        let exchange = Exchange::start(parts).await?;
        let office = Office {
            configuration: configuration.clone(),
            store: store.clone(),
            clock: clock.clone(),
            promises: Some(promises.clone()),
        };
        let socket = control::listen(folder.path(), Arc::new(office))?;
        let http = listener.local_addr()?;
        let records = Records { store, configuration: configuration.clone(), sip_log: log, promises: Some(promises) };
        let options = Options { demo, proxies: config.http_proxies.clone() };
        let router = admin_ui::router(console(&exchange, records, &clock, options)?)?;
        let console = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            if let Err(error) = axum::serve(listener, service).await {
                tracing::error!(%error, "the console ended");
            }
        });
        let tasks = vec![feeder, socket, console];
        Ok(Self { config, configuration, clock, exchange, http, tasks, _folder: folder })
    }

    /// Where SIP is listened for.
    pub fn sip(&self) -> &[SocketAddr] {
        self.exchange.listening()
    }

    /// Where the console is served.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Who and what there is.
    pub fn configuration(&self) -> &Arc<Configuration> {
        &self.configuration
    }

    /// The exchange.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Tells the time.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The line that says that it takes calls.
    pub fn ready(&self) -> String {
        let sip: Vec<String> = self.sip().iter().map(ToString::to_string).collect();
        format!("ready sip={} http={}", sip.join(","), self.http)
    }

    /// From now on new calls get 503.
    pub fn refuse_new_calls(&self) {
        self.exchange.inbox().command_all(&Command::Drain);
    }

    /// No new calls; running ones end or are cut at the deadline; records are on disk when this returns.
    pub async fn drain(self) {
        self.exchange.drain(Duration::from_secs(self.config.settings.drain_deadline_s.into())).await;
        for task in &self.tasks {
            task.abort();
        }
        // The socket of a server that is gone would only mislead.
        let _ = std::fs::remove_file(self.config.data.join("control.sock"));
    }
}

/// Says what calls would otherwise find out.
fn raise_file_limit(config: &Config) {
    match pbx_media::files::raise_soft_limit() {
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is"),
        Ok(limit) => {
            if let Some(shortage) = limit.and_then(|limit| pbx_media::files::shortage(limit, &config.rtp_ports)) {
                tracing::warn!("{shortage}");
            }
        }
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

/// The steady clock as the templates room reads it.
fn micros(clock: &Arc<dyn Clock>) -> Arc<dyn Fn() -> u64 + Send + Sync> {
    let clock = clock.clone();
    Arc::new(move || clock.now().mono.micros())
}

fn sources(inbox: &Inbox, clock: &Arc<dyn Clock>, keys: Keys, at_once: usize) -> anyhow::Result<Arc<Sources>> {
    let fetcher = Arc::new(Fetcher::new(micros(clock), keys, at_once)?);
    let errands = Errands::start("sources").context("no thread is left for data sources")?;
    Ok(Arc::new(Sources { fetcher, errands, inbox: inbox.clone() }))
}

fn console(exchange: &Exchange, records: Records, clock: &Arc<dyn Clock>, options: Options) -> anyhow::Result<Ports> {
    let (events, inbox) = (exchange.event_source(), exchange.inbox());
    let rng = Mutex::new(pbx_core::net::rng()?);
    Ok(Ports {
        records,
        events: Arc::new(move || events.subscribe()),
        commands: Arc::new(move |command| inbox.command(command)),
        clock: clock.clone(),
        random: Arc::new(move |bytes| rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes)),
        options,
    })
}
