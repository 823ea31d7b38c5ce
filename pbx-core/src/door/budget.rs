//! The audit lines of one kind that a minute may have. Sources are had by the thousand, so a limit
//! for each of them would be no limit; the lines that are left out are reported as a number.

use super::alarm::{Alarm, AlarmKind};
use crate::base::time::{Instant, Now};
use std::net::SocketAddr;
use std::time::Duration;

/// Lines in a minute, of all sources together.
const A_MINUTE: u32 = 60;

const MINUTE: Duration = Duration::from_secs(60);

/// A counter of the lines of one kind.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// The beginning of the current minute, and the lines in it.
    minute: (Instant, u32),
    left_out: Option<LeftOut>,
}

/// Lines that were left out since the last report.
#[derive(Debug)]
struct LeftOut {
    since: Instant,
    lines: u32,
    /// The source of the last of them.
    last: SocketAddr,
}

impl Budget {
    /// Returns whether this minute takes one more line, about this source, and counts it.
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

    /// Returns whether lines were left out that no report has counted yet.
    pub(super) const fn has_unreported(&self) -> bool {
        self.left_out.is_some()
    }

    /// Returns the line that reports how many were left out, a minute after the first of them.
    pub(super) fn report(&mut self, now: Now, code: &'static str) -> Option<Alarm> {
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
        assert!(budget.has_unreported());
        assert_eq!(budget.report(at(159), "sip.refused"), None, "more may come");
        let reported = budget.report(at(160), "sip.refused").unwrap();
        assert_eq!(
            (reported.kind, reported.source),
            (AlarmKind::LeftOut { code: "sip.refused", lines: 940 }, source(999))
        );
        assert_eq!(budget.report(at(300), "sip.refused"), None);
        assert!(budget.takes(at(300).mono, source(1)) && !budget.has_unreported());
    }
}
