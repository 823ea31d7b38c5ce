//! Promises are appended to the journal before the answer leaves, and fed from it to SQL in batches.

use super::{Clock, pause};
use crate::journal::{Entry, Journal, Position, Projector};
use crate::time::Now;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// Batches that one transaction takes.
const BATCHES: usize = 1024;
/// How long SQL may rest between two transactions, so that a busy server writes few large ones.
const PAUSE: Duration = Duration::from_millis(400);
/// How long to wait before a refused transaction is tried again.
const RETRY: Duration = Duration::from_secs(1);

type Batch = (Vec<Entry>, Position);

/// The way into the journal. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Promises {
    journal: Arc<Journal>,
    /// Held while a batch is appended and queued: the queue's order is the journal's.
    queue: Arc<Mutex<Queue>>,
    projected: watch::Receiver<Position>,
}

#[derive(Debug)]
struct Queue {
    sender: mpsc::UnboundedSender<Batch>,
    last: Position,
}

impl Promises {
    /// Takes the journal over and starts feeding SQL from it.
    pub fn start(journal: Journal, projector: Projector, clock: Arc<dyn Clock>) -> (Self, JoinHandle<()>) {
        let journal = Arc::new(journal);
        let (sender, receiver) = mpsc::unbounded_channel();
        let last = projector.position();
        let (reached, projected) = watch::channel(last);
        let task = tokio::spawn(feed(receiver, projector, journal.clone(), reached));
        tokio::spawn(force_to_disk(Arc::downgrade(&journal), clock));
        (Self { journal, queue: Arc::new(Mutex::new(Queue { sender, last })), projected }, task)
    }

    /// Appends with one write. If the disk refuses, calls go on and the fault is told: a phone system that falls silent
    /// because a disk is full helps nobody.
    pub fn keep(&self, entries: impl Iterator<Item = Entry>) {
        let entries: Vec<Entry> = entries.collect();
        if entries.is_empty() {
            return;
        }
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let position = self.journal.append(&entries).unwrap_or_else(|error| {
            tracing::error!(%error, promises = entries.len(), "the journal could not be written");
            self.journal.end()
        });
        // The feeder is gone only when the server has stopped; the journal has the entries.
        let _ = queue.sender.send((entries, position));
        queue.last = position;
    }

    /// Waits until SQL holds everything that was kept before this call.
    pub async fn projected(&self) {
        let end = self.queue.lock().unwrap_or_else(PoisonError::into_inner).last;
        let mut projected = self.projected.clone();
        // An error means that the feeder has ended: the next start goes on.
        let _ = projected.wait_for(|reached| *reached >= end).await;
    }

    /// Forces everything to the disk now.
    pub fn sync(&self) {
        if let Err(error) = self.journal.sync() {
            tracing::error!(%error, "the journal could not be forced to the disk");
        }
    }
}

async fn feed(
    mut batches: mpsc::UnboundedReceiver<Batch>,
    mut projector: Projector,
    journal: Arc<Journal>,
    reached: watch::Sender<Position>,
) {
    let mut waiting = Vec::new();
    while batches.recv_many(&mut waiting, BATCHES).await > 0 {
        let Some((_, position)) = waiting.last() else { continue };
        let position = *position;
        let entries: Vec<Entry> = waiting.drain(..).flat_map(|(entries, _)| entries).collect();
        while let Err(error) = projector.project(&entries, position).await {
            tracing::error!(%error, "the database refused a batch; it is tried again");
            pause(RETRY).await;
        }
        reached.send_replace(position);
        if let Err(error) = journal.remove_projected(position) {
            tracing::warn!(%error, "an old segment of the journal could not be removed");
        }
        if batches.len() < BATCHES {
            pause(PAUSE).await;
        }
    }
}

/// Ends when the journal is gone.
async fn force_to_disk(journal: std::sync::Weak<Journal>, clock: Arc<dyn Clock>) {
    while let Some(journal) = journal.upgrade() {
        let Now { mono, .. } = clock.now();
        if journal.is_due(mono) {
            let synced = tokio::task::spawn_blocking(move || journal.sync_due(mono)).await;
            if let Ok(Err(error)) = synced {
                tracing::error!(%error, "the journal could not be forced to the disk");
            }
        }
        pause(Duration::from_millis(25)).await;
    }
}
