//! SQL is fed from the journal in batches.

use super::pause;
use crate::journal::{Entry, Journal, Position, Watermarks, read_on};
use crate::store::{Projector, StoreError};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::MissedTickBehavior;

/// Batches that one transaction takes.
const BATCHES: usize = 1024;
/// How long SQL may rest between two transactions, so that a busy server writes few large ones.
const PAUSE: Duration = Duration::from_secs(1);
/// How long SQL need not know of a refresh of a registration: the journal does.
const REFRESH: Duration = Duration::from_secs(60);
/// Segments of the journal that may wait for that: a start after a kill looks through them.
const BEHIND: u64 = 2;
/// How long to wait before a refused transaction is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// A batch of what was promised since the last one.
#[derive(Debug)]
pub(super) enum PromisedBatch {
    /// Entries, and where the journal ends with them; nowhere if it could not take them.
    Entries(Vec<Entry>, Option<Position>),
    /// More than memory should hold while SQL is slow or down: the journal has it, up to here.
    InJournal(Position),
}

/// The signals to the feeder, and the count of what it has to do.
#[derive(Debug, Default)]
pub(super) struct FeederSignals {
    /// Entries in memory that SQL does not have yet.
    pub(super) waiting: Arc<AtomicUsize>,
    /// A reader waits for SQL: it may not rest now.
    pub(super) hurry: Notify,
    /// A reader waits for refreshes as well.
    pub(super) refresh: Notify,
}

/// Feeds SQL until the last promise is there.
#[expect(clippy::disallowed_methods, reason = "timers live in net")]
pub(super) async fn feed(
    mut batches: mpsc::UnboundedReceiver<PromisedBatch>,
    projector: Projector,
    journal: Weak<Journal>,
    reached: watch::Sender<Watermarks>,
    signals: Arc<FeederSignals>,
) {
    let mut feeder = Feeder { projector, journal, reached, waiting: signals.waiting.clone() };
    let mut refresh = tokio::time::interval(REFRESH);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut waiting = Vec::new();
    loop {
        tokio::select! {
            taken = batches.recv_many(&mut waiting, BATCHES) => {
                if taken == 0 {
                    break;
                }
                feeder.project(waiting.drain(..)).await;
                if batches.len() < BATCHES {
                    signals.rest().await;
                }
            }
            _ = refresh.tick() => feeder.refresh().await,
            () = signals.refresh.notified() => feeder.refresh().await,
        }
    }
    feeder.refresh().await;
}

impl FeederSignals {
    async fn rest(&self) {
        tokio::select! {
            () = pause(PAUSE) => {}
            () = self.hurry.notified() => {}
        }
    }
}

/// The feeder of SQL.
struct Feeder {
    projector: Projector,
    journal: Weak<Journal>,
    reached: watch::Sender<Watermarks>,
    waiting: Arc<AtomicUsize>,
}

impl Feeder {
    async fn project(&mut self, batches: impl Iterator<Item = PromisedBatch>) {
        let (mut entries, mut position) = (Vec::new(), None);
        let mut batches = batches.peekable();
        while let Some(batch) = batches.next() {
            match batch {
                PromisedBatch::Entries(more, end) => {
                    entries.extend(more);
                    position = end.or(position);
                }
                PromisedBatch::InJournal(_) if matches!(batches.peek(), Some(PromisedBatch::InJournal(_))) => {}
                PromisedBatch::InJournal(end) => {
                    self.apply(std::mem::take(&mut entries), position).await;
                    self.read_up_to(end).await;
                }
            }
        }
        self.apply(entries, position).await;
    }

    /// Brings entries to SQL, however long it takes.
    async fn apply(&mut self, entries: Vec<Entry>, position: Option<Position>) {
        if entries.is_empty() && position.is_none() {
            return;
        }
        while let Err(error) = project(&mut self.projector, &entries, position).await {
            tracing::error!(%error, "the database refused a batch; it is tried again");
            pause(RETRY).await;
        }
        self.waiting.fetch_sub(entries.len(), Ordering::Relaxed);
        let progress = self.projector.progress();
        self.reached.send_replace(progress);
        if progress.projected.segment.saturating_sub(progress.refreshed.segment) >= BEHIND {
            self.refresh().await;
        }
        self.remove_projected();
    }

    /// Brings to SQL what only the journal has.
    async fn read_up_to(&mut self, end: Position) {
        while self.projector.progress().projected < end
            && let Some(journal) = self.journal.upgrade()
        {
            let from = self.projector.progress().projected;
            let read = move || read_on(journal.folder(), from, end);
            let read = tokio::task::spawn_blocking(read).await.unwrap_or_else(|died| Err(std::io::Error::other(died)));
            match read {
                Ok((entries, position)) if position > from => {
                    self.waiting.fetch_add(entries.len(), Ordering::Relaxed);
                    self.apply(entries, Some(position)).await;
                }
                Ok(_) => {
                    tracing::error!(?from, ?end, "a part of the journal is gone before the database was told");
                    self.apply(Vec::new(), Some(end)).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the journal could not be read; it is tried again");
                    pause(RETRY).await;
                }
            }
        }
    }

    /// Brings refreshes to SQL; the journal has them until the database takes them.
    async fn refresh(&mut self) {
        if let Err(error) = self.projector.refresh().await {
            tracing::error!(%error, "the database refused refreshes of registrations; they are tried again");
        }
        self.reached.send_replace(self.projector.progress());
        self.remove_projected();
    }

    fn remove_projected(&self) {
        let end = self.projector.progress().refreshed;
        if let Some(Err(error)) = self.journal.upgrade().map(|journal| journal.remove_projected(end)) {
            tracing::warn!(%error, "an old segment of the journal could not be removed");
        }
    }
}

async fn project(projector: &mut Projector, entries: &[Entry], position: Option<Position>) -> Result<(), StoreError> {
    match position {
        Some(position) => projector.project(entries, position).await,
        None => projector.project_unwritten(entries).await,
    }
}
