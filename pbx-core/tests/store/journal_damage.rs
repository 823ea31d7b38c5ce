//! A journal on a disk that refuses, and one that is not as it was written.

use crate::journal::{acme, news};
use crate::support::{Folder, at, started};
use pbx_core::journal::{
    Disk, Entry, Files, Journal, JournalLimits, Position, Recovery, SegmentFile, Watermarks, read_on,
};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

#[test]
fn damage_in_an_old_segment_costs_what_it_hit_and_the_segment_is_kept() {
    let folder = Folder::new();
    let limits = JournalLimits { segment_bytes: 2000, ..JournalLimits::default() };
    let journal = Journal::open(folder.path(), limits, Position::default()).unwrap();
    let entries: Vec<Entry> = (0..40).map(entry).collect();
    for entry in &entries {
        journal.append(std::slice::from_ref(entry)).unwrap();
    }
    let first = folder.path().join("000000000001.journal");
    let mut bytes = std::fs::read(&first).unwrap();
    let hit = first_entry(&bytes) + 20;
    bytes[hit] ^= 1;
    std::fs::write(&first, &bytes).unwrap();
    assert_eq!(news(folder.path(), Watermarks::default()).0, entries[1..]);
    assert_eq!(std::fs::read(&first).unwrap(), bytes, "nothing is cut off");
    let mut recovery = Recovery::begin(folder.path(), Watermarks::default()).unwrap();
    while recovery.portion().unwrap().is_some() {}
    let unread = recovery.unread();
    assert_eq!((unread.damaged_parts, unread.unknown), (1, 0));
    assert!(unread.damaged_bytes > 100 && unread.damaged_bytes < 600, "{unread:?}");
    journal.remove_projected(journal.end()).unwrap();
    assert!(!first.exists());
    assert_eq!(std::fs::read(folder.path().join("000000000001.damaged")).unwrap(), bytes);
}

#[test]
fn running_server_reads_on_behind_damage() {
    let folder = Folder::new();
    let journal = Journal::open(folder.path(), JournalLimits::default(), Position::default()).unwrap();
    let ends: Vec<Position> = (0..3).map(|number| journal.append(&[entry(number)]).unwrap()).collect();
    let file = folder.path().join("000000000001.journal");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[ends[0].offset as usize + 30] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let (entries, end) = read_on(folder.path(), Position { segment: 1, offset: 0 }, ends[2]).unwrap();
    assert_eq!((entries, end), (vec![entry(0), entry(2)], ends[2]));
}

#[test]
fn entry_of_another_release_is_left_out_and_its_segment_kept_for_that_one() {
    let folder = Folder::new();
    let journal = Journal::open(folder.path(), JournalLimits::default(), Position::default()).unwrap();
    journal.append(&[entry(0)]).unwrap();
    drop(journal);
    let file = folder.path().join("000000000001.journal");
    let known = std::fs::read(&file).unwrap();
    let body = br#"{"CallTeleported":{"call":"x"}}"#;
    let head = [(body.len() as u32).to_le_bytes(), crc32fast::hash(body).to_le_bytes()].concat();
    std::fs::write(&file, [&known[..], &head, body, &known].concat()).unwrap();
    let mut recovery = Recovery::begin(folder.path(), Watermarks::default()).unwrap();
    while recovery.portion().unwrap().is_some() {}
    let unread = recovery.unread();
    assert_eq!((unread.unknown, unread.unknown_bytes, unread.damaged_parts), (1, body.len() as u64 + 8, 0));
    assert_eq!(news(folder.path(), Watermarks::default()).0, [entry(0), entry(0)]);
    assert!(folder.path().join("000000000001.unknown").exists());
}

#[test]
fn backlog_of_any_length_comes_in_portions() {
    let folder = Folder::new();
    let limits = JournalLimits { segment_bytes: 400_000, ..JournalLimits::default() };
    let journal = Journal::open(folder.path(), limits, Position::default()).unwrap();
    let entries: Vec<Entry> = (0..10_000).map(entry).collect();
    for some in entries.chunks(100) {
        journal.append(some).unwrap();
    }
    let mut recovery = Recovery::begin(folder.path(), Watermarks::default()).unwrap();
    let mut largest = 0;
    while let Some(portion) = recovery.portion().unwrap() {
        if let pbx_core::journal::Portion::Unprojected(some, _) = portion {
            largest = largest.max(some.len());
        }
    }
    assert!(largest <= 4096, "{largest} at once");
    assert_eq!(news(folder.path(), Watermarks::default()).0, entries);
}

