//! The data folder, opened: what the journal had promised is in the database, and calls that were cut have their record.

use crate::config::Config;
use crate::data_dir::DataDir;
use crate::gone;
use crate::softphone::pause;
use anyhow::Context;
use pbx_core::base::ids::TenantId;
use pbx_core::base::time::Wall;
use pbx_core::change::{Configuration, Fresh, keys_of};
use pbx_core::journal::{Journal, JournalLimits, Recovery};
use pbx_core::location::Binding;
use pbx_core::net::{Clock, last_heartbeat};
use pbx_core::secret::Keys;
use pbx_core::sip_log::{SipLog, SipLogLimits};
use pbx_core::store::{Place, Projector, Store, StoreError};
use rand_chacha::rand_core::RngCore;
use std::sync::Arc;
use std::time::Duration;

/// How long a database that is not there is left alone between two tries.
const RETRY: Duration = Duration::from_secs(3);
/// How often a database that another server owns is tried: until that one, if a power cut ended it, is known to be gone.
const OWNED_TRIES: u32 = 20;

/// A contact is forgotten at a start only when it expired so long ago, in microseconds: a day. A machine's clock may be ahead
/// until the network has set it.
const LONG_EXPIRED_US: i64 = 24 * 3600 * 1_000_000;

/// A folder that this process owns.
pub struct Data {
    /// The folder, locked for this process.
    pub folder: DataDir,
    /// The server's keys.
    pub keys: Keys,
    /// The database.
    pub store: Store,
    /// The configuration.
    pub configuration: Arc<Configuration>,
    /// Brings the journal to the database.
    pub projector: Projector,
    /// The registrations that have not expired.
    pub bindings: Vec<(TenantId, Binding)>,
}

impl Data {
    /// Opens the folder for a server, bringing it up to date with its journal. A database that is not there yet is waited for,
    /// however long it takes: after a power cut it may come up later than we do.
    ///
    /// # Errors
    /// When another process owns it, or what it holds cannot be read.
    pub async fn open(config: &Config, clock: &dyn Clock) -> anyhow::Result<Self> {
        let folder = claim(config)?;
        let place = place(config, &folder);
        let store = wait_for(&place).await.context("cannot open the database")?;
        Self::on(config, folder, store, clock).await
    }

    /// The same for one command, which waits for nobody.
    ///
    /// # Errors
    /// As of [`Self::open`].
    pub async fn open_now(config: &Config, clock: &dyn Clock) -> anyhow::Result<Self> {
        let folder = claim(config)?;
        let store = Store::open(&place(config, &folder)).await.context("cannot open the database")?;
        Self::on(config, folder, store, clock).await
    }

    async fn on(config: &Config, folder: DataDir, store: Store, clock: &dyn Clock) -> anyhow::Result<Self> {
        let mut fresh = Fresh { key: pbx_core::net::seed()?, instance: [0; 16] };
        pbx_core::net::rng()?.fill_bytes(&mut fresh.instance);
        let keys = keys_of(&store, &folder.key_file(), fresh).await?;
        let projector = recover(&folder, &store, clock).await.context("cannot replay the journal")?;
        let bindings = projector.bindings(clock.now().wall).await?;
        let catalogue = Arc::new(templates::catalogue::Catalogue::embedded()?);
        let realm = config.settings.realm.clone();
        let configuration = Arc::new(Configuration::open(store.clone(), keys.clone(), realm, catalogue).await?);
        // One that a command removed while no server ran.
        let messages = SipLog::open(&folder.sip_log(), SipLogLimits::default());
        gone::remove_messages(&messages, &gone::tenants(&configuration.snapshot()));
        Ok(Self { folder, keys, store, configuration, projector, bindings })
    }

    /// Opens the SIP messages of calls.
    pub fn sip_log(&self, config: &Config) -> Arc<SipLog> {
        let limits = SipLogLimits { tenant_bytes: config.sip_log_mb << 20, ..SipLogLimits::default() };
        Arc::new(SipLog::open(&self.folder.sip_log(), limits))
    }

