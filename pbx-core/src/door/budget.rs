//! How many lines of one kind the audit takes in a minute: a source is easily had by the thousand, so that a limit for each is
//! none. What was left out is told as a number.

use super::alarm::{Alarm, AlarmKind};
use crate::base::time::{Instant, Now};
use std::net::SocketAddr;
use std::time::Duration;

/// Lines in a minute, whoever they are about.
const A_MINUTE: u32 = 60;

const MINUTE: Duration = Duration::from_secs(60);

/// Counts the lines of one kind.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// When the current minute began, and the lines in it.
    minute: (Instant, u32),
    left_out: Option<LeftOut>,
}

/// Lines that were not written since the last time that this was told.
#[derive(Debug)]
struct LeftOut {
    since: Instant,
    lines: u32,
    /// Whom the last of them was about.
    last: SocketAddr,
}

impl Budget {
    /// Whether this minute takes one more line, about this source; then it is counted.
    pub(super) fn takes(&mut self, now: Instant, source: SocketAddr) -> bool {
        let (began, lines) = &mut self.minute;
        if now.since(*began) >= MINUTE {
            (*began, *lines) = (now, 0);
        }
        if *lines < A_MINUTE {
            *lines += 1;
            return true;
        }
        let left_out = self.left_out.get_or_insert(LeftOut { since: now, lines: 0, last: source });
        left_out.lines = left_out.lines.saturating_add(1);
        left_out.last = source;
        false
    }

    /// Whether lines were left out that nobody was told of.
    pub(super) const fn owes(&self) -> bool {
        self.left_out.is_some()
    }

    /// The line that tells how many were left out, a minute after the first of them.
    pub(super) fn settle(&mut self, now: Now, code: &'static str) -> Option<Alarm> {
        let LeftOut { lines, last, .. } = self.left_out.take_if(|left_out| now.mono.since(left_out.since) >= MINUTE)?;
        Some(Alarm {
            kind: AlarmKind::LeftOut { code, lines },
            at: now.wall,
            source: last,
            account: String::new(),
            tenant: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Wall;

    fn at(seconds: u64) -> Now {
        Now { mono: Instant::from_micros(seconds * 1_000_000), wall: Wall::from_micros(seconds as i64 * 1_000_000) }
    }

    #[test]
    fn what_a_minute_does_not_take_is_told_as_a_number_once() {
        let mut budget = Budget::default();
        let source = |n: u16| SocketAddr::from(([192, 0, 2, 9], n));
        assert_eq!((0..1000).filter(|n| budget.takes(at(100).mono, source(*n))).count(), 60);
        assert!(budget.owes());
        assert_eq!(budget.settle(at(159), "sip.refused"), None, "more may come");
        let told = budget.settle(at(160), "sip.refused").unwrap();
        assert_eq!((told.kind, told.source), (AlarmKind::LeftOut { code: "sip.refused", lines: 940 }, source(999)));
        assert_eq!(budget.settle(at(300), "sip.refused"), None);
        assert!(budget.takes(at(300).mono, source(1)) && !budget.owes());
    }
}
