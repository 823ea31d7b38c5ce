//! The parts of a segment that can't be read. They are logged, and the segment is kept under
//! another name in any case.

use std::io;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

/// The amount that could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unread {
    /// Bytes that are no entry (any longer).
    pub damaged_bytes: u64,
    /// The number of places where they are.
    pub damaged_parts: u64,
    /// Whole entries that this release can't read.
    pub unknown: u64,
    /// Their bytes.
    pub unknown_bytes: u64,
}

impl Unread {
    pub(super) fn damaged(&mut self, bytes: usize) {
        self.damaged_parts += 1;
        self.damaged_bytes += bytes as u64;
    }

    pub(super) fn unknown(&mut self, bytes: usize) {
        self.unknown += 1;
        self.unknown_bytes += bytes as u64;
    }

    /// Logs the amount and keeps the segment. `is_end` says that the reading ended where the last
    /// segment does, as after a kill in the middle of a write.
    pub(super) fn report(&self, segment: &Path, from: usize, is_end: bool) {
        let Self { damaged_bytes, damaged_parts, unknown, unknown_bytes } = *self;
        if damaged_bytes > 0 {
            let kept = keep(segment, "damaged");
            if is_end && damaged_parts == 1 {
                tracing::warn!(
                    ?segment,
                    from,
                    bytes = damaged_bytes,
                    ?kept,
                    "the journal ends in the middle of a write: that was promised to nobody"
                );
            } else {
                tracing::error!(
                    ?segment,
                    from,
                    bytes = damaged_bytes,
                    parts = damaged_parts,
                    ?kept,
                    "the journal is damaged: the promises that stood there are lost, those behind them are not"
                );
            }
        }
        if unknown > 0 {
            let kept = keep(segment, "unknown");
            tracing::error!(
                ?segment,
                from,
                entries = unknown,
                bytes = unknown_bytes,
                ?kept,
                "the journal has promises that this release can't read: they are left out; the release that wrote them reads \
                 the segment that is kept, once it ends in .journal again"
            );
        }
    }
}

impl AddAssign for Unread {
    fn add_assign(&mut self, more: Self) {
        self.damaged_bytes += more.damaged_bytes;
        self.damaged_parts += more.damaged_parts;
        self.unknown += more.unknown;
        self.unknown_bytes += more.unknown_bytes;
    }
}

/// Gives the segment a second name, which takes no room of a disk that may be full, or copies it
/// where there are no such names.
fn keep(segment: &Path, ending: &str) -> io::Result<PathBuf> {
    let kept = segment.with_extension(ending);
    if !kept.exists() && std::fs::hard_link(segment, &kept).is_err() {
        std::fs::copy(segment, &kept)?;
    }
    Ok(kept)
}
