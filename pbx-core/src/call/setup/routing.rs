//! The call's decision and its script: questions to the decider, turns of the script, and what of
//! both is promised.

use super::facts::{Found, LiveFacts};
use crate::base::ids::TenantId;
use crate::base::value::Value;
use crate::call::core::Core;
use crate::call::fact::Fact;
use crate::context::ctx::Ctx;
use crate::context::io::Output;
use crate::context::timers::Timer;
use crate::decision::{Ask, Decider, Decision, Said};
use crate::event::EventKind;
use crate::script::{FaultKind, RunId, ScriptInput, ScriptJob, ScriptStep};
use crate::template::TemplateVersion;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// How long the script host may be silent: far more than its own deadlines, so that only a host
/// that died is meant.
const SILENCE: Duration = Duration::from_secs(5);

/// The call's decision and its run of a script.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Routing {
    decider: Decider,
    /// How many steps of the decision the journal has.
    promised: usize,
    /// Whether the host knows the run: it was started, and has neither finished nor failed.
    runs: bool,
}

/// A decision at its end.
pub(crate) struct Finished {
    /// How many steps the journal has.
    pub(crate) after: usize,
    /// The steps since then.
    pub(crate) decision: Decision<Said>,
    /// The slug of the template, if one ran.
    pub(crate) template: Option<String>,
}

fn run_of(core: &Core<'_>) -> (TenantId, RunId) {
    (core.call.id.tenant, RunId { call: core.call.id.call, seq: 0 })
}

impl Routing {
    /// Begins: the originator hears ringing if routing takes long.
    pub(crate) fn begin(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>) {
        let at = ctx.now().mono + Duration::from_millis(u64::from(ctx.world.settings.local_ringing_ms));
        ctx.shared.timers.start(Timer::LocalRinging(core.call.id.call), at);
    }

    /// Puts a question to the decider, with the world as it is now.
    pub(crate) fn ask(
        &mut self,
        core: &Core<'_>,
        ctx: &Ctx<'_>,
        question: impl FnOnce(&mut Decider, &mut LiveFacts<'_>) -> Ask,
    ) -> (Ask, Found) {
        let mut facts = LiveFacts::of(core, ctx);
        let ask = question(&mut self.decider, &mut facts);
        (ask, facts.found)
    }

    /// Returns whether the decision is made.
    pub(crate) fn is_over(&self) -> bool {
        self.decider.is_over()
    }

    /// Starts the script.
    pub(crate) fn start_script(
        &mut self,
        core: &Core<'_>,
        ctx: &mut Ctx<'_>,
        program: Arc<TemplateVersion>,
        input: Arc<ScriptInput>,
    ) {
        core.publish(ctx, EventKind::TemplateChosen { template: program.slug.clone() });
        let (tenant, run) = run_of(core);
        ctx.out.push(Output::Script(ScriptJob::Start { tenant, run, program, input, replayed: Vec::new() }));
        self.runs = true;
        await_turn(core, ctx);
    }

    /// Goes on with the script.
    pub(crate) fn resume_script(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>, outcome: Value) {
        let (tenant, run) = run_of(core);
        ctx.out.push(Output::Script(ScriptJob::Resume { tenant, run, outcome }));
        await_turn(core, ctx);
    }

    /// Takes from the host that a turn is over; returns whether that was awaited.
    pub(crate) fn takes_turn(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>, step: &ScriptStep) -> bool {
        let is_awaited = self.runs && self.decider.awaits_script();
        if is_awaited {
            ctx.shared.timers.stop(Timer::ScriptSilent(core.call.id.call));
            self.runs = matches!(step, ScriptStep::Verb { .. });
        }
        is_awaited
    }

    /// Takes that the host has said nothing in time; returns the fault, if a turn was awaited.
    pub(crate) fn missed_turn(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>) -> Option<ScriptStep> {
        if !self.decider.awaits_script() {
            return None;
        }
        self.stop_script(core, ctx);
        let message = "the script host gave no answer".to_owned();
        Some(ScriptStep::Fault { kind: FaultKind::Deadline, message, line: None })
    }

    /// Has the host forget the run, if it still knows it.
    fn stop_script(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>) {
        ctx.shared.timers.stop(Timer::ScriptSilent(core.call.id.call));
        if std::mem::take(&mut self.runs) {
            let (tenant, run) = run_of(core);
            ctx.out.push(Output::Script(ScriptJob::Cancel { tenant, run }));
        }
    }

    /// Ends what runs for the decision: it is made.
    pub(crate) fn stop(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>) {
        self.stop_script(core, ctx);
        ctx.shared.timers.stop(Timer::LocalRinging(core.call.id.call));
    }

    /// Writes to the journal what was decided since the last time: a call that is cut can say why
    /// it went where it went.
    pub(crate) fn promise(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        let after = self.promised;
        match self.news() {
            Ok(steps) if steps.steps.is_empty() => {}
            Ok(steps) => core.happened(ctx, Fact::Decided { after, steps }),
            Err(error) => {
                tracing::error!(%error, tenant = %core.call.id.tenant, call = %core.call.id.call, "a step has no words");
            }
        }
    }

    /// Puts into words what was decided since the last time. Once the decision is made, the journal
    /// alone keeps it.
    fn news(&mut self) -> serde_json::Result<Decision<Said>> {
        let news = self.decider.decision().said_from(self.promised)?;
        self.promised += news.steps.len();
        if self.decider.is_over() {
            self.decider.forget_steps();
        }
        Ok(news)
    }

    /// Returns the end of the decision, for the record.
    ///
    /// # Errors
    /// When a step has no JSON.
    pub(crate) fn finish(&mut self) -> serde_json::Result<Finished> {
        let template = self.decider.template().map(str::to_owned);
        let after = self.promised;
        Ok(Finished { after, decision: self.news()?, template })
    }
}

fn await_turn(core: &Core<'_>, ctx: &mut Ctx<'_>) {
    let at = ctx.now().mono + SILENCE;
    ctx.shared.timers.start(Timer::ScriptSilent(core.call.id.call), at);
}
