//! The call's script: its turns, and what comes of them.

use crate::base::time::Instant;
use crate::base::value::Value;
use crate::call::leg::{LegState, Owner};
use crate::call::state::Call;
use crate::cause;
use crate::cdr::Ending;
use crate::context::cx::Cx;
use crate::context::io::Output;
use crate::context::timers::Timer;
use crate::decision::{Decision, Final, Said};
use crate::event::{Disposition, EventKind};
use crate::journal::Entry;
use crate::script::{FaultKind, RunId, ScriptInput, ScriptJob, ScriptStep};
use crate::template::TemplateVersion;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// How long the script host may be silent: far more than its own deadlines, so that only a host that died is meant.
const SILENCE: Duration = Duration::from_secs(5);

/// The call's run of its script.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Whether the host knows the run: it was started, and has neither finished nor failed.
    alive: bool,
    /// When the script's present turn must be over.
    due: Option<Instant>,
    /// When the caller is told ringing, unless something happens before.
    local_ringing: Option<Instant>,
}

impl Call {
    fn run_id(&self) -> RunId {
        RunId { call: self.owner.call, seq: 0 }
    }

    /// Begins to route the call; the caller hears ringing if that takes long.
    pub(crate) fn begin(&mut self, cx: &mut Cx<'_>) {
        let at = cx.now().mono + Duration::from_millis(u64::from(cx.world.settings.local_ringing_ms));
        cx.shared.timers.start(Timer::LocalRinging(self.owner.call), at);
        self.run.local_ringing = Some(at);
        self.decide(cx, |decider, facts| decider.begin(facts));
    }

    pub(crate) fn start_script(&mut self, cx: &mut Cx<'_>, program: Arc<TemplateVersion>, input: Arc<ScriptInput>) {
        let template = program.slug.clone();
        cx.publish(self.owner.tenant, Some(self.owner.call), EventKind::TemplateChosen { template });
        let (tenant, run) = (self.owner.tenant, self.run_id());
        cx.out.push(Output::Script(ScriptJob::Start { tenant, run, program, input, replayed: Vec::new() }));
        self.run.alive = true;
        self.await_turn(cx);
    }

    pub(crate) fn resume_script(&mut self, cx: &mut Cx<'_>, outcome: Value) {
        let (tenant, run) = (self.owner.tenant, self.run_id());
        cx.out.push(Output::Script(ScriptJob::Resume { tenant, run, outcome }));
        self.await_turn(cx);
    }

    fn await_turn(&mut self, cx: &mut Cx<'_>) {
        self.stop_turn_timer(cx);
        let at = cx.now().mono + SILENCE;
        cx.shared.timers.start(Timer::ScriptSilent(self.owner.call), at);
        self.run.due = Some(at);
    }

    fn stop_turn_timer(&mut self, cx: &mut Cx<'_>) {
        if let Some(at) = self.run.due.take() {
            cx.shared.timers.stop(Timer::ScriptSilent(self.owner.call), at);
        }
    }

    /// Takes from the host what the script did with its turn.
    pub(crate) fn script_replied(&mut self, cx: &mut Cx<'_>, step: ScriptStep) {
        if !self.run.alive || !self.decider.awaits_script() {
            return;
        }
        self.stop_turn_timer(cx);
        self.run.alive = matches!(step, ScriptStep::Verb { .. });
        self.decide(cx, |decider, facts| decider.script(facts, step));
    }

    /// The host has said nothing in time: the fallback decides.
    pub(crate) fn script_silent(&mut self, cx: &mut Cx<'_>) {
        self.run.due = None;
        if !self.decider.awaits_script() {
            return;
        }
        self.stop_script(cx);
        let message = "the script host gave no answer".to_owned();
        let fault = ScriptStep::Fault { kind: FaultKind::Deadline, message, line: None };
        self.decide(cx, |decider, facts| decider.script(facts, fault));
    }

    /// Tells the host to forget the run, if it still knows it.
    fn stop_script(&mut self, cx: &mut Cx<'_>) {
        self.stop_turn_timer(cx);
        if std::mem::take(&mut self.run.alive) {
            let (tenant, run) = (self.owner.tenant, self.run_id());
            cx.out.push(Output::Script(ScriptJob::Cancel { tenant, run }));
        }
    }

    /// The script has asked for no action in time: the caller is told ringing.
    pub(crate) fn local_ringing(&mut self, cx: &mut Cx<'_>) {
        self.run.local_ringing = None;
        if self.caller().state != LegState::Trying || self.decider.is_over() {
            return;
        }
        self.decide(cx, |decider, facts| {
            decider.local_ringing(facts);
            crate::decision::Ask::Wait
        });
        self.promise_decision(cx);
        self.ring_caller(cx);
    }

    /// Tells the journal what was decided since the last time: a call that is cut can say why it went where it went.
    pub(crate) fn promise_decision(&mut self, cx: &mut Cx<'_>) {
        let after = self.told;
        match self.say_decision() {
            Ok(news) if news.steps.is_empty() => {}
            Ok(news) => {
                let Owner { call, tenant, .. } = self.owner;
                cx.journal(Entry::CallDecided { call, tenant, after, decision: Box::new(news) });
            }
            Err(error) => {
                tracing::error!(%error, tenant = %self.owner.tenant, call = %self.owner.call, "a step has no words")
            }
        }
    }

    /// Puts into words what was decided since the last time. Once the decision is over, the journal alone keeps it.
    pub(crate) fn say_decision(&mut self) -> serde_json::Result<Decision<Said>> {
        let news = self.decider.decision().said_from(self.told)?;
        self.told += news.steps.len();
        if self.decider.is_over() {
            self.decider.forget_steps();
        }
        Ok(news)
    }

    /// Carries the final decision out, and ends what was under way for it.
    pub(crate) fn conclude(&mut self, cx: &mut Cx<'_>, answer: &Final) {
        self.stop_script(cx);
        self.stop_lookup(cx);
        if let Some(at) = self.run.local_ringing.take() {
            cx.shared.timers.stop(Timer::LocalRinging(self.owner.call), at);
        }
        match self.ring.take() {
            Some(ring) if answer.code == 200 => match ring.winner() {
                Some(winner) => self.connect(cx, winner),
                None => self.fail(cx, &Final::of(&cause::FAR_END_FAILED)),
            },
            ring => {
                if let Some(ring) = ring {
                    self.stop_ringing(cx, ring, None);
                }
                self.fail(cx, answer);
            }
        }
    }

    /// Refuses the caller and ends the call.
    pub(crate) fn fail(&mut self, cx: &mut Cx<'_>, answer: &Final) {
        let disposition = cause::of_code(&answer.cause).map_or(Disposition::Failed, |cause| cause.disposition);
        // What ends an answered call (a console, a drain) may end an unanswered one, too.
        let disposition = if disposition == Disposition::Answered { Disposition::Failed } else { disposition };
        let cut = answer.cause == cause::CUT.code;
        self.caller_reason(answer.reason.clone());
        self.end(cx, &Ending { disposition, cause: &answer.cause, sip_code: answer.code, cut });
    }
}
