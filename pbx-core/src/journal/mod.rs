//! Promises, on disk before they are made: each is appended before its answer leaves.
//!
//! Engines append ([`Journal`]), SQL is fed from it in batches (`store::Projector`), and a start
//! reads the rest that SQL does not have yet ([`Recovery`]). An entry that is applied twice counts
//! once.

mod aside;
mod disk;
mod entry;
mod file;
mod frame;
mod head;
mod open_call;
mod open_calls;
mod recover;
mod walk;

pub use aside::Unread;
pub use disk::{Disk, Files, SegmentFile};
pub use entry::{AuditLine, CallAnswer, Entry};
pub use file::{Journal, JournalLimits};
pub use open_call::{CUT, CallEnd, OpenCall};
pub use open_calls::{EntryEffect, OpenCalls};
pub use recover::{Portion, Recovery, RecoveryError, read_on};

use serde::{Deserialize, Serialize};

/// A position in the journal, which stands for everything before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Position {
    /// The number of the segment file.
    pub segment: u64,
    /// Bytes into it.
    pub offset: u64,
}

/// The positions up to which SQL has the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Watermarks {
    /// Everything before it but refreshes of registrations.
    pub projected: Position,
    /// Those as well; never after `projected`.
    pub refreshed: Position,
}
