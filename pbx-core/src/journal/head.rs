//! The head of a segment: in which versions its entries are written.

use super::frame;
use crate::cdr;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The version of entries that this release writes; a segment without a head is of version 0.
///
/// It rises when a release before would misread an entry, or not know it. The version of records
/// stands beside it, because a record that is left out would be missing for ever. Before either
/// rises, `make fixtures` keeps what the present one wrote.
const VERSION: u32 = 1;

/// The bytes of a file in which a head is looked for; that of a later release may be longer.
const LONGEST: u64 = 4096;

/// First frame of a segment. It is framed as an entry is, so that a release that knows no heads
/// passes over it and reads what follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum SegmentHead {
    /// The versions of the entries and of the records among them.
    Segment {
        /// See [`VERSION`].
        version: u32,
        /// See [`cdr::VERSION`].
        #[serde(default)]
        records: u32,
    },
}

impl SegmentHead {
    /// Puts the head of this release before the first entries of a segment. It is written with
    /// them, so that a segment to which nothing came is empty.
    pub(super) fn put_before(entries: &mut Vec<u8>) -> serde_json::Result<()> {
        let mut head = Vec::new();
        frame::encode(&Self::Segment { version: VERSION, records: cdr::VERSION }, &mut head)?;
        entries.splice(..0, head);
        Ok(())
    }

    /// Returns the head of a segment that this release cannot read, as it is written there; `None`
    /// if it can read it.
    pub(super) fn later(segment: &Path) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        File::open(segment)?.take(LONGEST).read_to_end(&mut bytes)?;
        let Some(head) = frame::body(&bytes).filter(|body| frame::is_head(body)) else { return Ok(None) };
        let is_known = serde_json::from_slice(head).is_ok_and(|head: Self| !head.is_later());
        Ok((!is_known).then(|| String::from_utf8_lossy(head).into_owned()))
    }

    const fn is_later(self) -> bool {
        let Self::Segment { version, records } = self;
        version > VERSION || records > cdr::VERSION
    }
}