    /// Opens a new segment of the journal, to go on with.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn journal(&self, config: &Config) -> std::io::Result<Journal> {
        let limits =
            JournalLimits { sync_interval: Duration::from_millis(config.fsync_ms), ..JournalLimits::default() };
        Journal::open(&self.folder.journal(), limits, self.projector.progress().projected)
    }
}

fn claim(config: &Config) -> anyhow::Result<DataDir> {
    DataDir::claim(&config.data).with_context(|| format!("cannot use {}", config.data.display()))
}

fn place(config: &Config, folder: &DataDir) -> Place {
    config.database.clone().map_or_else(|| Place::Sqlite(folder.database()), Place::Postgres)
}

/// Tries again, with a word about it, for as long as another try may do.
async fn wait_for(place: &Place) -> Result<Store, StoreError> {
    let mut owned = 0;
    loop {
        match Store::open(place).await {
            Err(error) if error.may_pass() && owned < OWNED_TRIES => {
                owned += u32::from(matches!(error, StoreError::NotOurs));
                tracing::warn!(%error, "the server waits for its database");
                pause(RETRY).await;
            }
            opened => return opened,
        }
    }
}

async fn recover(folder: &DataDir, store: &Store, clock: &dyn Clock) -> anyhow::Result<Projector> {
    let mut projector = Projector::open(store.clone()).await?;
    let mut recovery = Recovery::begin(&folder.journal(), projector.progress())?;
    while let Some(portion) = recovery.portion()? {
        projector.recover(portion).await?;
    }
    projector.refresh().await?;
    let now = clock.now().wall;
    // A server that never said so: a cut call then ends with the last thing that is known of it.
    let last_seen = recovery.last_seen().max(last_heartbeat(&folder.pulse())).unwrap_or(Wall::from_micros(0));
    let cut = projector.close_open_calls(last_seen).await?;
    projector.forget_expired(Wall::from_micros(now.micros() - LONG_EXPIRED_US)).await?;
    if cut > 0 {
        tracing::info!(calls = cut, "the last run ended without saying so");
    }
    Ok(projector)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_core::base::flow::{Flow, Transport};
    use pbx_core::base::ids::DeviceId;
    use pbx_core::base::time::{Instant, Now};
    use pbx_core::journal::{Entry, Position};

    const NOW_US: i64 = 1_795_230_000_000_000;
    const HOUR_US: i64 = 3600 * 1_000_000;

    /// A clock that stands.
    #[derive(Debug)]
    struct At(i64);

    impl Clock for At {
        fn now(&self) -> Now {
            Now { mono: Instant::from_micros(1), wall: Wall::from_micros(self.0) }
        }
    }

    fn registered() -> Entry {
        let address = "127.0.0.1:5060".parse().unwrap();
        let flow = Flow { transport: Transport::Udp, local: address, remote: address, own: None, connection: 0 };
        let binding = Binding {
            device: DeviceId::of_key("desk"),
            key: "a".into(),
            contact: "sip:a@127.0.0.1".into(),
            instance: None,
            q: 1000,
            call_id: "reg".into(),
            cseq: 1,
            flow,
            behind_nat: false,
            user_agent: "".into(),
            expires: Wall::from_micros(NOW_US + HOUR_US),
        };
        Entry::BindingAdded { tenant: TenantId::of_key("acme"), binding: Box::new(binding) }
    }

    #[tokio::test]
    async fn clock_that_is_hours_ahead_at_a_start_costs_no_registration() {
        let data = std::env::temp_dir().join(format!("ringdown-ahead-{}", std::process::id()));
        let config = Config { data: data.clone(), ..Config::default() };
        let mut first = Data::open(&config, &At(NOW_US)).await.unwrap();
        first.projector.project(&[registered()], Position { segment: 1, offset: 1 }).await.unwrap();
        drop(first);
        for (hours, alive) in [(20, 0), (0, 1), (30, 0), (0, 0)] {
            let opened = Data::open(&config, &At(NOW_US + hours * HOUR_US)).await.unwrap();
            assert_eq!(opened.bindings.len(), alive, "{hours} hours ahead");
        }
        std::fs::remove_dir_all(&data).unwrap();
    }
}
