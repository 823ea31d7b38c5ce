//! `lookup`: ask one of the tenant's data sources.

use super::{ArgKind, ArgSpec, OutcomeSpec, VerbSpec};
use crate::base::time::Instant;
use crate::base::value::Value;
use crate::call::state::Call;
use crate::context::cx::Cx;
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

/// How much longer than the source's own time limit the engine waits: the client that asks the source reports its time-out
/// itself.
const GRACE: Duration = Duration::from_millis(250);

/// A question that is under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lookup {
    seq: u16,
    asked: Instant,
    due: Instant,
    /// The source's declared default, which stands in for the answer.
    default: Option<Value>,
}

impl Call {
    /// Asks a source.
    pub(crate) fn start_lookup(&mut self, cx: &mut Cx<'_>, source: &str, args: BTreeMap<String, String>) {
        let tenant = cx.world.directory.tenant(self.owner.tenant);
        let Some(found) = tenant.and_then(|tenant| tenant.source_named(source)) else {
            return self.looked_up(cx, AnswerResult::Failed("no-source".to_owned()), None);
        };
        let default = found.default.clone();
        let left = Duration::from_millis(u64::from(cx.world.settings.lookups_ms)).saturating_sub(self.asked_for);
        if left.is_zero() {
            return self.looked_up(cx, AnswerResult::Timeout, default);
        }
        let seq = self.questions;
        self.questions = self.questions.wrapping_add(1);
        let asked = cx.now().mono;
        let due = asked + left.min(Duration::from_millis(u64::from(found.timeout_ms)) + GRACE);
        cx.shared.timers.start(Timer::LookupOver(self.owner.call), due);
        self.lookup = Some(Lookup { seq, asked, due, default });
        let (tenant, call) = (self.owner.tenant, self.owner.call);
        cx.out.push(Output::Query(Query { tenant, call, seq, source: source.to_owned(), args }));
    }

    /// The source has answered; an answer that comes too late changes nothing.
    pub(crate) fn source_answered(&mut self, cx: &mut Cx<'_>, answer: Answer) {
        if self.lookup.as_ref().is_some_and(|lookup| lookup.seq == answer.seq) {
            let default = self.stop_lookup(cx);
            self.looked_up(cx, answer.result, default);
        }
    }

    /// The source has not answered in time.
    pub(crate) fn lookup_over(&mut self, cx: &mut Cx<'_>) {
        if self.lookup.as_ref().is_some_and(|lookup| lookup.due <= cx.now().mono) {
            let default = self.stop_lookup(cx);
            self.looked_up(cx, AnswerResult::Timeout, default);
        }
    }

    /// Stops waiting for the answer; gives the default that would have stood in for it.
    pub(crate) fn stop_lookup(&mut self, cx: &mut Cx<'_>) -> Option<Value> {
        let lookup = self.lookup.take()?;
        cx.shared.timers.stop(Timer::LookupOver(self.owner.call), lookup.due);
        self.asked_for += cx.now().mono.since(lookup.asked);
        lookup.default
    }

    fn looked_up(&mut self, cx: &mut Cx<'_>, result: AnswerResult, default: Option<Value>) {
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
        self.decide(cx, |decider, facts| decider.outcome(facts, table));
    }
}
