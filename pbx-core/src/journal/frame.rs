//! One entry on disk: length and CRC-32 (both little-endian u32), then JSON that people can read.

use super::Entry;
use serde::Serialize;

/// The length in bytes from which on an entry is taken for damage.
const LONGEST: usize = 64 << 20;

/// The next frame of a segment.
pub(super) enum Frame {
    /// An entry, and how many bytes it takes.
    Entry(Box<Entry>, usize),
    /// A whole and undamaged entry that is not wanted, and how many bytes it takes.
    Other(usize),
    /// A whole and undamaged entry that another release wrote and we can't read, and how many bytes
    /// it takes.
    Unknown(usize),
    /// The exact end.
    End,
    /// No entry: half of one, as a process leaves that died in the middle of a write, or damage.
    Torn,
}

/// Appends an entry to a buffer, or the head of a segment.
pub(super) fn encode(entry: &impl Serialize, buffer: &mut Vec<u8>) -> serde_json::Result<()> {
    let start = buffer.len();
    buffer.extend_from_slice(&[0; 8]);
    serde_json::to_writer(&mut *buffer, entry)?;
    let body = &buffer[start + 8..];
    let head = [(body.len() as u32).to_le_bytes(), crc32fast::hash(body).to_le_bytes()].concat();
    buffer[start..start + 8].copy_from_slice(&head);
    Ok(())
}

/// Returns where the next whole entry begins from a place on, or the end if there is none. None is
/// found inside of another: an entry is JSON, which has no control characters, and the last byte of
/// its length always is one.
pub(super) fn next_whole(bytes: &[u8], from: usize) -> usize {
    let begins = |at: &usize| is_whole(bytes.get(*at..).unwrap_or_default());
    (from..bytes.len()).find(begins).unwrap_or(bytes.len())
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some((head, rest)) = bytes.split_first_chunk::<8>() else { return false };
    let [l0, l1, l2, l3, crc @ ..] = *head;
    let Some(body) = rest.get(..u32::from_le_bytes([l0, l1, l2, l3]) as usize) else { return false };
    // Cheap checks first: two bytes rule out most places.
    body.len() <= LONGEST
        && body.starts_with(b"{\"")
        && body.ends_with(b"}")
        && crc32fast::hash(body) == u32::from_le_bytes(crc)
}

/// The entries that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of them.
    All,
    /// Those about bindings.
    Bindings,
}

impl Wanted {
    /// Looks at the entry's name, with which it begins, so that it need not be read whole. A head
    /// is no entry.
    fn wants(self, body: &[u8]) -> bool {
        match self {
            Self::All => !is_head(body),
            Self::Bindings => body.starts_with(b"{\"Binding"),
        }
    }
}

/// Returns whether this is the body of a segment's head, which is no entry.
pub(super) fn is_head(body: &[u8]) -> bool {
    body.starts_with(b"{\"Segment\":")
}

/// Returns the body of the frame at the start of these bytes; `None` if it is not whole, or is
/// damaged.
pub(super) fn body(bytes: &[u8]) -> Option<&[u8]> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let [l0, l1, l2, l3, crc @ ..] = *head;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    let body = rest.get(..length).filter(|_| 0 < length && length <= LONGEST)?;
    (crc32fast::hash(body) == u32::from_le_bytes(crc)).then_some(body)
}

/// Reads the frame at the start of these bytes.
pub(super) fn decode(bytes: &[u8], wanted: Wanted) -> Frame {
    if bytes.is_empty() {
        return Frame::End;
    }
    let Some(body) = body(bytes) else { return Frame::Torn };
    let length = body.len() + 8;
    if !wanted.wants(body) {
        return Frame::Other(length);
    }
    match serde_json::from_slice(body) {
        Ok(entry) => Frame::Entry(Box::new(entry), length),
        Err(_) => Frame::Unknown(length),
    }
}
