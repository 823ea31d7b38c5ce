//! How the audit is turned over: a cursor that stays true while new lines come in, also among lines of the same moment (all
//! changes of an import have one).

use super::BadCursor;
use crate::base::ids::AuditId;
use crate::base::time::Wall;
use crate::journal::AuditLine;
use std::fmt;
use std::str::FromStr;

/// A place in the audit; opaque to whoever turns the pages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AuditCursor {
    /// When the line was written.
    pub at: Wall,
    /// The line's id.
    pub id: AuditId,
}

impl fmt::Display for AuditCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{}", self.at.micros(), self.id.0.simple())
    }
}

impl FromStr for AuditCursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (at, id) = text.split_at_checked(16).filter(|(_, id)| id.len() == 32).ok_or(BadCursor)?;
        let at = u64::from_str_radix(at, 16).map_err(|_| BadCursor)?;
        Ok(Self { at: Wall::from_micros(at.cast_signed()), id: id.parse().map_err(|_| BadCursor)? })
    }
}

/// One page of the audit.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct AuditPage {
    /// Newest first.
    pub lines: Vec<AuditLine>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<AuditCursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        for micros in [0, 1_795_165_200_000_000, i64::MAX, -1] {
            let cursor = AuditCursor { at: Wall::from_micros(micros), id: AuditId::of_key("line") };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "x", "1795165200000000", &"f".repeat(47), &"g".repeat(48), &"ü".repeat(24)] {
            assert_eq!(text.parse::<AuditCursor>(), Err(BadCursor), "{text}");
        }
    }
}
