//! A walk over the bytes of a segment, piece by piece. Damage costs the entries that it hit and
//! none behind it.

use super::Entry;
use super::frame::{Frame, Wanted, decode, next_whole};

/// The next piece of a segment.
#[derive(Debug)]
pub(super) enum Piece {
    /// An entry.
    Entry(Box<Entry>),
    /// An entry that is not wanted.
    Other,
    /// A whole entry that another release wrote and we can't read, with its bytes.
    Unknown(usize),
    /// No entry: so many bytes up to the next one, or to the end.
    Damaged(usize),
}

/// A walk over these bytes, which begin where an entry does.
pub(super) struct Walk<'b> {
    bytes: &'b [u8],
    /// Where the walk has come to.
    pub(super) at: usize,
    wanted: Wanted,
}

impl<'b> Walk<'b> {
    pub(super) fn over(bytes: &'b [u8], at: usize, wanted: Wanted) -> Self {
        Self { bytes, at, wanted }
    }
}

impl Iterator for Walk<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let (piece, length) = match decode(self.bytes.get(self.at..)?, self.wanted) {
            Frame::Entry(entry, length) => (Piece::Entry(entry), length),
            Frame::Other(length) => (Piece::Other, length),
            Frame::Unknown(length) => (Piece::Unknown(length), length),
            Frame::Torn => {
                let length = next_whole(self.bytes, self.at + 1) - self.at;
                (Piece::Damaged(length), length)
            }
            Frame::End => return None,
        };
        self.at += length;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::{AuditId, TenantId};
    use crate::base::time::Wall;
    use crate::journal::AuditLine;
    use crate::journal::frame::encode;

    fn line(number: u8) -> Entry {
        Entry::Audit(AuditLine {
            id: AuditId::of_key(&number.to_string()),
            tenant: Some(TenantId::of_key("acme")),
            at: Wall::from_micros(number.into()),
            actor: "{\"import\"}".to_owned(),
            action: "person.changed".to_owned(),
            object: "person/anna".to_owned(),
            detail: serde_json::json!({"number": number}),
        })
    }

    fn entries(bytes: &[u8]) -> Vec<Entry> {
        let pieces = Walk::over(bytes, 0, Wanted::All);
        pieces.filter_map(|piece| if let Piece::Entry(entry) = piece { Some(*entry) } else { None }).collect()
    }

    /// Four entries, and where each begins.
    fn segment() -> (Vec<Entry>, Vec<u8>, Vec<usize>) {
        let lines: Vec<Entry> = (0..4).map(line).collect();
        let (mut bytes, mut begins) = (Vec::new(), Vec::new());
        for line in &lines {
            begins.push(bytes.len());
            encode(line, &mut bytes).unwrap();
        }
        (lines, bytes, begins)
    }

    #[test]
    fn byte_that_flips_anywhere_costs_the_entry_that_it_stands_in_and_no_other() {
        let (lines, bytes, begins) = segment();
        for place in 0..bytes.len() {
            let hit = begins.partition_point(|begin| *begin <= place) - 1;
            let others: Vec<Entry> =
                lines.iter().enumerate().filter(|(at, _)| *at != hit).map(|(_, line)| line.clone()).collect();
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[place] ^= flip;
                assert_eq!(entries(&damaged), others, "byte {place} of entry {hit}");
            }
        }
    }

    #[test]
    fn part_that_is_overwritten_or_gone_costs_what_it_covered_and_no_more() {
        let (lines, bytes, begins) = segment();
        for (from, to) in [(begins[1] + 3, begins[2] + 5), (begins[0], begins[3]), (begins[1], begins[1] + 9)] {
            let kept: Vec<Entry> = (0..4)
                .filter(|at| begins.get(at + 1).copied().unwrap_or(bytes.len()) <= from || begins[*at] >= to)
                .map(|at| lines[at].clone())
                .collect();
            let mut zeroed = bytes.clone();
            zeroed[from..to].fill(0);
            assert_eq!(entries(&zeroed), kept, "zeros over {from}..{to}");
            let gone = [&bytes[..from], &bytes[to..]].concat();
            assert_eq!(entries(&gone), kept, "{from}..{to} is gone");
        }
    }

    #[test]
    fn every_damaged_byte_is_counted() {
        let (_, mut bytes, begins) = segment();
        bytes[begins[1] + 8] ^= 0xff;
        let pieces: Vec<Piece> = Walk::over(&bytes, 0, Wanted::All).collect();
        let damaged: Vec<usize> = pieces
            .iter()
            .filter_map(|piece| if let Piece::Damaged(length) = piece { Some(*length) } else { None })
            .collect();
        assert_eq!(damaged, [begins[2] - begins[1]]);
    }
}
