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
        let (legs, segments) = (self.legs(&ending), self.talk(ending.at));
        let decision = std::mem::take(&mut self.decision).read();
        let to = match self.answered {
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

    /// Returns the caller's leg and the one that was answered. The journal does not have the others
    /// that rang, nor when these two did.
    fn legs(&self, ending: &CallEnd) -> Vec<LegRecord> {
        let answered = self.answered.as_ref();
        let leg = |id, party: &Party, sip_call_id: &str| LegRecord {
            id,
            party: party.clone(),
            sip_call_id: sip_call_id.to_owned(),
            started: self.started,
            ringing: None,
            answered: answered.map(|answer| answer.at),
            ended: ending.at,
            sip_code: if answered.is_some() { 200 } else { ending.sip_code },
        };
        let callee = answered.map(|answer| leg(answer.callee, &answer.by, &answer.sip_call_id));
        std::iter::once(leg(self.caller, &self.from, &self.sip_call_id)).chain(callee).collect()
    }

    /// Returns the segment of the two that talked, if there was one.
    fn talk(&self, ended: Wall) -> Vec<Segment> {
        let talk = self.answered.as_ref().map(|answer| {
            let (a, b) = (self.caller, answer.callee);
            Segment { a, b, from: answer.at, to: ended, media: None }
        });
        talk.into_iter().collect()
    }
}
