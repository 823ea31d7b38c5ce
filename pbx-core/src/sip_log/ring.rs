//! A folder of files for each tenant, of a fixed size, the oldest dropped whole.
//!
//! Messages of this process are indexed as they are written; older files when they are first read.

use super::entry::{self, LoggedMessage};
use super::mask::mask;
use crate::base::ids::{CallId, TenantId};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The bounds of what is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SipLogLimits {
    /// Bytes per tenant.
    pub tenant_bytes: u64,
    /// Bytes per file, which are dropped at once.
    pub file_bytes: u64,
}

impl Default for SipLogLimits {
    fn default() -> Self {
        Self { tenant_bytes: 256 << 20, file_bytes: 16 << 20 }
    }
}

/// The messages of a call.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ladder {
    /// The messages in the order in which they were received and sent.
    pub messages: Vec<LoggedMessage>,
    /// Whether nothing of the call has been dropped.
    pub complete: bool,
}

/// The log of all tenants.
#[derive(Debug)]
pub struct SipLog {
    folder: PathBuf,
    limits: SipLogLimits,
    rings: Mutex<HashMap<TenantId, TenantLog>>,
}

/// The files of one tenant, oldest first.
#[derive(Debug, Default)]
struct TenantLog {
    files: BTreeMap<u64, LogFile>,
    writing: Option<(u64, File)>,
}

/// The entries of one tenant in one write, and where each begins.
#[derive(Default)]
struct TenantWrite {
    bytes: Vec<u8>,
    places: Vec<(CallId, usize)>,
}

#[derive(Debug, Default)]
struct LogFile {
    length: u64,
    /// The call and place of each entry; `None` if the file was not read yet.
    index: Option<Index>,
}

/// The call of each entry of a file, and where it begins.
type Index = Vec<(CallId, u32)>;

impl SipLog {
    /// Opens the log; files are found when a tenant is first written to or read.
    pub fn open(folder: &Path, limits: SipLogLimits) -> Self {
        Self { folder: folder.to_owned(), limits, rings: Mutex::default() }
    }

    /// Appends messages, masked; one write for each tenant.
    ///
    /// # Errors
    /// When the disk refuses; what could not be written is lost, the log stays readable.
    pub fn append(&self, batch: &[(TenantId, LoggedMessage)]) -> io::Result<()> {
        let mut by_tenant: BTreeMap<TenantId, TenantWrite> = BTreeMap::new();
        for (tenant, entry) in batch {
            let batch = by_tenant.entry(*tenant).or_default();
            batch.places.push((entry.call, batch.bytes.len()));
            entry::encode(entry, &mask(&entry.bytes), &mut batch.bytes);
        }
        let mut rings = self.rings();
        for (tenant, batch) in by_tenant {
            let folder = self.folder_of(tenant);
            let ring = ring_of(&mut rings, tenant, &folder)?;
            ring.append(&folder, self.limits, &batch)?;
        }
        Ok(())
    }

    /// Reads the messages of a call of this tenant. For another tenant's call there are none.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn read(&self, tenant: TenantId, call: CallId) -> io::Result<Ladder> {
        let folder = self.folder_of(tenant);
        if !folder.exists() {
            return Ok(Ladder::default());
        }
        // Files of an earlier run are scanned without the lock, so that writers need not wait for
        // megabytes to be read.
        loop {
            let unread = ring_of(&mut self.rings(), tenant, &folder)?.unread();
            let Some((number, length)) = unread else { break };
            let index = File::open(path(&folder, number)).and_then(|file| scan(&file, length));
            ring_of(&mut self.rings(), tenant, &folder)?.learn(number, index)?;
        }
        ring_of(&mut self.rings(), tenant, &folder)?.read(&folder, call)
    }

    /// Removes the files of all tenants but these, and returns of how many.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep_only(&self, tenants: &HashSet<TenantId>) -> io::Result<usize> {
        let mut rings = self.rings();
        rings.retain(|tenant, _| tenants.contains(tenant));
        let mut removed = 0;
        for folder in std::fs::read_dir(&self.folder).into_iter().flatten() {
            let folder = folder?;
            let tenant = folder.file_name().to_str().and_then(|name| name.parse().ok());
            if tenant.is_some_and(|tenant| !tenants.contains(&tenant)) {
                std::fs::remove_dir_all(folder.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn rings(&self) -> MutexGuard<'_, HashMap<TenantId, TenantLog>> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn folder_of(&self, tenant: TenantId) -> PathBuf {
        self.folder.join(tenant.to_string())
    }
}

fn ring_of<'r>(
    rings: &'r mut HashMap<TenantId, TenantLog>,
    tenant: TenantId,
    folder: &Path,
) -> io::Result<&'r mut TenantLog> {
    match rings.entry(tenant) {
        Entry::Occupied(ring) => Ok(ring.into_mut()),
        Entry::Vacant(place) => Ok(place.insert(TenantLog::find(folder)?)),
    }
}

fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:010}.sip"))
}

impl TenantLog {
    /// Finds the files of a tenant's folder.
    fn find(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut ring = Self::default();
        for file in std::fs::read_dir(folder)? {
            let file = file?;
            let number = file.path().file_stem().and_then(|stem| stem.to_str()?.parse().ok());
            if let Some(number) = number {
                ring.files.insert(number, LogFile { length: file.metadata()?.len(), index: None });
            }
        }
        Ok(ring)
    }

    fn append(&mut self, folder: &Path, limits: SipLogLimits, batch: &TenantWrite) -> io::Result<()> {
        let TenantWrite { bytes, places } = batch;
        let full = self.writing.as_ref().is_none_or(|(number, _)| {
            self.files
                .get(number)
                .is_none_or(|file| file.length > 0 && file.length + bytes.len() as u64 > limits.file_bytes)
        });
        if full {
            self.begin(folder, limits)?;
        }
        let Some((number, file)) = self.writing.as_mut() else { return Ok(()) };
        let segment = self.files.entry(*number).or_default();
        if let Err(why) = file.write_all(bytes) {
            file.set_len(segment.length)?;
            return Err(why);
        }
        let start = segment.length;
        let place = |(call, at): &(CallId, usize)| (*call, (start + *at as u64) as u32);
        segment.index.get_or_insert_default().extend(places.iter().map(place));
        segment.length += bytes.len() as u64;
        Ok(())
    }

    /// Begins a file and drops the oldest, so that a full new one fits.
    fn begin(&mut self, folder: &Path, limits: SipLogLimits) -> io::Result<()> {
        let number = self.files.last_key_value().map_or(1, |(number, _)| number + 1);
        let file = OpenOptions::new().append(true).create_new(true).open(path(folder, number))?;
        self.files.insert(number, LogFile { length: 0, index: Some(Vec::new()) });
        self.writing = Some((number, file));
        let room = limits.tenant_bytes.saturating_sub(limits.file_bytes);
        while self.files.len() > 1 && self.files.values().map(|file| file.length).sum::<u64>() > room {
            let Some((oldest, _)) = self.files.pop_first() else { break };
            std::fs::remove_file(path(folder, oldest))?;
        }
        Ok(())
    }

    /// Returns a file whose entries are not known, and its length.
    fn unread(&self) -> Option<(u64, u64)> {
        let mut unread = self.files.iter().filter(|(_, segment)| segment.index.is_none());
        unread.next().map(|(number, segment)| (*number, segment.length))
    }

    /// Notes where the entries of a file are. A file that was dropped meanwhile is no fault.
    fn learn(&mut self, number: u64, index: io::Result<Index>) -> io::Result<()> {
        if let Some(segment) = self.files.get_mut(&number) {
            segment.index = Some(index?);
        }
        Ok(())
    }

    fn read(&self, folder: &Path, call: CallId) -> io::Result<Ladder> {
        let mut messages = Vec::new();
        for (number, segment) in &self.files {
            let mut places = segment.index.iter().flatten().filter(|(of, _)| *of == call).peekable();
            if places.peek().is_some() {
                let file = File::open(path(folder, *number))?;
                for (_, place) in places {
                    messages.extend(read_at(&file, u64::from(*place))?);
                }
            }
        }
        // File 1 is there as long as nothing was ever dropped; afterwards a ladder that begins with
        // an INVITE is whole.
        let dropped = self.files.first_key_value().is_none_or(|(oldest, _)| *oldest > 1);
        let begins = messages.first().is_some_and(|first| first.bytes.starts_with(b"INVITE "));
        let complete = !messages.is_empty() && (!dropped || begins);
        Ok(Ladder { messages, complete })
    }
}

/// Finds each entry of a file.
fn scan(file: &File, length: u64) -> io::Result<Index> {
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, 0)?;
    let (mut index, mut at) = (Vec::new(), 0);
    while let Some((call, length)) = entry::peek(&bytes[at..]) {
        index.push((call, at as u32));
        at += length;
    }
    Ok(index)
}

fn read_at(file: &File, place: u64) -> io::Result<Option<LoggedMessage>> {
    let mut length = [0; 4];
    file.read_exact_at(&mut length, place)?;
    let mut bytes = vec![0; u32::from_le_bytes(length) as usize + 8];
    file.read_exact_at(&mut bytes, place)?;
    Ok(entry::decode(&bytes))
}

#[cfg(test)]
mod tests;
