//! A call that has begun and has no record yet, and the record that is made of it if the server
//! dies.

use super::entry::{CallAnswer, Entry};
use crate::base::ids::{CallId, LegId, TenantId};
use crate::base::time::Wall;
use crate::cause;
use crate::cdr::{self, CallRecord, LegRecord, Segment};
use crate::decision::{Decision, Said, StepKind};
use crate::event::{Direction, Disposition, Party};
use serde::{Deserialize, Serialize};

/// A call as far as the journal has it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OpenCall {
    /// The call.
    pub call: CallId,
    /// The tenant.
    pub tenant: TenantId,
    /// The caller's leg.
    #[serde(default = "LegId::untold")]
    pub caller: LegId,
    /// SIP's Call-ID of the caller's leg.
    pub sip_call_id: String,
    /// The origin of the call.
    pub direction: Direction,
    /// The party that calls.
    pub from: Party,
    /// The dialled string as it came.
    pub dialled: String,
    /// When it began.
    pub started: Wall,
    /// The answer, if there was one.
    pub answered: Option<CallAnswer>,
    /// The legs that took the place of another one later, each with the leg that stayed.
    #[serde(default)]
    pub transfers: Vec<(LegId, CallAnswer)>,
    /// The end, if it has ended.
    pub ended: Option<CallEnd>,
    /// Why it went where it went, as far as entries say.
    #[serde(default)]
    pub decision: Decision<Said>,
}

/// The end of a call as the peers saw it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CallEnd {
    /// The outcome of the call.
    pub disposition: Disposition,
    /// The cause's code.
    pub cause: String,
    /// The final SIP code to the caller.
    pub sip_code: u16,
    /// When it ended.
    pub at: Wall,
}

/// The cause of a call that the server's death ended.
pub const CUT: &str = cause::SERVER_RESTART.code;

/// Returns the meaning of the dialled string, where the decision has it.
fn meant(decision: &Decision) -> Option<&str> {
    decision.steps.iter().find_map(|step| match &step.kind {
        StepKind::Dialled { dialled, .. } => Some(dialled.as_str()),
        _ => None,
    })
}

impl OpenCall {
    /// Opens a call with its first entry; `None` if the entry is another.
    pub fn begin(entry: &Entry) -> Option<Self> {
        let Entry::CallStarted { call, tenant, caller, sip_call_id, direction, from, dialled, at } = entry else {
            return None;
        };
        Some(Self {
            call: *call,
            tenant: *tenant,
            caller: *caller,
            sip_call_id: sip_call_id.clone(),
            direction: *direction,
            from: from.clone(),
            dialled: dialled.clone(),
            started: *at,
            answered: None,
            transfers: Vec::new(),
            ended: None,
            decision: Decision::default(),
        })
    }

