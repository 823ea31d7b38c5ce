//! Promises are appended to the journal before the answer leaves, and fed from it to SQL in
//! batches.

use super::feeder::{FeederSignals, PromisedBatch, feed};
use super::storage::{Storage, StorageBook};
use crate::base::ids::{CallId, TenantId};
use crate::journal::{Entry, Journal, Position, Watermarks};
use crate::store::Projector;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::Thread;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

/// How long a reader waits for what was promised a moment ago.
const SOON: Duration = Duration::from_secs(2);

/// Entries that wait in memory for SQL: as many as some seconds of a busy server, at most 7 KB
/// each.
const MOST_WAITING: usize = 16_384;
/// Of those that the journal refuses, refreshes of registrations wait only up to here: phones send
/// the next.
const MOST_REFRESHES: usize = MOST_WAITING / 2;

/// The way into the journal. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Promises {
    journal: Arc<Journal>,
    /// Held while a batch is appended and queued: the queue's order is the journal's.
    queue: Arc<Mutex<Queue>>,
    progress: watch::Receiver<Watermarks>,
    signals: Arc<FeederSignals>,
    /// A record was kept.
    recorded: Arc<Notify>,
    disk: Arc<SyncThread>,
    storage: Arc<StorageBook>,
}

/// The thread that forces the journal to the disk. It sleeps while there is nothing to force, and
/// ends with the journal.
#[derive(Debug)]
struct SyncThread(Thread);

#[derive(Debug)]
struct Queue {
    sender: mpsc::UnboundedSender<PromisedBatch>,
    last: Position,
    /// Calls whose end was promised and whose record was not kept yet: it waits for the media's
    /// report.
    unrecorded: HashMap<CallId, TenantId>,
}

impl Queue {
    /// Notes what calls wait for; returns whether a record is among the entries.
    fn note(&mut self, entries: &[Entry]) -> bool {
        let mut recorded = false;
        for entry in entries {
            match entry {
                Entry::CallEnded { call, tenant, .. } => drop(self.unrecorded.insert(*call, *tenant)),
                Entry::CallRecorded { record, .. } => recorded |= self.unrecorded.remove(&record.brief().id).is_some(),
                _ => {}
            }
        }
        recorded
    }

    /// Those of a tenant, or of all.
    fn unrecorded_of(&self, tenant: Option<TenantId>) -> HashSet<CallId> {
        let theirs = self.unrecorded.iter().filter(|(_, whose)| tenant.is_none_or(|tenant| tenant == **whose));
        theirs.map(|(call, _)| *call).collect()
    }
}

