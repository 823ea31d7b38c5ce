//! One entry on disk: length and CRC-32 (both little-endian u32), then JSON that people can read.

use super::Entry;

/// An entry longer than this is damage, not an entry.
const LONGEST: usize = 64 << 20;

/// What stands at a place of a segment.
pub(super) enum Frame {
    /// An entry, and how many bytes it takes.
    Entry(Box<Entry>, usize),
    /// Whole and undamaged, but not wanted; how many bytes it takes.
    Other(usize),
    /// Whole and undamaged, but of a release that wrote what we can't read; how many bytes it takes.
    Unknown(usize),
    /// The end, exactly.
    End,
    /// No entry: half of one, as a process leaves that died in the middle of it, or damage.
    Torn,
}

/// Appends an entry to a buffer.
pub(super) fn encode(entry: &Entry, buffer: &mut Vec<u8>) -> serde_json::Result<()> {
    let start = buffer.len();
    buffer.extend_from_slice(&[0; 8]);
    serde_json::to_writer(&mut *buffer, entry)?;
    let body = &buffer[start + 8..];
    let head = [(body.len() as u32).to_le_bytes(), crc32fast::hash(body).to_le_bytes()].concat();
    buffer[start..start + 8].copy_from_slice(&head);
    Ok(())
}

/// Where the next whole entry begins from a place on; the end if there is none. An entry is JSON, in which no control character
/// stands, and the last byte of its length always is one: so none is found inside of another.
pub(super) fn next_whole(bytes: &[u8], from: usize) -> usize {
    let begins = |at: &usize| is_whole(bytes.get(*at..).unwrap_or_default());
    (from..bytes.len()).find(begins).unwrap_or(bytes.len())
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some((head, rest)) = bytes.split_first_chunk::<8>() else { return false };
    let [l0, l1, l2, l3, crc @ ..] = *head;
    let Some(body) = rest.get(..u32::from_le_bytes([l0, l1, l2, l3]) as usize) else { return false };
    // Cheap before dear: two bytes rule out most places.
    body.len() <= LONGEST
        && body.starts_with(b"{\"")
        && body.ends_with(b"}")
        && crc32fast::hash(body) == u32::from_le_bytes(crc)
}

/// Which entries are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Every one.
    All,
    /// Those about bindings.
    Bindings,
}

impl Wanted {
    /// Seen without reading it whole: an entry begins with its name.
    fn wants(self, body: &[u8]) -> bool {
        self == Self::All || body.starts_with(b"{\"Binding")
    }
}

/// Reads what stands at the start of these bytes.
pub(super) fn decode(bytes: &[u8], wanted: Wanted) -> Frame {
    if bytes.is_empty() {
        return Frame::End;
    }
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return Frame::Torn };
    let Some((crc, rest)) = rest.split_first_chunk::<4>() else { return Frame::Torn };
    let length = u32::from_le_bytes(*length) as usize;
    let Some(body) = rest.get(..length).filter(|_| length <= LONGEST) else { return Frame::Torn };
    if length == 0 || crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return Frame::Torn;
    }
    if !wanted.wants(body) {
        return Frame::Other(length + 8);
    }
    match serde_json::from_slice(body) {
        Ok(entry) => Frame::Entry(Box::new(entry), length + 8),
        Err(_) => Frame::Unknown(length + 8),
    }
}
