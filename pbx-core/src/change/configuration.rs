//! The configuration: who owns it, how it is read without locks, and how it is changed.

use super::diff::Diff;
use super::edit::{Tools, edit};
use super::import::{self, ImportOptions, Unnamed, Wish};
use super::snapshot::Maker;
use super::state::State;
use super::validate::validate;
use super::{Catalogue, Fault, Object, ObjectId, Origin, Step, export, write};
use crate::directory::Directory;
use crate::ids::TenantId;
use crate::secret::{Keys, Plain};
use crate::store::{Store, StoreError};
use crate::time::Wall;
use arc_swap::ArcSwap;
use rand::RngCore;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use tokio::sync::{Mutex, watch};

/// The configuration of this server. One of them for a store.
pub struct Configuration {
    store: Store,
    keys: Keys,
    realm: String,
    catalogue: Arc<dyn Catalogue>,
    state: Mutex<State>,
    snapshot: ArcSwap<Directory>,
    told: watch::Sender<Arc<Directory>>,
}

/// What a batch of changes has changed.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What differs now; after a dry run, what would differ.
    pub diff: Diff,
    /// The revision that is in effect.
    pub revision: u64,
    /// Secrets that were minted, to be shown once.
    pub minted: Vec<Minted>,
    /// E-mails of log-ins of this batch that nobody can use: they have no password.
    pub locked_out: Vec<String>,
    /// E-mails of log-ins of this batch whose passwords are short enough to be guessed.
    pub short: Vec<String>,
    /// Tenants that a pruned file did not name. They stay, unless the import was told how many go.
    pub unnamed: Vec<Unnamed>,
}

/// A secret that was minted.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The device or log-in that it belongs to.
    pub id: ObjectId,
    /// The device's SIP user name, or the log-in's e-mail.
    pub name: String,
    /// The secret.
    pub password: Plain,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Everything that is wrong with the batch.
    #[error("{}", list(.0))]
    Faults(Vec<Fault>),
    /// The store could not write it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the configuration can't be read.
pub type ConfigurationError = StoreError;

fn list(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

/// E-mails of changed log-ins that nobody can use, for want of a password.
fn locked_out(after: &State, diff: &Diff) -> Vec<String> {
    let of = |id| match after.get(id) {
        Some(Object::Account(account)) if account.password_hash.is_none() => Some(account.email.clone()),
        _ => None,
    };
    diff.objects.iter().filter_map(|object| of(object.id)).collect()
}

/// Sorts faults by line, each once. A `required` fault is dropped where the same thing was given but wrong.
fn in_order(mut faults: Vec<Fault>) -> Vec<Fault> {
    let wrong: HashSet<String> =
        faults.iter().filter(|fault| fault.code != "required").map(|fault| fault.path.clone()).collect();
    faults.retain(|fault| fault.code != "required" || !wrong.contains(&fault.path));
    faults.sort();
    faults.dedup();
    faults
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration").field("revision", &self.snapshot().revision).finish_non_exhaustive()
    }
}

