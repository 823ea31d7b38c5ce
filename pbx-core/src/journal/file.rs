//! The journal's files: appended to with one write(2) a batch, synced at an interval, rotated by
//! size and after every error.

use super::disk::{Disk, Files, SegmentFile};
use super::head::SegmentHead;
use super::{Entry, Position, frame};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The bounds at which files are synced and rotated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JournalLimits {
    /// How long an entry may be in the machine's memory alone, where a power cut loses it but `kill
    /// -9` does not.
    pub sync_interval: Duration,
    /// The length beyond which a file is followed by another, in bytes.
    pub segment_bytes: u64,
}

impl Default for JournalLimits {
    fn default() -> Self {
        Self { sync_interval: Duration::from_millis(100), segment_bytes: 32 << 20 }
    }
}

/// The journal, open for appending. The engines' threads share it.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    limits: JournalLimits,
    disk: Box<dyn Disk>,
    end: Mutex<End>,
}

#[derive(Debug)]
struct End {
    file: Arc<dyn SegmentFile>,
    at: Position,
    /// Whether the file takes no more entries, because its end is unknown or was not forced to the
    /// disk.
    spoilt: bool,
    unsynced: Vec<(u64, Arc<dyn SegmentFile>)>,
}

impl Journal {
    /// Begins a new segment after every one that is there, and after `projected`.
    ///
    /// # Errors
    /// When the folder can't be made or the file can't be opened.
    pub fn open(folder: &Path, limits: JournalLimits, projected: Position) -> io::Result<Self> {
        Self::open_on(Box::new(Files), folder, limits, projected)
    }

    /// Does the same on another disk than the machine's.
    ///
    /// # Errors
    /// As of [`Self::open`].
    pub fn open_on(disk: Box<dyn Disk>, folder: &Path, limits: JournalLimits, projected: Position) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let newest = segments(folder)?.last().map_or(0, |(segment, _)| *segment);
        let at = Position { segment: newest.max(projected.segment) + 1, offset: 0 };
        let file = disk.create(&path(folder, at.segment))?;
        let end = End { file, at, spoilt: false, unsynced: Vec::new() };
        Ok(Self { folder: folder.to_owned(), limits, disk, end: Mutex::new(end) })
    }

    /// Appends a batch with one write and returns where it ends. After this returns, `kill -9`
    /// loses nothing of it.
    ///
    /// # Errors
    /// When it could not be written: then none of the batch counts.
    pub fn append(&self, entries: &[Entry]) -> io::Result<Position> {
        let mut buffer = Vec::with_capacity(entries.len() * 512);
        for entry in entries {
            frame::encode(entry, &mut buffer)?;
        }
        let mut end = self.lock();
        if buffer.is_empty() {
            return Ok(end.at);
        }
        if end.spoilt || end.at.offset >= self.limits.segment_bytes {
            let segment = end.at.segment + 1;
            end.file = self.disk.create(&path(&self.folder, segment))?;
            end.at = Position { segment, offset: 0 };
            end.spoilt = false;
        }
        if end.at.offset == 0 {
            SegmentHead::put_before(&mut buffer)?;
        }
        if let Err(why) = end.file.append(&buffer) {
            // What was written of it is cut off; where it can't be, a start passes over it. A
            // segment that is known to be empty is used again: a disk that refuses for hours must
            // not fill the folder.
            let cut = end.file.cut(end.at.offset);
            end.spoilt = cut.is_err() || end.at.offset > 0;
            return Err(why);
        }
        end.at.offset += buffer.len() as u64;
        let (segment, file) = (end.at.segment, Arc::clone(&end.file));
        if end.unsynced.last().is_none_or(|(waiting, _)| *waiting != segment) {
            end.unsynced.push((segment, file));
        }
        Ok(end.at)
    }

    /// Returns whether something was appended that [`Journal::sync`] has not synced.
    pub fn is_unsynced(&self) -> bool {
        !self.lock().unsynced.is_empty()
    }

    /// Returns how long an entry may stay unsynced.
    pub const fn sync_interval(&self) -> Duration {
        self.limits.sync_interval
    }

    /// Syncs what was appended. Appending goes on meanwhile.
    ///
    /// # Errors
    /// When the disk refuses: what was appended may be lost in a power cut. It says so once, so the
    /// file is not tried again, and what comes is appended to another.
    pub fn sync(&self) -> io::Result<()> {
        let files = std::mem::take(&mut self.lock().unsynced);
        let mut synced = Ok(());
        for (segment, file) in files {
            if let Err(why) = file.sync() {
                let mut end = self.lock();
                end.spoilt |= end.at.segment == segment;
                synced = Err(why);
            }
        }
        synced
    }

    /// Returns the folder of the files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns where the next batch will begin.
    pub fn end(&self) -> Position {
        self.lock().at
    }

    /// Removes segments that are projected whole, and returns how many.
    ///
    /// # Errors
    /// When a file can't be removed.
    pub fn remove_projected(&self, projected: Position) -> io::Result<usize> {
        let keep = projected.segment.min(self.end().segment);
        let old: Vec<_> = segments(&self.folder)?.into_iter().filter(|(segment, _)| *segment < keep).collect();
        for (_, path) in &old {
            std::fs::remove_file(path)?;
        }
        Ok(old.len())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, End> {
        // A thread that died with the lock left a file that recovery can read.
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the segments of a folder, oldest first.
pub(super) fn segments(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (Some(number), Some("journal")) = (number, path.extension().and_then(|extension| extension.to_str())) {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found)
}

fn path(folder: &Path, segment: u64) -> PathBuf {
    folder.join(format!("{segment:012}.journal"))
}
