//! The data folder, opened: what the journal had promised is in the database, and calls that were cut have their record.

use crate::config::Config;
use anyhow::Context;
use pbx_core::change::Configuration;
use pbx_core::data_dir::DataDir;
use pbx_core::ids::TenantId;
use pbx_core::journal::{self, Journal, Limits};
use pbx_core::location::Binding;
use pbx_core::net::{Clock, last_pulse};
use pbx_core::secret::Keys;
use pbx_core::store::{Place, Projector, Store};
use pbx_core::time::Wall;
use std::sync::Arc;
use std::time::Duration;

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
    /// Opens the folder, bringing it up to date with its journal.
    ///
    /// # Errors
    /// When another process owns it, or what it holds cannot be read.
    pub async fn open(config: &Config, clock: &dyn Clock) -> anyhow::Result<Self> {
        let folder = DataDir::claim(&config.data).with_context(|| format!("cannot use {}", config.data.display()))?;
        let keys = Keys::open_or_create(&folder.key_file(), pbx_core::net::seed()?)?;
        let place = config.database.clone().map_or_else(|| Place::Sqlite(folder.database()), Place::Postgres);
        let store = Store::open(&place).await.context("cannot open the database")?;
        let projector = recover(&folder, &store, clock).await.context("cannot replay the journal")?;
        let bindings = projector.bindings(clock.now().wall).await?;
        let catalogue = Arc::new(templates::catalogue::Catalogue::embedded()?);
        let realm = config.settings.realm.clone();
        let configuration = Arc::new(Configuration::open(store.clone(), keys.clone(), realm, catalogue).await?);
        Ok(Self { folder, keys, store, configuration, projector, bindings })
    }

    /// Opens a new segment of the journal, to go on with.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn journal(&self, config: &Config) -> std::io::Result<Journal> {
        let limits = Limits { sync_interval: Duration::from_millis(config.fsync_ms), ..Limits::default() };
        Journal::open(&self.folder.journal(), limits, self.projector.progress().projected)
    }
}

async fn recover(folder: &DataDir, store: &Store, clock: &dyn Clock) -> anyhow::Result<Projector> {
    let mut projector = Projector::open(store.clone()).await?;
    let recovered = journal::recover(&folder.journal(), projector.progress())?;
    projector.remember(&recovered.bindings);
    projector.project(&recovered.entries, recovered.end).await?;
    projector.refresh().await?;
    let now = clock.now().wall;
    // A server that never said so: a cut call then ends with the last thing that is known of it.
    let last_seen = recovered.last_seen.max(last_pulse(&folder.pulse())).unwrap_or(Wall::from_micros(0));
    let cut = projector.close_open_calls(last_seen).await?;
    projector.forget_expired(now).await?;
    if cut > 0 || recovered.torn_bytes > 0 {
        tracing::info!(calls = cut, torn_bytes = recovered.torn_bytes, "the last run ended without saying so");
    }
    Ok(projector)
}
