//! From the journal into SQL: a batch is one transaction that also remembers how far it came.
//!
//! Refreshes of registrations come later, the newest of each binding alone: with many phones nearly every row of a second is
//! another one, and each page that it stands in would be written for it.

use super::refreshes::Refreshes;
use super::{Store, StoreError};
use crate::base::ids::{CallId, DeviceId, TenantId};
use crate::base::time::Wall;
use crate::cdr::WrittenRecord;
use crate::decision::Said;
use crate::journal::{AuditLine, Entry, EntryEffect, OpenCalls, Portion, Position, Watermarks};
use crate::location::Binding;
use std::collections::{BTreeMap, HashSet};

/// Applies entries to the store. One of them for a journal.
#[derive(Debug)]
pub struct Projector {
    store: Store,
    progress: Watermarks,
    /// Of registrations, since [`Watermarks::refreshed`].
    refreshes: Refreshes,
    /// Calls without a record.
    open: OpenCalls,
    /// Those of them that have a row.
    kept: HashSet<CallId>,
}

/// What a batch comes to, once what undoes itself is left out.
#[derive(Default)]
struct Batch<'a> {
    /// Finished records, each with the steps that were told before.
    records: Vec<(&'a WrittenRecord, Vec<Said>)>,
    touched: HashSet<CallId>,
    closed: Vec<(TenantId, CallId)>,
    bindings: BTreeMap<(TenantId, DeviceId, &'a str), Option<&'a Binding>>,
    audit: Vec<AuditLine>,
}

impl Projector {
    /// Goes on where the store is.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn open(store: Store) -> Result<Self, StoreError> {
        let progress = store.journal_progress().await?;
        let (refreshes, open, kept) = Default::default();
        let mut projector = Self { store, progress, refreshes, open, kept };
        projector.reload().await?;
        Ok(projector)
    }

    /// How far the store is.
    pub fn progress(&self) -> Watermarks {
        self.progress
    }

    /// After a start: takes what the journal had, portion by portion.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn recover(&mut self, portion: Portion) -> Result<(), StoreError> {
        match portion {
            // Between [`Watermarks::refreshed`] and [`Watermarks::projected`].
            Portion::Projected(entries) => {
                entries.iter().for_each(|entry| self.refreshes.hear(entry));
                Ok(())
            }
            Portion::Unprojected(entries, end) => self.project(&entries, end).await,
        }
    }

    /// Tells the store the refreshes that it has not heard of.
    ///
    /// # Errors
    /// When the store refuses: then nothing of it was applied, and it can be tried again.
    pub async fn refresh(&mut self) -> Result<(), StoreError> {
        if self.refreshes.is_empty() {
            return Ok(());
        }
        let mut work = self.store.begin().await?;
        work.refresh_bindings(self.refreshes.iter()).await?;
        let progress = Watermarks { refreshed: self.progress.projected, ..self.progress };
        work.set_journal_progress(progress).await?;
        work.commit().await?;
        self.progress = progress;
        self.refreshes.clear();
        Ok(())
    }

    /// Applies the entries that end at `position`. A batch that was applied before changes nothing.
    ///
    /// # Errors
    /// When the store refuses: then nothing of it was applied, and it can be tried again.
    pub async fn project(&mut self, entries: &[Entry], position: Position) -> Result<(), StoreError> {
        if position <= self.progress.projected {
            return Ok(());
        }
        match self.apply(entries, position).await {
            Err(refused) if refused.is_of_the_data() => self.apply_each(entries, position).await,
            applied => applied,
        }
    }

    /// One entry that the database will never take must not hold up those of every other call: it is left out and told.
    async fn apply_each(&mut self, entries: &[Entry], position: Position) -> Result<(), StoreError> {
        for entry in entries {
            match self.apply(std::slice::from_ref(entry), self.progress.projected).await {
                Err(error) if error.is_of_the_data() => {
                    let (tenant, call) = entry.subject();
                    tracing::error!(%error, ?tenant, ?call, "the database will not take this promise; it is left out");
                }
                applied => applied?,
            }
        }
        self.apply(&[], position).await
    }

    /// Applies entries that the journal could not take: a disk that refuses one file need not refuse the database too.
    ///
    /// # Errors
    /// As of [`Self::project`].
    pub async fn project_unwritten(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        match self.apply(entries, self.progress.projected).await {
            Err(refused) if refused.is_of_the_data() => self.apply_each(entries, self.progress.projected).await?,
            applied => applied?,
        }
        self.refresh().await
    }

    async fn apply(&mut self, entries: &[Entry], position: Position) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for entry in entries {
            self.fold(entry, &mut batch);
        }
        let written = self.write(batch, position).await;
        if written.is_err() {
            self.reload().await?;
        }
        written
    }

    /// After a restart: every call that has no record gets one. How many were cut or completed.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn close_open_calls(&mut self, last_seen: Wall) -> Result<usize, StoreError> {
        let records = self.open.iter().cloned().map(|call| WrittenRecord::new(call.into_record(last_seen)));
        let records: Vec<WrittenRecord> =
            records.collect::<Result<_, _>>().map_err(|why| StoreError::unreadable("call record", why))?;
        let mut batch = Batch::default();
        for record in &records {
            batch.records.push((record, Vec::new()));
            batch.closed.push((record.brief().tenant, record.brief().id));
        }
        let position = self.progress.projected;
        self.write(batch, position).await?;
        self.open = OpenCalls::default();
        Ok(records.len())
    }

    /// Where every device can be reached right now.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn bindings(&self, now: Wall) -> Result<Vec<(TenantId, Binding)>, StoreError> {
        self.store.bindings_alive(now).await
    }

    /// Forgets contacts that expired before this moment.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn forget_expired(&self, before: Wall) -> Result<(), StoreError> {
        let mut work = self.store.begin().await?;
        work.remove_expired_bindings(before).await?;
        work.commit().await
    }

    fn fold<'a>(&mut self, entry: &'a Entry, batch: &mut Batch<'a>) {
        match self.open.apply(entry) {
            EntryEffect::Open(call) => drop(batch.touched.insert(call)),
            EntryEffect::Finished(record, told) => {
                let (tenant, call) = (record.brief().tenant, record.brief().id);
                batch.touched.remove(&call);
                batch.closed.push((tenant, call));
                batch.records.push((record, told));
            }
            EntryEffect::Other => {}
        }
        self.refreshes.hear(entry);
        match entry {
            Entry::BindingAdded { tenant, binding } => {
                batch.bindings.insert((*tenant, binding.device, &binding.key), Some(binding));
            }
            Entry::BindingRemoved { tenant, device, key, .. } => {
                batch.bindings.insert((*tenant, *device, key), None);
            }
            Entry::Audit(line) => batch.audit.push(line.clone()),
            _ => {}
        }
    }

    /// What is about a tenant of before its removal is left out: another may have its name, and so its id, by now.
    async fn write(&mut self, mut batch: Batch<'_>, position: Position) -> Result<(), StoreError> {
        let mut work = self.store.begin().await?;
        let refreshed = if self.refreshes.is_empty() { position } else { self.progress.refreshed };
        let progress = Watermarks { projected: position, refreshed };
        // First of all: a tenant that is removed meanwhile waits for it, or it for the removal.
        work.set_journal_progress(progress).await?;
        let removals = work.removals().await?;
        let is_gone = |tenant: TenantId, at: Wall| removals.get(&tenant).is_some_and(|removed| at <= *removed);
        batch.records.retain(|(record, _)| !is_gone(record.brief().tenant, record.brief().started));
        batch.audit.retain(|line| line.tenant.is_none_or(|tenant| !is_gone(tenant, line.at)));
        work.insert_records(&batch.records).await?;
        for (tenant, call) in &batch.closed {
            if self.kept.contains(call) {
                work.remove_open_call(*tenant, *call).await?;
            }
        }
        let mut finished = Vec::new();
        for open in batch.touched.iter().filter_map(|call| self.open.get(*call)) {
            if is_gone(open.tenant, open.started) || work.has_record(open.tenant, open.call).await? {
                finished.push(open.call);
            } else {
                work.put_open_call(open).await?;
            }
        }
        let added: Vec<_> =
            batch.bindings.iter().filter_map(|((tenant, ..), binding)| Some((*tenant, (*binding)?))).collect();
        work.put_bindings(&added).await?;
        for ((tenant, device, key), _) in batch.bindings.iter().filter(|(_, binding)| binding.is_none()) {
            work.remove_binding_at(*tenant, *device, key).await?;
        }
        work.write_audit(&batch.audit).await?;
        work.commit().await?;
        self.progress = progress;
        self.kept.extend(&batch.touched);
        for call in batch.closed.iter().map(|(_, call)| call).chain(&finished) {
            self.kept.remove(call);
            self.open.remove(*call);
        }
        Ok(())
    }

    async fn reload(&mut self) -> Result<(), StoreError> {
        let open = self.store.open_calls().await?;
        self.kept = open.iter().map(|call| call.call).collect();
        self.open = open.into_iter().collect();
        Ok(())
    }
}
