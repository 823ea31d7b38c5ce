//! The entries that SQL does not have yet, in portions that memory can hold. What can't be read is
//! passed over with a line in the log, and its segment is kept.

use super::aside::Unread;
use super::file::segments;
use super::frame::Wanted;
use super::head::SegmentHead;
use super::walk::{Piece, Walk};
use super::{Entry, Position, Watermarks};
use crate::base::time::Wall;
use std::cmp::Ordering;
use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

/// Entries of one portion.
const SOME: usize = 4096;

/// A part of the entries, in order.
#[derive(Debug)]
pub enum Portion {
    /// Entries about bindings among those that the store has: it may lack their refreshes.
    Projected(Vec<Entry>),
    /// Entries that the store does not have, and where they end.
    Unprojected(Vec<Entry>, Position),
}

/// Reason why a journal is not read.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// A later release wrote a segment: what this one would make of it is lost or wrong.
    #[error(
        "a later release wrote {segment}, in a form that this one does not know ({head}): start that \
         release, or one after it; nothing of the journal was read or changed",
        segment = .0.display(),
        head = .1
    )]
    Later(PathBuf, String),
    /// A file can't be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The reading of a journal after a start.
#[derive(Debug)]
pub struct Recovery {
    progress: Watermarks,
    segments: VecDeque<(u64, PathBuf)>,
    open: Option<OpenSegment>,
    last_seen: Option<Wall>,
    unread: Unread,
}

/// The segment that is being read.
#[derive(Debug)]
struct OpenSegment {
    segment: u64,
    path: PathBuf,
    bytes: Vec<u8>,
    at: usize,
    /// Where the entries end that the store has.
    projected: usize,
}

impl Recovery {
    /// Begins at the store's progress.
    ///
    /// # Errors
    /// When a later release wrote one of the segments, or the folder can't be read.
    pub fn begin(folder: &Path, progress: Watermarks) -> Result<Self, RecoveryError> {
        let all = if folder.exists() { segments(folder)? } else { Vec::new() };
        let segments: VecDeque<_> =
            all.into_iter().filter(|(segment, _)| *segment >= progress.refreshed.segment).collect();
        for (_, segment) in &segments {
            if let Some(head) = SegmentHead::later(segment)? {
                return Err(RecoveryError::Later(segment.clone(), head));
            }
        }
        Ok(Self { progress, segments, open: None, last_seen: None, unread: Unread::default() })
    }

    /// Returns the latest moment of any entry: the server was alive then.
    pub fn last_seen(&self) -> Option<Wall> {
        self.last_seen
    }

    /// Returns the amount that could not be read so far.
    pub fn unread(&self) -> Unread {
        self.unread
    }

    /// Reads on; returns `None` at the end.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn portion(&mut self) -> io::Result<Option<Portion>> {
        loop {
            let Some(mut open) = self.next_open()? else { return Ok(None) };
            let is_projected = open.at < open.projected;
            let (until, wanted) =
                if is_projected { (open.projected, Wanted::Bindings) } else { (open.bytes.len(), Wanted::All) };
            let (entries, unread, at) = read_some(&open.bytes[..until], open.at, wanted);
            unread.report(&open.path, open.at, self.segments.is_empty() && at == open.bytes.len());
            self.unread += unread;
            open.at = at;
            let end = Position { segment: open.segment, offset: at as u64 };
            let is_unprojected = end >= self.progress.projected;
            self.open = (at < open.bytes.len()).then_some(open);
            if is_projected {
                if !entries.is_empty() {
                    return Ok(Some(Portion::Projected(entries)));
                }
            } else if is_unprojected {
                self.last_seen = self.last_seen.max(entries.iter().filter_map(Entry::at).max());
                return Ok(Some(Portion::Unprojected(entries, end)));
            }
        }
    }

    fn next_open(&mut self) -> io::Result<Option<OpenSegment>> {
        if let Some(open) = self.open.take() {
            return Ok(Some(open));
        }
        let Some((segment, path)) = self.segments.pop_front() else { return Ok(None) };
        let bytes = std::fs::read(&path)?;
        let at = place(segment, self.progress.refreshed, &bytes);
        let projected = place(segment, self.progress.projected, &bytes);
        Ok(Some(OpenSegment { segment, path, bytes, at, projected }))
    }
}

/// Reads some entries from a place on; returns them, what could not be read, and how far it came.
fn read_some(bytes: &[u8], at: usize, wanted: Wanted) -> (Vec<Entry>, Unread, usize) {
    let (mut entries, mut unread) = (Vec::new(), Unread::default());
    let mut walk = Walk::over(bytes, at, wanted);
    while entries.len() < SOME
        && let Some(piece) = walk.next()
    {
        match piece {
            Piece::Entry(entry) => entries.push(*entry),
            Piece::Other => {}
            Piece::Unknown(bytes) => unread.unknown(bytes),
            Piece::Damaged(bytes) => unread.damaged(bytes),
        }
    }
    (entries, unread, walk.at)
}

/// Returns where a position is in a segment; in another segment than its own, the start or the end.
fn place(segment: u64, position: Position, bytes: &[u8]) -> usize {
    match segment.cmp(&position.segment) {
        Ordering::Less => bytes.len(),
        Ordering::Equal => (position.offset as usize).min(bytes.len()),
        Ordering::Greater => 0,
    }
}

/// Reads some of the entries between two positions of a journal that is being written, and returns
/// where they end.
///
/// # Errors
/// When a file can't be read.
pub fn read_on(folder: &Path, from: Position, until: Position) -> io::Result<(Vec<Entry>, Position)> {
    let (mut entries, mut end) = (Vec::new(), from);
    for (segment, path) in segments(folder)? {
        if segment < from.segment || segment > until.segment || entries.len() >= SOME {
            continue;
        }
        let bytes = std::fs::read(&path)?;
        let (at, last) = (place(segment, from, &bytes), place(segment, until, &bytes));
        let (some, unread, reached) = read_some(&bytes[..last], at, Wanted::All);
        unread.report(&path, at, false);
        entries.extend(some);
        end = Position { segment, offset: reached as u64 };
    }
    Ok((entries, end))
}
