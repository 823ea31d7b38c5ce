//! Every timer of an engine, by name, in one queue. The transaction layer keeps the timers of
//! RFC 3261.

use super::owner::Owner;
use crate::base::ids::{CallId, LegId};
use crate::base::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// The name of a timer: its purpose and its owner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub(crate) enum Timer {
    /// No action came in time: the caller hears ringing.
    LocalRinging(CallId),
    /// The script host gave no sign: the fallback decides.
    ScriptSilent(CallId),
    /// The call's ring has rung long enough.
    RingOver(CallId),
    /// The call's question to a source was not answered.
    LookupOver(CallId),
    /// A re-INVITE that met one of the other side may be sent again (RFC 3261 §14.1).
    Glare(CallId),
    /// A re-INVITE got provisional answers only, for long enough.
    ReofferOver(CallId),
    /// Our 200 to this leg's INVITE was not acknowledged yet.
    Unacked(LegId),
    /// The two legs that talk are checked again.
    TalkCheck(CallId),
    /// The media threads had their time to report: the record is written without.
    ReportsDue(CallId),
}

impl Timer {
    /// Returns the owner that it wakes.
    pub(crate) const fn owner(self) -> Owner {
        match self {
            Self::LocalRinging(call)
            | Self::ScriptSilent(call)
            | Self::RingOver(call)
            | Self::LookupOver(call)
            | Self::Glare(call)
            | Self::ReofferOver(call)
            | Self::TalkCheck(call)
            | Self::ReportsDue(call) => Owner::Call(call),
            Self::Unacked(leg) => Owner::Leg(leg),
        }
    }
}

/// The timers that run, the earliest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(Instant, Timer)>", into = "Vec<(Instant, Timer)>")]
pub(crate) struct Timers {
    due: BTreeSet<(Instant, Timer)>,
    at: HashMap<Timer, Instant>,
}

impl Timers {
    /// Starts a timer, or sets one that runs to another moment.
    pub(crate) fn start(&mut self, timer: Timer, at: Instant) {
        if let Some(before) = self.at.insert(timer, at) {
            self.due.remove(&(before, timer));
        }
        self.due.insert((at, timer));
    }

    /// Stops a timer; one that does not run stays as it is.
    pub(crate) fn stop(&mut self, timer: Timer) {
        if let Some(at) = self.at.remove(&timer) {
            self.due.remove(&(at, timer));
        }
    }

    /// Returns the earliest moment that is waited for.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes the earliest timer that is due.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, timer) = self.due.pop_first()?;
        self.at.remove(&timer);
        Some(timer)
    }

    /// Returns how many timers run.
    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }
}

impl From<Vec<(Instant, Timer)>> for Timers {
    fn from(list: Vec<(Instant, Timer)>) -> Self {
        let at = list.iter().map(|(at, timer)| (*timer, *at)).collect();
        Self { due: list.into_iter().collect(), at }
    }
}

impl From<Timers> for Vec<(Instant, Timer)> {
    fn from(timers: Timers) -> Self {
        timers.due.into_iter().collect()
    }
}

/// Returns RFC 3261's timers; the 100 goes out well within the 200 ms that §17.2.1 allows.
pub(crate) fn sip_timers() -> pbx_sip::transaction::Timers {
    pbx_sip::transaction::Timers { trying: Duration::from_millis(100), ..pbx_sip::transaction::Timers::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timer_that_is_started_again_is_due_once_at_its_new_moment() {
        let mut timers = Timers::default();
        let (timer, at) = (Timer::RingOver(CallId(uuid::Uuid::nil())), |s: u64| Instant::from_micros(s * 1_000_000));
        timers.start(timer, at(1));
        timers.start(timer, at(3));
        let thawed: Vec<_> = timers.clone().into();
        timers = thawed.into();
        assert_eq!((timers.len(), timers.take_due(at(2))), (1, None));
        assert_eq!(timers.take_due(at(3)), Some(timer));
        timers.start(timer, at(4));
        timers.stop(timer);
        assert_eq!(timers.len(), 0);
    }
}