#[test]
fn batch_after_a_refused_one_is_never_behind_garbage() {
    for can_cut in [true, false] {
        let (folder, disk) = (Folder::new(), Flaky::new(can_cut));
        let journal =
            Journal::open_on(Box::new(disk.clone()), folder.path(), JournalLimits::default(), Position::default());
        let journal = journal.unwrap();
        journal.append(&[entry(0)]).unwrap();
        disk.refuses_writes(true);
        for _ in 0..50 {
            journal.append(&[entry(1)]).unwrap_err();
        }
        disk.refuses_writes(false);
        let end = journal.append(&[entry(2)]).unwrap();
        assert!(end.segment > 1, "a new segment");
        assert_eq!(news(folder.path(), Watermarks::default()).0, [entry(0), entry(2)], "{can_cut}");
        if can_cut {
            let files = std::fs::read_dir(folder.path()).unwrap().count();
            assert!(files <= 2, "{files} files for one that is written");
        }
    }
}

#[test]
fn file_that_could_not_be_forced_to_the_disk_is_tried_no_more_and_written_no_more() {
    let (folder, disk) = (Folder::new(), Flaky::new(true));
    let journal =
        Journal::open_on(Box::new(disk.clone()), folder.path(), JournalLimits::default(), Position::default());
    let journal = journal.unwrap();
    journal.append(&[entry(0)]).unwrap();
    disk.refuses_syncs(true);
    journal.sync().unwrap_err();
    disk.refuses_syncs(false);
    assert!(!journal.is_unsynced(), "Linux would say that all is well");
    assert_eq!(journal.append(&[entry(1)]).unwrap().segment, 2);
    journal.sync().unwrap();
    assert_eq!(disk.synced(), ["000000000002.journal"]);
    assert_eq!(news(folder.path(), Watermarks::default()).0, [entry(0), entry(1)]);
}

/// Where the first entry of a segment begins: behind its head.
fn first_entry(segment: &[u8]) -> usize {
    let length: [u8; 4] = segment[..4].try_into().unwrap();
    u32::from_le_bytes(length) as usize + 8
}

fn entry(number: i64) -> Entry {
    started(acme(), &number.to_string(), at(number))
}

/// A disk that refuses when it is asked to: half of a write reaches it then.
#[derive(Clone, Debug)]
struct Flaky(Arc<Mood>);

#[derive(Debug)]
struct Mood {
    can_cut: bool,
    writes: AtomicBool,
    syncs: AtomicBool,
    synced: Mutex<Vec<String>>,
}

#[derive(Debug)]
struct FlakyFile {
    name: String,
    file: Arc<dyn SegmentFile>,
    mood: Arc<Mood>,
}

impl Flaky {
    fn new(can_cut: bool) -> Self {
        let [writes, syncs] = [(); 2].map(|()| AtomicBool::new(false));
        Self(Arc::new(Mood { can_cut, writes, syncs, synced: Mutex::default() }))
    }

    fn refuses_writes(&self, refuses: bool) {
        self.0.writes.store(refuses, Relaxed);
    }

    fn refuses_syncs(&self, refuses: bool) {
        self.0.syncs.store(refuses, Relaxed);
    }

    /// The names of the files that were forced to the disk.
    fn synced(&self) -> Vec<String> {
        self.0.synced.lock().unwrap().clone()
    }
}

impl Disk for Flaky {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn SegmentFile>> {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Ok(Arc::new(FlakyFile { name, file: Files.create(path)?, mood: self.0.clone() }))
    }
}

impl SegmentFile for FlakyFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        if self.mood.writes.load(Relaxed) {
            self.file.append(&bytes[..bytes.len() / 2])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.append(bytes)
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        if self.mood.can_cut { self.file.cut(length) } else { Err(io::ErrorKind::Other.into()) }
    }

    fn sync(&self) -> io::Result<()> {
        if self.mood.syncs.load(Relaxed) {
            return Err(io::ErrorKind::Other.into());
        }
        self.mood.synced.lock().unwrap().push(self.name.clone());
        self.file.sync()
    }
}
