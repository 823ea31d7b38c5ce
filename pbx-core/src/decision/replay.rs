//! A call decided again from its record alone.

use super::ask::{Ask, Final, STOPS};
use super::recorded::Recorded;
use super::{Decider, Decision, Programs, Step, StepKind};
use crate::base::ids::{CallId, TenantId};
use crate::script::{FaultKind, RunId, ScriptJob, ScriptStep};
use uuid::Uuid;

/// Runs scripts for a replay: the pool's host inline, or any other that keeps the contract of [`crate::script`].
pub trait Host {
    /// Carries a job out; gives what the script did with its turn, `None` for a cancel.
    fn turn(&mut self, job: ScriptJob) -> Option<ScriptStep>;
}

/// Decides a call again from its record. If the steps are equal, the record explains the call; where the routing code would
/// now do something else, the steps differ from there on. A record without a final answer is of a call that was cut: it is
/// decided as far as the record goes.
pub fn replay(record: &Decision, programs: &dyn Programs, host: &mut dyn Host) -> Decision {
    let mut replay = Replay {
        facts: Recorded::new(record, programs),
        record,
        decider: Decider::default(),
        host,
        run: RunId { call: CallId(Uuid::nil()), seq: 0 },
        turn: None,
    };
    let first = replay.decider.begin(&mut replay.facts);
    replay.go(first);
    let mut again = replay.decider.take_decision();
    // The decider takes several steps at once; of a call that was cut before it was told of them the record has none.
    if !is_whole(record) {
        again.steps.truncate(record.steps.len());
    }
    again
}

/// Whether the record tells the decision to its end.
fn is_whole(record: &Decision) -> bool {
    matches!(record.steps.last(), Some(Step { kind: StepKind::Final { .. }, .. }))
}

/// The tenant of a replay's runs, which is none: a replay touches no tenant's data but the record that it was given.
const NOBODY: TenantId = TenantId(Uuid::nil());

struct Replay<'a> {
    record: &'a Decision,
    facts: Recorded<'a>,
    decider: Decider,
    host: &'a mut dyn Host,
    run: RunId,
    /// What the host's script did, not yet told to the decider.
    turn: Option<ScriptStep>,
}

impl Replay<'_> {
    /// Drives the decider with what the record says happened next, until the record or the decider ends.
    fn go(&mut self, first: Ask) {
        let mut ask = first;
        loop {
            match ask {
                Ask::Start { program, input } => {
                    self.turn = self.host.turn(ScriptJob::Start {
                        tenant: NOBODY,
                        run: self.run,
                        program,
                        input,
                        replayed: Vec::new(),
                    });
                }
                Ask::Resume { outcome } => {
                    self.turn = self.host.turn(ScriptJob::Resume { tenant: NOBODY, run: self.run, outcome });
                }
                Ask::Do(_) | Ask::Wait => {}
                Ask::End(_) => break,
            }
            let Some(next) = self.next() else { break };
            ask = next;
        }
        // A run that was not over (a ring was answered, the caller gave up) is forgotten.
        self.host.turn(ScriptJob::Cancel { tenant: NOBODY, run: self.run });
    }

    /// Gives the decider what comes next: what came from outside is in the record, what the script does comes from the
    /// host.
    fn next(&mut self) -> Option<Ask> {
        let steps = &self.record.steps;
        let next = steps.get(self.decider.decision().steps.len()).map(|step| &step.kind);
        match next {
            None if !is_whole(self.record) => None,
            Some(StepKind::LocalRinging) => {
                self.decider.local_ringing(&mut self.facts);
                Some(Ask::Wait)
            }
            Some(StepKind::Cancelled) => Some(self.decider.cancelled(&mut self.facts)),
            Some(StepKind::Final { code, cause }) if STOPS.contains(&cause.as_str()) => {
                Some(self.decider.stopped(&mut self.facts, Final::new(*code, cause)))
            }
            // The wall clock's verdict is no function of the script: it is a recorded outcome.
            Some(StepKind::ScriptFault { kind: kind @ FaultKind::Deadline, message, line }) => {
                let fault = ScriptStep::Fault { kind: *kind, message: message.clone(), line: *line };
                Some(self.decider.script(&mut self.facts, fault))
            }
            Some(StepKind::Outcome { outcome }) if !self.decider.awaits_script() => {
                Some(self.decider.outcome(&mut self.facts, outcome.clone()))
            }
            _ if self.decider.awaits_script() => {
                let turn = self.turn.take()?;
                Some(self.decider.script(&mut self.facts, turn))
            }
            _ => None,
        }
    }
}
