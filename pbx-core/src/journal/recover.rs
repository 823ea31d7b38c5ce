//! What the journal holds that SQL does not have yet. A torn tail is what a kill leaves: cut off, nothing was promised by it.

use super::file::segments;
use super::frame::{Frame, decode};
use super::{Entry, Position};
use crate::time::Wall;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// What was found.
#[derive(Debug, Default)]
pub struct Recovered {
    /// In order.
    pub entries: Vec<Entry>,
    /// After the last of them.
    pub end: Position,
    /// Bytes of half entries that were cut off.
    pub torn_bytes: u64,
    /// Whole entries that this release can't read; they are left out.
    pub unknown: u64,
    /// The latest moment that any entry tells: the server lived then.
    pub last_seen: Option<Wall>,
}

/// Reads everything after `projected`.
///
/// # Errors
/// When a file can't be read or its torn tail can't be cut.
pub fn recover(folder: &Path, projected: Position) -> io::Result<Recovered> {
    let mut found = Recovered { end: projected, ..Recovered::default() };
    if !folder.exists() {
        return Ok(found);
    }
    for (segment, path) in segments(folder)?.into_iter().filter(|(segment, _)| *segment >= projected.segment) {
        let bytes = std::fs::read(&path)?;
        let start = if segment == projected.segment { projected.offset as usize } else { 0 };
        let end = read_segment(&mut found, &bytes, start.min(bytes.len()));
        if end < bytes.len() {
            found.torn_bytes += (bytes.len() - end) as u64;
            OpenOptions::new().write(true).open(&path)?.set_len(end as u64)?;
        }
        found.end = Position { segment, offset: end as u64 };
    }
    Ok(found)
}

/// Reads on from `at`; answers where the whole entries end.
fn read_segment(found: &mut Recovered, bytes: &[u8], mut at: usize) -> usize {
    loop {
        match decode(&bytes[at..]) {
            Frame::Entry(entry, length) => {
                found.last_seen = found.last_seen.max(entry.at());
                found.entries.push(*entry);
                at += length;
            }
            Frame::Unknown(length) => {
                found.unknown += 1;
                at += length;
            }
            Frame::End | Frame::Torn => return at,
        }
    }
}
