//! The disk's room, whether it takes what is written, and what was lost of what the server
//! promises.

use super::ballast::{self, Ballast};
use super::pause;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often the disk is looked at.
const LOOK: Duration = Duration::from_secs(10);
/// How many per cent more than what is little are enough again.
const RELIEF: u64 = 2;

/// The state of what the server promises to keep.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Storage {
    /// The per cent of the disk that are free, where that is too little.
    pub scarce: Option<u8>,
    /// The journal refused what it was given last.
    pub refuses: bool,
    /// Promises that neither journal nor memory could keep since the start: records, lines of the
    /// audit.
    pub lost: u64,
}

/// Room on a disk, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// What may still be written.
    pub free: u64,
    /// All of it.
    pub total: u64,
}

/// The keeper of that state, which publishes it.
#[derive(Debug)]
pub struct StorageBook {
    now: watch::Sender<Storage>,
    ballast: Ballast,
    /// Below so many per cent little is left; 0: never.
    scarce: u64,
}

impl StorageBook {
    /// Watches a data folder, on whose disk little is left below so many per cent; 0 means that it
    /// is never little.
    pub fn of(folder: &Path, scarce_percent: u8) -> Self {
        Self { now: watch::Sender::default(), ballast: Ballast::of(folder), scarce: scarce_percent.into() }
    }

    /// Returns the state, and how it changes.
    pub fn subscribe(&self) -> watch::Receiver<Storage> {
        self.now.subscribe()
    }

    /// Gives the ballast free where the disk is full. Returns whether there is room now, so that
    /// another try may do.
    pub(super) fn made_room(&self, why: &io::Error) -> bool {
        let is_full = matches!(why.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge);
        let released = is_full && self.ballast.release();
        if released {
            tracing::error!(%why, "the disk is full: its last reserve of 64 MB is given free, make room now");
        }
        released
    }

    /// Notes that the journal took what it was given, or refused it for this reason. A refusal is
    /// logged once until it takes again: a busy server would fill what is left with lines about it.
    pub(super) fn took(&self, refusal: Option<&io::Error>) {
        let changed = self.note(|storage| storage.refuses = refusal.is_some());
        match refusal {
            Some(error) if changed => tracing::error!(%error, "the journal can't be written: promises wait in memory"),
            None if changed => tracing::info!("the journal is written again"),
            _ => {}
        }
    }

    /// Notes that so many promises could not be kept.
    pub(super) fn lost(&self, promises: usize) {
        let before = self.now.borrow().lost;
        let all = before + promises as u64;
        self.note(|storage| storage.lost = all);
        // At each doubling.
        if before.checked_ilog2() != all.checked_ilog2() {
            tracing::error!(all, "promises are lost: neither the journal nor memory has room for them");
        }
    }

    /// Notes how much room the disk has.
    fn measured(&self, room: Room) {
        let free = room.free.saturating_mul(100).checked_div(room.total).unwrap_or(100);
        let was = self.now.borrow().scarce.is_some();
        let enough = self.scarce + RELIEF;
        let is = self.scarce > 0 && free < if was { enough } else { self.scarce };
        match (was, is) {
            (false, true) => tracing::error!(free_percent = free, "the disk is nearly full: make room"),
            (true, false) => tracing::info!(free_percent = free, "the disk has room again"),
            _ => {}
        }
        self.note(|storage| storage.scarce = is.then_some(free as u8));
        let leaves_enough =
            room.free.saturating_sub(ballast::BYTES).saturating_mul(100) >= room.total.saturating_mul(enough);
        if !is
            && leaves_enough
            && !self.ballast.is_laid()
            && let Err(error) = self.ballast.lay()
        {
            tracing::warn!(%error, "the disk keeps no reserve for the day on which it is full");
        }
    }

    /// Changes the state; returns whether anything is different now.
    fn note(&self, change: impl FnOnce(&mut Storage)) -> bool {
        self.now.send_if_modified(|storage| {
            let before = *storage;
            change(storage);
            *storage != before
        })
    }
}

/// Looks at the disk again and again.
pub fn watch_storage(
    book: Arc<StorageBook>,
    look: impl Fn() -> io::Result<Room> + Send + Sync + 'static,
) -> JoinHandle<()> {
    let look = Arc::new(look);
    tokio::spawn(async move {
        loop {
            let (book, look) = (book.clone(), look.clone());
            let looked = tokio::task::spawn_blocking(move || look().map(|room| book.measured(room))).await;
            if let Ok(Err(error)) = looked {
                tracing::warn!(%error, "the disk could not be looked at");
            }
            pause(LOOK).await;
        }
    })
}

/// Returns the room on the disk of a folder.
///
/// # Errors
/// When the machine does not say.
pub fn room_of(folder: &Path) -> io::Result<Room> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(Room { free: disk.f_bavail.saturating_mul(disk.f_frsize), total: disk.f_blocks.saturating_mul(disk.f_frsize) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1 << 30;

    fn book(name: &str) -> (StorageBook, std::path::PathBuf) {
        let folder = std::env::temp_dir().join(format!("ringdown-storage-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        (StorageBook::of(&folder, 10), folder)
    }

    #[test]
    fn alarm_is_raised_below_ten_per_cent_and_taken_back_above_twelve() {
        let (book, folder) = book("alarm");
        let at = |percent: u64| {
            book.measured(Room { free: percent * GB, total: 100 * GB });
            book.now.borrow().scarce
        };
        assert_eq!([10, 9, 11, 12, 11].map(at), [None, Some(9), Some(11), None, None]);
        book.measured(Room { free: 0, total: 0 });
        assert_eq!(book.now.borrow().scarce, None, "a disk that tells nothing");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn reserve_is_laid_while_there_is_room_and_goes_when_there_is_none() {
        let (book, folder) = book("reserve");
        book.measured(Room { free: 9 * GB, total: 100 * GB });
        assert!(!book.ballast.is_laid(), "it must not make the disk full");
        book.measured(Room { free: 50 * GB, total: 100 * GB });
        assert!(book.ballast.is_laid());
        assert!(!book.made_room(&ErrorKind::PermissionDenied.into()), "room is not what is missing");
        assert!(book.made_room(&ErrorKind::StorageFull.into()));
        assert!(!book.made_room(&ErrorKind::StorageFull.into()), "once");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