impl Promises {
    /// Takes the journal over and starts feeding SQL from it.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn start(
        journal: Journal,
        projector: Projector,
        storage: Arc<StorageBook>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let journal = Arc::new(journal);
        let (sender, receiver) = mpsc::unbounded_channel();
        let last = projector.progress().projected;
        let (reached, progress) = watch::channel(projector.progress());
        let signals = Arc::new(FeederSignals::default());
        let task = tokio::spawn(feed(receiver, projector, Arc::downgrade(&journal), reached, signals.clone()));
        let disk = SyncThread::start(Arc::downgrade(&journal))?;
        let queue = Arc::new(Mutex::new(Queue { sender, last, unrecorded: HashMap::new() }));
        let (recorded, disk) = (Arc::new(Notify::new()), Arc::new(disk));
        Ok((Self { journal, queue, progress, signals, recorded, disk, storage }, task))
    }

    /// Appends with one write. Where the disk refuses, calls go on and the fault is reported: what
    /// it refuses waits in memory for SQL, as much as memory should hold.
    pub fn keep(&self, entries: impl Iterator<Item = Entry>) {
        let entries: Vec<Entry> = entries.collect();
        if entries.is_empty() {
            return;
        }
        let mut queue = self.queue();
        let position = self.append(&entries);
        if queue.note(&entries) {
            self.recorded.notify_waiters();
        }
        let entries = if position.is_some() { entries } else { self.what_memory_holds(entries) };
        // The feeder is gone only when the server has stopped; the journal has the entries.
        let _ = queue.sender.send(self.batch(entries, position));
        queue.last = position.unwrap_or(queue.last);
        self.disk.wake();
    }

    /// Returns where the journal ends with these entries; `None` if it refused them, although room
    /// was made for it.
    fn append(&self, entries: &[Entry]) -> Option<Position> {
        let again = |why| if self.storage.made_room(&why) { self.journal.append(entries) } else { Err(why) };
        let appended = self.journal.append(entries).or_else(again);
        self.storage.took(appended.as_ref().err());
        appended.ok()
    }

    /// Returns those of the refused entries that may wait in memory; the others are lost, refreshes
    /// first.
    fn what_memory_holds(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let (waiting, all) = (self.signals.waiting.load(Ordering::Relaxed), entries.len());
        if waiting + all > MOST_REFRESHES {
            entries.retain(|entry| !matches!(entry, Entry::BindingRefreshed { .. }));
        }
        entries.truncate(MOST_WAITING.saturating_sub(waiting));
        if entries.len() < all {
            self.storage.lost(all - entries.len());
        }
        entries
    }

    /// Makes what the feeder is given: the entries, or where it finds them. Those that neither disk
    /// nor SQL takes wait in memory.
    fn batch(&self, entries: Vec<Entry>, position: Option<Position>) -> PromisedBatch {
        match position {
            Some(end) if self.signals.waiting.load(Ordering::Relaxed) > MOST_WAITING => PromisedBatch::InJournal(end),
            position => {
                self.signals.waiting.fetch_add(entries.len(), Ordering::Relaxed);
                PromisedBatch::Entries(entries, position)
            }
        }
    }

    /// Returns how the disk does, and how it will.
    pub fn storage(&self) -> watch::Receiver<Storage> {
        self.storage.subscribe()
    }

    /// Waits until every call that is over has its record.
    async fn all_recorded(&self, tenant: Option<TenantId>) {
        let waiting = self.queue().unrecorded_of(tenant);
        loop {
            let recorded = self.recorded.notified();
            if !waiting.iter().any(|call| self.queue().unrecorded.contains_key(call)) {
                return;
            }
            recorded.await;
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until SQL holds everything that was kept before this call.
    pub async fn projected(&self) {
        let end = self.queue().last;
        let mut progress = self.progress.clone();
        self.signals.hurry.notify_one();
        // An error means that the feeder has ended: the next start goes on.
        let _ = progress.wait_for(|reached| reached.projected >= end).await;
    }

    /// Waits for refreshes of registrations as well, which SQL learns seldom.
    pub async fn refreshed(&self) {
        self.projected().await;
        let mut progress = self.progress.clone();
        let end = progress.borrow().projected;
        self.signals.refresh.notify_one();
        self.signals.hurry.notify_one();
        let _ = progress.wait_for(|reached| reached.refreshed >= end).await;
    }

    /// Waits, but not for long, until SQL holds the calls of a tenant, or of all, and the records
    /// of those that have just ended. No reader waits for another tenant's, and a database that
    /// refuses must not hold a page up.
    #[expect(clippy::disallowed_methods, reason = "timers live in net")]
    pub async fn caught_up(&self, tenant: Option<TenantId>) {
        let all = async {
            self.all_recorded(tenant).await;
            self.projected().await;
        };
        // Time is up: the reader sees what there is.
        let _ = tokio::time::timeout(SOON, all).await;
    }

    /// Forces everything to the disk now.
    pub fn sync(&self) {
        if let Err(error) = self.journal.sync() {
            tracing::error!(%error, "the journal could not be forced to the disk");
        }
    }
}

impl SyncThread {
    fn start(journal: Weak<Journal>) -> std::io::Result<Self> {
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || force_to_disk(&journal))?;
        Ok(Self(thread.thread().clone()))
    }

    /// Wakes the thread: something was appended. This costs an atomic load while the thread is
    /// awake.
    fn wake(&self) {
        self.0.unpark();
    }
}

impl Drop for SyncThread {
    fn drop(&mut self) {
        self.wake();
    }
}

