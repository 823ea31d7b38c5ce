//! What of a finished call its parties see who do not run the company: what happened and why, but nobody's address, no
//! customer's data, and nothing of how the template is written.

use pbx_core::base::value::Value;
use pbx_core::cdr::{CallRecord, MediaVerdict, ReceivedMedia};
use pbx_core::decision::StepKind;
use pbx_core::script::ScriptInput;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The record without what is for those who run the company.
pub(crate) fn of_a_party(record: &CallRecord) -> CallRecord {
    let mut seen = record.clone();
    for media in seen.segments.iter_mut().filter_map(|segment| segment.media.as_mut()) {
        *media = MediaVerdict { from_a: without_addresses(&media.from_a), from_b: without_addresses(&media.from_b) };
    }
    seen.decision.steps.retain_mut(|step| in_short(&mut step.kind));
    seen
}

fn without_addresses(heard: &ReceivedMedia) -> ReceivedMedia {
    ReceivedMedia { announced: None, latched: None, strangers: Vec::new(), ..heard.clone() }
}

/// Takes the values out of a step; whether it still says something.
fn in_short(kind: &mut StepKind) -> bool {
    match kind {
        StepKind::ScriptStarted { input } => {
            *input = Arc::new(ScriptInput {
                template: input.template,
                call: Value::Null,
                params: BTreeMap::new(),
                now: Value::Null,
                seed: 0,
            });
            true
        }
        StepKind::Verb { name, args, line } => {
            *line = 0;
            args.retain(|key, _| SAID.contains(&key.as_str()));
            matches!(name.as_str(), "ring" | "lookup" | "reject")
        }
        StepKind::Outcome { outcome } => {
            let status = outcome.get("status").cloned().unwrap_or(Value::Null);
            *outcome = Value::Map(BTreeMap::from([("status".to_owned(), status)]));
            true
        }
        StepKind::Resolved { devices, .. } => {
            devices.iter_mut().filter_map(|(_, contact)| contact.as_mut()).for_each(String::clear);
            true
        }
        // Its message is for the author, and may quote a value.
        StepKind::ScriptFault { .. } => false,
        StepKind::Dialled { .. }
        | StepKind::Did { .. }
        | StepKind::Bound { .. }
        | StepKind::ScriptFinished
        | StepKind::Fallback { .. }
        | StepKind::LocalRinging
        | StepKind::Cancelled
        | StepKind::Final { .. } => true,
    }
}

/// The arguments of verbs that everybody may read: who is rung for how long, which source is asked, and with what is refused.
const SAID: [&str; 7] = ["targets", "target", "to", "timeout", "source", "name", "code"];