impl Configuration {
    /// Reads the configuration and keeps the template versions that it runs.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn open(
        store: Store,
        keys: Keys,
        realm: String,
        catalogue: Arc<dyn Catalogue>,
    ) -> Result<Self, ConfigurationError> {
        let state = State::of(store.everything().await?);
        let maker = Maker { keys: &keys, realm: &realm, catalogue: catalogue.as_ref() };
        let directory = Arc::new(maker.directory(&state, &Directory::default(), &HashSet::new()));
        let mut work = store.begin().await?;
        for version in maker.versions(&state) {
            work.keep_template_version(&version).await?;
        }
        work.commit().await?;
        let (told, _) = watch::channel(Arc::clone(&directory));
        let snapshot = ArcSwap::new(directory);
        Ok(Self { store, keys, realm, catalogue, state: Mutex::new(state), snapshot, told })
    }

    /// The snapshot in effect, read without a lock.
    pub fn snapshot(&self) -> Arc<Directory> {
        self.snapshot.load_full()
    }

    /// A receiver that is told every new snapshot.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Directory>> {
        self.told.subscribe()
    }

    /// The store behind it, to read.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The server's keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The templates that there are.
    pub fn catalogue(&self) -> &Arc<dyn Catalogue> {
        &self.catalogue
    }

    /// A device's SIP password in the clear: for the phone-file renderer alone.
    pub async fn device_password(&self, tenant: TenantId, device: crate::ids::DeviceId) -> Option<Plain> {
        let state = self.state.lock().await;
        let super::Object::Device(_, device) = state.get(ObjectId::Device(tenant, device))? else { return None };
        self.keys.open(&super::edit::owner(tenant, device.id), device.secret.as_ref()?).ok()
    }

    /// One object as it is kept: what a form begins with.
    pub async fn object(&self, id: ObjectId) -> Option<super::Object> {
        self.state.lock().await.get(id).cloned()
    }

    /// Makes all of these changes, or none. `actor` is who makes them: an account's e-mail, `import`, or `api:<token
    /// name>`.
    ///
    /// # Errors
    /// Every fault of the batch, or the store's.
    pub async fn apply(
        &self,
        actor: &str,
        now: Wall,
        rng: &mut (dyn RngCore + Send),
        steps: Vec<Step>,
        dry_run: bool,
    ) -> Result<Applied, Refusal> {
        let mut state = self.state.lock().await;
        self.apply_locked(&mut state, actor, now, rng, steps, dry_run).await
    }

    /// Makes the changes that `plan` makes of what is kept: nobody else's change comes between its reading and the writing.
    /// `plan` looks an object up by its id.
    ///
    /// # Errors
    /// What `plan` refuses, every fault of the batch, or the store's.
    pub async fn revise<E: From<Refusal>>(
        &self,
        actor: &str,
        now: Wall,
        rng: &mut (dyn RngCore + Send),
        plan: impl FnOnce(&dyn Fn(ObjectId) -> Option<Object>) -> Result<Vec<Step>, E> + Send,
        dry_run: bool,
    ) -> Result<Applied, E> {
        let mut state = self.state.lock().await;
        let steps = plan(&|id| state.get(id).cloned())?;
        Ok(self.apply_locked(&mut state, actor, now, rng, steps, dry_run).await?)
    }

    /// Imports a file.
    ///
    /// # Errors
    /// Every fault of the file with its line, or the store's.
    pub async fn import(
        &self,
        actor: &str,
        now: Wall,
        rng: &mut (dyn RngCore + Send),
        text: &str,
        options: ImportOptions,
    ) -> Result<Applied, Refusal> {
        let mut state = self.state.lock().await;
        let Wish { mut steps, mut faults, unnamed, file } = import::read(text, &state, options);
        let unnamed = import::counted(&self.store, unnamed).await?;
        // Of a file with faults nobody knows whom it means to name.
        if faults.is_empty() {
            match import::removals(&unnamed, options, &file) {
                Ok(removals) => drop(steps.splice(0..0, removals)),
                Err(fault) => faults.push(fault),
            }
        }
        match self.apply_locked(&mut state, actor, now, rng, steps, options.dry_run || !faults.is_empty()).await {
            Ok(applied) if faults.is_empty() => Ok(Applied { unnamed, ..applied }),
            Err(Refusal::Store(why)) => Err(why.into()),
            refused => {
                if let Err(Refusal::Faults(more)) = refused {
                    faults.extend(more);
                }
                Err(Refusal::Faults(in_order(faults)))
            }
        }
    }

    /// Everything in the import format, without secrets.
    pub async fn export_all(&self) -> String {
        export::everything(&*self.state.lock().await)
    }

    /// One tenant in the import format, without secrets; none: no such tenant.
    pub async fn export(&self, tenant: TenantId) -> Option<String> {
        export::tenant(&*self.state.lock().await, tenant)
    }

    async fn apply_locked(
        &self,
        state: &mut State,
        actor: &str,
        now: Wall,
        rng: &mut (dyn RngCore + Send),
        steps: Vec<Step>,
        dry_run: bool,
    ) -> Result<Applied, Refusal> {
        let mut after = state.clone();
        let mut tools = Tools { keys: &self.keys, rng: &mut *rng, minted: Vec::new(), short: Vec::new() };
        let mut faults = Vec::new();
        for step in &steps {
            faults.extend(edit(state, &mut after, step, &mut tools).await.err());
        }
        let (minted, short) = (tools.minted, tools.short);
        let written = steps.iter().enumerate().map(|(place, step)| (step.change.id(), place)).collect();
        let origins: HashMap<ObjectId, Origin> =
            steps.into_iter().map(|step| (step.change.id(), step.origin)).collect();
        let diff = Diff::between(state, &after).in_order_of(&written);
        faults.extend(validate(state, &after, &diff, &origins, self.catalogue.as_ref()));
        if !faults.is_empty() {
            return Err(Refusal::Faults(in_order(faults)));
        }
        let locked_out = locked_out(&after, &diff);
        if dry_run || diff.is_empty() {
            return Ok(Applied { diff, revision: state.revision, minted, locked_out, short, unnamed: Vec::new() });
        }
        after.revision = state.revision + 1;
        let maker = Maker { keys: &self.keys, realm: &self.realm, catalogue: self.catalogue.as_ref() };
        let mut work = self.store.begin().await?;
        write::write(&mut work, &after, &diff).await?;
        for version in maker.versions(&after) {
            work.keep_template_version(&version).await?;
        }
        work.write_audit(&write::audit(&diff, actor, now, rng)).await?;
        work.set_revision(after.revision).await?;
        work.commit().await?;
        let touched = diff.objects.iter().filter_map(|object| object.tenant_id).collect();
        let directory = Arc::new(maker.directory(&after, &self.snapshot(), &touched));
        *state = after;
        self.snapshot.store(Arc::clone(&directory));
        self.told.send_replace(directory);
        Ok(Applied { diff, revision: state.revision, minted, locked_out, short, unnamed: Vec::new() })
    }
}
