//! `lookup`: ask one of the tenant's data sources.

use super::{ArgKind, ArgSpec, OutcomeSpec, VerbSpec};
use crate::base::time::Instant;
use crate::base::value::Value;
use crate::call::core::Core;
use crate::context::ctx::Ctx;
use crate::context::io::{Answer, AnswerResult, Output, Query};
use crate::context::timers::Timer;
use crate::decision::outcome;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The verb as scripts see it.
pub const SPEC: VerbSpec = VerbSpec {
    name: "lookup",
    doc: "Asks one of the tenant's data sources. The caller hears ringing meanwhile if it takes long.",
    args: &[
        ArgSpec { name: "source", doc: "The source's name.", kind: ArgKind::Name, required: true },
        ArgSpec {
            name: "args",
            doc: "What the placeholders of the source's URL become: `{number}` is `args.number`, URL-encoded.",
            kind: ArgKind::Fields { entries: 16, max: 256 },
            required: false,
        },
    ],
    outcomes: &[
        OutcomeSpec { status: "found", doc: "The source knows it; `value` is its JSON answer." },
        OutcomeSpec { status: "unknown", doc: "The source does not know it (404). No fault." },
        OutcomeSpec {
            status: "timeout",
            doc: "The source did not answer in its time, or the call's time for lookups is used up; `value` is the source's \
                  declared default, if it has one.",
        },
        OutcomeSpec {
            status: "failed",
            doc: "The source is down, answers garbage or may not be asked; `code` is a stable word for why, `value` the \
                  source's declared default, if it has one.",
        },
    ],
    terminal: false,
    example: r#"local answer = lookup{source = param.source, args = {number = call.caller.number}}"#,
};

/// How much longer than the source's own time limit the engine waits: the client that asks the
/// source reports its time-out itself.
const GRACE: Duration = Duration::from_millis(250);

/// A call's questions to sources.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Lookups {
    /// Questions asked so far.
    asked: u16,
    /// How long the answers to them took, all together.
    took: Duration,
    open: Option<Question>,
}

/// A question that is under way.
#[derive(Debug, Serialize, Deserialize)]
struct Question {
    seq: u16,
    since: Instant,
    /// The source's declared default, which stands in for the answer.
    default: Option<Value>,
}

impl Lookups {
    /// Asks a source; returns the outcome if there is nothing to wait for.
    pub(crate) fn start(
        &mut self,
        core: &Core<'_>,
        ctx: &mut Ctx<'_>,
        source: &str,
        args: BTreeMap<String, String>,
    ) -> Option<Value> {
        let (tenant, call) = (core.call.id.tenant, core.call.id.call);
        let Some(found) = ctx.world.directory.tenant(tenant).and_then(|tenant| tenant.source_named(source)) else {
            return Some(outcome_of(AnswerResult::Failed("no-source".to_owned()), None));
        };
        let default = found.default.clone();
        let left = Duration::from_millis(u64::from(ctx.world.settings.lookups_ms)).saturating_sub(self.took);
        if left.is_zero() {
            return Some(outcome_of(AnswerResult::Timeout, default));
        }
        let seq = self.asked;
        self.asked = self.asked.wrapping_add(1);
        let since = ctx.now().mono;
        let due = since + left.min(Duration::from_millis(u64::from(found.timeout_ms)) + GRACE);
        ctx.shared.timers.start(Timer::LookupOver(call), due);
        self.open = Some(Question { seq, since, default });
        ctx.out.push(Output::Query(Query { tenant, call, seq, source: source.to_owned(), args }));
        None
    }

    /// Takes a source's answer; returns the outcome, or `None` if it comes too late.
    pub(crate) fn answered(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>, answer: Answer) -> Option<Value> {
        self.open.as_ref().filter(|question| question.seq == answer.seq)?;
        let question = self.stop(core, ctx)?;
        Some(outcome_of(answer.result, question))
    }

    /// Takes that the source has not answered in time; returns the outcome.
    pub(crate) fn over(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>) -> Option<Value> {
        let default = self.stop(core, ctx)?;
        Some(outcome_of(AnswerResult::Timeout, default))
    }

    /// Stops waiting for the answer; returns the default that would have stood in for it, or `None`
    /// if nothing was asked.
    pub(crate) fn stop(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>) -> Option<Option<Value>> {
        let question = self.open.take()?;
        ctx.shared.timers.stop(Timer::LookupOver(core.call.id.call));
        self.took += ctx.now().mono.since(question.since);
        Some(question.default)
    }
}

fn outcome_of(result: AnswerResult, default: Option<Value>) -> Value {
    let (status, code, value) = match result {
        AnswerResult::Found(value) => ("found", None, Some(value)),
        AnswerResult::Unknown => ("unknown", None, None),
        AnswerResult::Timeout => ("timeout", None, default),
        AnswerResult::Failed(code) => ("failed", Some(Value::Text(code)), default),
    };
    let mut table = outcome(status, None);
    if let Value::Map(map) = &mut table {
        let fields = [("code", code), ("value", value)];
        map.extend(fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    }
    table
}