    /// Applies another entry of this call. Applying it twice is the same as applying it once.
    pub fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::CallDecided { after, decision, .. } if *after == self.decision.steps.len() => {
                (self.decision.revision, self.decision.limits) = (decision.revision, decision.limits);
                self.decision.steps.extend_from_slice(&decision.steps);
            }
            Entry::CallAnswered { answer, .. } => {
                self.answered.get_or_insert_with(|| answer.clone());
            }
            Entry::CallTransferred { stays, answer, .. }
                if self.transfers.iter().all(|(_, known)| known.callee != answer.callee) =>
            {
                self.transfers.push((*stays, answer.clone()));
            }
            Entry::CallEnded { disposition, cause, sip_code, at, .. } => {
                self.ended.get_or_insert_with(|| CallEnd {
                    disposition: *disposition,
                    cause: cause.clone(),
                    sip_code: *sip_code,
                    at: *at,
                });
            }
            _ => {}
        }
    }

    /// Returns the first `after` steps of its decision, as far as there are entries.
    pub fn first_steps(self, after: usize) -> Vec<Said> {
        let mut steps = self.decision.steps;
        steps.truncate(after);
        steps
    }

    /// Makes the record of a call whose engine is gone. `last_seen` is a moment at which the server
    /// is known to have lived.
    pub fn into_record(mut self, last_seen: Wall) -> CallRecord {
        let cut = self.ended.is_none();
        let answered = self.answered.as_ref().map(|answer| answer.at);
        let ending = self.ended.take().unwrap_or_else(|| CallEnd {
            disposition: if answered.is_some() { Disposition::Answered } else { Disposition::Failed },
            cause: CUT.to_owned(),
            sip_code: if answered.is_some() { 200 } else { 500 },
            at: last_seen.max(answered.unwrap_or(self.started)).max(self.started),
        });
        let (legs, segments) = (self.legs(&ending), self.segments(ending.at));
        let decision = std::mem::take(&mut self.decision).read();
        let to = match self.transfers.pop().map(|(_, answer)| answer).or(self.answered) {
            Some(answer) => answer.by,
            None => Party { number: meant(&decision).unwrap_or(&self.dialled).to_owned(), ..Party::default() },
        };
        CallRecord {
            // Its steps are written again, whichever release told them.
            version: cdr::VERSION,
            id: self.call,
            tenant: self.tenant,
            sip_call_id: self.sip_call_id,
            direction: self.direction,
            from: self.from,
            dialled: self.dialled,
            to,
            started: self.started,
            answered,
            ended: ending.at,
            disposition: ending.disposition,
            cause: ending.cause,
            sip_code: ending.sip_code,
            talk_us: answered.map_or(0, |at| (ending.at.micros() - at.micros()).max(0)),
            cut,
            hung_up: None,
            legs,
            segments,
            decision,
        }
    }

    /// Returns the caller's leg and those that were answered. The journal does not have the others
    /// that rang, nor when these did.
    fn legs(&self, ending: &CallEnd) -> Vec<LegRecord> {
        let answered = self.answered.as_ref().map(|answer| answer.at);
        let leg = |id, party: &Party, sip_call_id: &str, (started, answered): (Wall, Option<Wall>)| LegRecord {
            id,
            party: party.clone(),
            sip_call_id: sip_call_id.to_owned(),
            started,
            ringing: None,
            answered,
            ended: self.left(id).unwrap_or(ending.at),
            sip_code: if answered.is_some() { 200 } else { ending.sip_code },
        };
        let caller = leg(self.caller, &self.from, &self.sip_call_id, (self.started, answered));
        let callee = self.answered.iter().map(|answer| (self.started, answer));
        let later = self.transfers.iter().map(|(_, answer)| (answer.at, answer));
        let others = callee
            .chain(later)
            .map(|(started, answer)| leg(answer.callee, &answer.by, &answer.sip_call_id, (started, Some(answer.at))));
        std::iter::once(caller).chain(others).collect()
    }

    /// Returns who talked with whom from when on.
    fn talks(&self) -> impl Iterator<Item = (LegId, LegId, Wall)> {
        let first = self.answered.iter().map(|answer| (self.caller, answer.callee, answer.at));
        first.chain(self.transfers.iter().map(|(stays, answer)| (*stays, answer.callee, answer.at)))
    }

    /// Returns when another leg took the place of this one.
    fn left(&self, leg: LegId) -> Option<Wall> {
        let talks: Vec<_> = self.talks().collect();
        talks.windows(2).find_map(|pair| match pair {
            [(a, b, _), (c, d, at)] if [*a, *b].contains(&leg) && ![*c, *d].contains(&leg) => Some(*at),
            _ => None,
        })
    }

    /// Returns the segments of those who talked.
    fn segments(&self, ended: Wall) -> Vec<Segment> {
        let ends = self.talks().skip(1).map(|(_, _, at)| at).chain([ended]);
        self.talks().zip(ends).map(|((a, b, from), to)| Segment { a, b, from, to, media: None }).collect()
    }
}
