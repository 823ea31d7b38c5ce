//! What the journal holds that SQL does not have yet. A torn tail is what a kill leaves: cut off, nothing was promised by it.

use super::file::segments;
use super::frame::{Frame, Wanted, decode};
use super::{Entry, Position, Progress};
use crate::time::Wall;
use std::cmp::Ordering;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// Entries that are read at once from a journal that is ahead of SQL.
const SOME: usize = 4096;

/// What was found.
#[derive(Debug, Default)]
pub struct Recovered {
    /// What the store has not been told, in order.
    pub entries: Vec<Entry>,
    /// Of what it has been told, what is about bindings and may be a refresh that it has not.
    pub bindings: Vec<Entry>,
    /// After the last of them.
    pub end: Position,
    /// Bytes of half entries that were cut off.
    pub torn_bytes: u64,
    /// Whole entries that this release can't read; they are left out.
    pub unknown: u64,
    /// The latest moment that any entry tells: the server lived then.
    pub last_seen: Option<Wall>,
}

/// Reads everything that the store has not been told.
///
/// # Errors
/// When a file can't be read or its torn tail can't be cut.
pub fn recover(folder: &Path, progress: Progress) -> io::Result<Recovered> {
    let Progress { projected, refreshed } = progress;
    let mut found = Recovered { end: projected, ..Recovered::default() };
    if !folder.exists() {
        return Ok(found);
    }
    for (segment, path) in segments(folder)?.into_iter().filter(|(segment, _)| *segment >= refreshed.segment) {
        let bytes = std::fs::read(&path)?;
        let told = read_told(&mut found, &bytes, place(segment, refreshed, &bytes), place(segment, projected, &bytes));
        if segment < projected.segment {
            continue;
        }
        let end = read_news(&mut found, &bytes, told);
        if end < bytes.len() {
            found.torn_bytes += (bytes.len() - end) as u64;
            OpenOptions::new().write(true).open(&path)?.set_len(end as u64)?;
        }
        found.end = Position { segment, offset: end as u64 };
    }
    Ok(found)
}

/// Where a position is in a segment: somewhere in it, or at its start or end if it is in another.
fn place(segment: u64, position: Position, bytes: &[u8]) -> usize {
    match segment.cmp(&position.segment) {
        Ordering::Less => bytes.len(),
        Ordering::Equal => (position.offset as usize).min(bytes.len()),
        Ordering::Greater => 0,
    }
}

/// Looks through what the store was told; answers where that ends.
fn read_told(found: &mut Recovered, bytes: &[u8], mut at: usize, end: usize) -> usize {
    while at < end {
        match decode(&bytes[at..end], Wanted::Bindings) {
            Frame::Entry(entry, length) => {
                found.bindings.push(*entry);
                at += length;
            }
            Frame::Other(length) | Frame::Unknown(length) => at += length,
            Frame::End | Frame::Torn => break,
        }
    }
    end
}

/// Reads on from `at`; answers where the whole entries end.
fn read_news(found: &mut Recovered, bytes: &[u8], mut at: usize) -> usize {
    loop {
        match decode(&bytes[at..], Wanted::All) {
            Frame::Entry(entry, length) => {
                found.last_seen = found.last_seen.max(entry.at());
                found.entries.push(*entry);
                at += length;
            }
            Frame::Unknown(length) | Frame::Other(length) => {
                found.unknown += 1;
                at += length;
            }
            Frame::End | Frame::Torn => return at,
        }
    }
}

/// Reads some of the entries between two places of a journal that is being written; answers where they end.
///
/// # Errors
/// When a file can't be read.
pub fn read_on(folder: &Path, from: Position, until: Position) -> io::Result<(Vec<Entry>, Position)> {
    let (mut entries, mut end) = (Vec::new(), from);
    for (segment, path) in segments(folder)? {
        if segment < from.segment || segment > until.segment || entries.len() >= SOME {
            continue;
        }
        let bytes = std::fs::read(path)?;
        let (mut at, last) = (place(segment, from, &bytes), place(segment, until, &bytes));
        while at < last && entries.len() < SOME {
            match decode(&bytes[at..last], Wanted::All) {
                Frame::Entry(entry, length) => {
                    entries.push(*entry);
                    at += length;
                }
                Frame::Other(length) | Frame::Unknown(length) => at += length,
                Frame::End | Frame::Torn => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        end = Position { segment, offset: at as u64 };
    }
    Ok((entries, end))
}