/// Syncs all that was appended in an interval.
#[expect(clippy::disallowed_methods, reason = "timers live in net")]
fn force_to_disk(journal: &Weak<Journal>) {
    while let Some((unsynced, interval)) = journal.upgrade().map(|j| (j.is_unsynced(), j.sync_interval())) {
        if !unsynced {
            std::thread::park();
            continue;
        }
        std::thread::sleep(interval);
        if let Some(Err(error)) = journal.upgrade().map(|journal| journal.sync()) {
            tracing::error!(%error, "the journal could not be forced to the disk");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::AuditId;
    use crate::base::time::Wall;
    use crate::event::Disposition;
    use crate::journal::{AuditLine, Disk, JournalLimits, SegmentFile};
    use crate::store::{Place, Store};

    fn line(number: u64) -> Entry {
        Entry::Audit(AuditLine {
            id: AuditId::of_key(&number.to_string()),
            tenant: Some(TenantId::of_key("acme")),
            at: Wall::from_micros(number as i64),
            actor: "import".to_owned(),
            action: "person.changed".to_owned(),
            object: "person/anna".to_owned(),
            detail: serde_json::Value::Null,
        })
    }

    #[tokio::test]
    async fn what_memory_should_not_hold_comes_into_sql_from_the_journal() {
        let folder = std::env::temp_dir().join(format!("ringdown-promises-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = Store::open(&Place::Sqlite(folder.join("db.sqlite"))).await.unwrap();
        let limits = JournalLimits { segment_bytes: 4096, ..JournalLimits::default() };
        let journal = Journal::open(&folder, limits, Position::default()).unwrap();
        let projector = Projector::open(store.clone()).await.unwrap();
        let book = Arc::new(StorageBook::of(&folder, 10));
        let (promises, feeder) = Promises::start(journal, projector, book).unwrap();
        let most = MOST_WAITING as u64 + 1;
        promises.keep((0..most).map(line));
        // The feeder has had no turn yet: these are not held.
        for number in most..most + 100 {
            promises.keep(std::iter::once(line(number)));
        }
        assert_eq!(promises.signals.waiting.load(Ordering::Relaxed) as u64, most);
        promises.projected().await;
        assert_eq!(promises.signals.waiting.load(Ordering::Relaxed), 0);
        let newest = store.audit(TenantId::of_key("acme"), None, 100).await.unwrap();
        let times: Vec<i64> = newest.lines.iter().map(|line| line.at.micros()).collect();
        assert_eq!(times, (most as i64..most as i64 + 100).rev().collect::<Vec<_>>());
        drop(promises);
        feeder.await.unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }

    /// A disk without room.
    #[derive(Debug)]
    struct Full;

    impl Disk for Full {
        fn create(&self, _: &std::path::Path) -> std::io::Result<Arc<dyn SegmentFile>> {
            Ok(Arc::new(Self))
        }
    }

    impl SegmentFile for Full {
        fn append(&self, _: &[u8]) -> std::io::Result<()> {
            Err(std::io::ErrorKind::StorageFull.into())
        }

        fn cut(&self, _: u64) -> std::io::Result<()> {
            Ok(())
        }

        fn sync(&self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn refresh() -> Entry {
        let device = crate::base::ids::DeviceId::of_key("desk");
        let refresh = crate::location::Refresh {
            device,
            key: "a".into(),
            call_id: "again".into(),
            cseq: 9,
            expires: Wall::from_micros(9),
        };
        Entry::BindingRefreshed { tenant: TenantId::of_key("acme"), refresh }
    }

    #[tokio::test]
    async fn full_disk_costs_bounded_memory_and_refreshes_before_records() {
        let folder = std::env::temp_dir().join(format!("ringdown-full-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = Store::open(&Place::Sqlite(folder.join("db.sqlite"))).await.unwrap();
        let journal = Journal::open_on(Box::new(Full), &folder, JournalLimits::default(), Position::default()).unwrap();
        let projector = Projector::open(store.clone()).await.unwrap();
        let book = Arc::new(StorageBook::of(&folder, 10));
        let (promises, feeder) = Promises::start(journal, projector, book).unwrap();
        // The feeder has no turn in all of this, as if SQL refused too.
        let storage = promises.storage();
        let keep = |count: usize, entry: fn() -> Entry| promises.keep((0..count).map(|_| entry()));
        keep(MOST_REFRESHES, || line(1));
        assert_eq!((storage.borrow().refuses, storage.borrow().lost), (true, 0));
        keep(100, refresh);
        assert_eq!(storage.borrow().lost, 100, "phones refresh again");
        keep(MOST_WAITING, || line(2));
        assert_eq!(promises.signals.waiting.load(Ordering::Relaxed), MOST_WAITING);
        keep(1000, || line(3));
        assert_eq!(promises.signals.waiting.load(Ordering::Relaxed), MOST_WAITING, "memory is bounded");
        assert_eq!(storage.borrow().lost as usize, 100 + MOST_REFRESHES + 1000);
        // SQL takes what waited.
        promises.projected().await;
        drop(promises);
        feeder.await.unwrap();
        assert_eq!(store.audit(TenantId::of_key("acme"), None, 100).await.unwrap().lines.len(), 2);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn nobody_waits_for_the_record_of_another_tenants_call() {
        let (sender, _receiver) = mpsc::unbounded_channel();
        let mut queue = Queue { sender, last: Position::default(), unrecorded: HashMap::new() };
        let (acme, globex) = (TenantId::of_key("acme"), TenantId::of_key("globex"));
        let call = CallId::of_key("over");
        let ended = Entry::CallEnded {
            call,
            tenant: acme,
            disposition: Disposition::Answered,
            cause: "answered".to_owned(),
            sip_code: 200,
            at: Wall::from_micros(0),
        };
        assert!(!queue.note(&[ended]), "an end is no record");
        assert_eq!(queue.unrecorded_of(Some(acme)), HashSet::from([call]));
        assert_eq!(queue.unrecorded_of(Some(globex)), HashSet::new());
        assert_eq!(queue.unrecorded_of(None), HashSet::from([call]), "the operator waits for all");
    }
}
