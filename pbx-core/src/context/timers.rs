//! Every timer of an engine in one enum and one queue. The transaction layer keeps the timers of RFC 3261.

use crate::base::ids::CallId;
use crate::base::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a timer is for.
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
    Unacked(CallId, u16),
    /// The two who talk are looked after again.
    TalkCheck(CallId),
    /// The media threads had their time to report: the record is written without.
    ReportsDue(CallId),
}

impl Timer {
    /// The call that the timer is for.
    pub(crate) fn call(self) -> CallId {
        match self {
            Self::LocalRinging(call)
            | Self::ScriptSilent(call)
            | Self::RingOver(call)
            | Self::LookupOver(call)
            | Self::Glare(call)
            | Self::ReofferOver(call)
            | Self::Unacked(call, _)
            | Self::TalkCheck(call)
            | Self::ReportsDue(call) => call,
        }
    }
}

/// The timers that run, earliest first. Whoever starts a timer remembers its moment, to stop it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Timers {
    due: BTreeSet<(Instant, Timer)>,
}

impl Timers {
    /// Starts a timer.
    pub(crate) fn start(&mut self, timer: Timer, at: Instant) {
        self.due.insert((at, timer));
    }

    /// The earliest moment that is waited for.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes the earliest timer that is due.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        self.due.pop_first().map(|(_, timer)| timer)
    }

    /// Stops a timer that was started for `at`.
    pub(crate) fn stop(&mut self, timer: Timer, at: Instant) {
        self.due.remove(&(at, timer));
    }

    /// How many timers run.
    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }
}
