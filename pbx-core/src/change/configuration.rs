//! The configuration: who owns it, how it is read without locks, and how it is changed.

use super::diff::Diff;
use super::edit::{Tools, edit};
use super::import::{self, ImportOptions, Wish};
use super::snapshot::Maker;
use super::state::State;
use super::validate::validate;
use super::{Applied, Catalogue, Fault, Object, ObjectId, Origin, Refusal, Step, export, write};
use crate::base::ids::TenantId;
use crate::base::time::Wall;
use crate::directory::Directory;
use crate::secret::{Keys, Plain};
use crate::store::{Store, StoreError};
use arc_swap::ArcSwap;
use rand::RngCore;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard, watch};

/// The configuration of this server. One of them for a store.
pub struct Configuration {
    store: Store,
    keys: Keys,
    realm: String,
    catalogue: Arc<dyn Catalogue>,
    state: Mutex<Kept>,
    snapshot: ArcSwap<Directory>,
    told: watch::Sender<Arc<Directory>>,
}

/// The state as it is kept.
struct Kept {
    now: State,
    /// The state after a COMMIT that failed, and the tenants that it touches: nobody knows whether the store carried it out.
    unsure: Option<(State, HashSet<TenantId>)>,
}

/// Why the configuration can't be read.
pub type ConfigurationError = StoreError;

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
        Ok(Self { store, keys, realm, catalogue, state: Mutex::new(Kept { now: state, unsure: None }), snapshot, told })
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
    pub async fn device_password(&self, tenant: TenantId, device: crate::base::ids::DeviceId) -> Option<Plain> {
        let state = self.state.lock().await;
        let super::Object::Device(_, device) = state.now.get(ObjectId::Device(tenant, device))? else { return None };
        self.keys.open(&super::edit::owner(tenant, device.id), device.secret.as_ref()?).ok()
    }

    /// One object as it is kept: what a form begins with.
    pub async fn object(&self, id: ObjectId) -> Option<super::Object> {
        self.state.lock().await.now.get(id).cloned()
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
        let mut kept = self.settled().await?;
        self.apply_locked(&mut kept, actor, now, rng, steps, dry_run).await
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
        let mut kept = self.settled().await.map_err(Refusal::from)?;
        let steps = plan(&|id| kept.now.get(id).cloned())?;
        Ok(self.apply_locked(&mut kept, actor, now, rng, steps, dry_run).await?)
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
        let mut kept = self.settled().await?;
        let Wish { mut steps, mut faults, unnamed, file } = import::read(text, &kept.now, options);
        let unnamed = import::counted(&self.store, unnamed).await?;
        // Of a file with faults nobody knows whom it means to name.
        if faults.is_empty() {
            match import::removals(&unnamed, options, &file) {
                Ok(removals) => drop(steps.splice(0..0, removals)),
                Err(fault) => faults.push(fault),
            }
        }
        match self.apply_locked(&mut kept, actor, now, rng, steps, options.dry_run || !faults.is_empty()).await {
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
        export::everything(&self.state.lock().await.now)
    }

    /// One tenant in the import format, without secrets; none: no such tenant.
    pub async fn export(&self, tenant: TenantId) -> Option<String> {
        export::tenant(&self.state.lock().await.now, tenant)
    }

    async fn apply_locked(
        &self,
        kept: &mut Kept,
        actor: &str,
        now: Wall,
        rng: &mut (dyn RngCore + Send),
        steps: Vec<Step>,
        dry_run: bool,
    ) -> Result<Applied, Refusal> {
        let state = &kept.now;
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
        write::write(&mut work, &after, &diff, now).await?;
        for version in maker.versions(&after) {
            work.keep_template_version(&version).await?;
        }
        work.write_audit(&write::audit(&diff, actor, now, rng)).await?;
        work.set_revision(after.revision).await?;
        let revision = after.revision;
        let touched = diff.objects.iter().filter_map(|object| object.tenant_id).collect();
        match work.commit().await {
            Ok(()) => self.take_effect(kept, after, &touched),
            Err(error) => {
                kept.unsure = Some((after, touched));
                if self.settle(kept).await.is_err() || kept.now.revision != revision {
                    return Err(error.into());
                }
            }
        }
        Ok(Applied { diff, revision, minted, locked_out, short, unnamed: Vec::new() })
    }

    /// The state as the store has it.
    async fn settled(&self) -> Result<MutexGuard<'_, Kept>, StoreError> {
        let mut kept = self.state.lock().await;
        self.settle(&mut kept).await?;
        Ok(kept)
    }

    /// After a COMMIT whose answer did not come, the store's revision tells whether it was carried out.
    async fn settle(&self, kept: &mut Kept) -> Result<(), StoreError> {
        let Some((after, touched)) = kept.unsure.clone() else { return Ok(()) };
        let mut work = self.store.begin().await?;
        let revision = work.settled_revision().await?;
        work.commit().await?;
        kept.unsure = None;
        if revision == after.revision {
            tracing::warn!(revision, "a change was carried out although the database could not say so");
            self.take_effect(kept, after, &touched);
        }
        Ok(())
    }

    fn take_effect(&self, kept: &mut Kept, after: State, touched: &HashSet<TenantId>) {
        let maker = Maker { keys: &self.keys, realm: &self.realm, catalogue: self.catalogue.as_ref() };
        let directory = Arc::new(maker.directory(&after, &self.snapshot(), touched));
        kept.now = after;
        self.snapshot.store(Arc::clone(&directory));
        self.told.send_replace(directory);
    }
}
