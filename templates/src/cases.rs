//! Runs the test files beside a template: given facts and scripted outcomes, the expected verbs.
//!
//! A file is a list of cases:
//! ```yaml
//! - name: the dialled person rings
//!   given: {call: {...}, param: {...}, now: {...}}
//!   expect:
//!     - ring: {targets: ["101"], timeout: 30}
//!       outcome: {status: answered}
//!     - finished
//! ```
//! A verb without an outcome, `finished` or `fault` ends a case.

use crate::inline::Inline;
use pbx_core::base::ids::{CallId, TenantId};
use pbx_core::base::value::Value;
use pbx_core::script::{RunId, ScriptInput, ScriptJob, ScriptStep};
use pbx_core::template::TemplateVersion;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// Why a file of cases cannot be run.
#[derive(Debug, Error)]
pub enum CaseFault {
    /// The YAML is broken or is no list of cases.
    #[error("the cases cannot be read: {0}")]
    Yaml(#[from] serde_yaml::Error),
}

/// The result of one case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// What differs from what was expected; `None` if nothing does.
    pub failure: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    given: Given,
    expect: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    call: Value,
    param: BTreeMap<String, Value>,
    now: Value,
    seed: u64,
}

/// Runs every case of a file against a template.
///
/// # Errors
/// When the file is not a list of cases. A case that fails is a result, not an error.
pub fn run(template: &Arc<TemplateVersion>, file: &str) -> Result<Vec<CaseResult>, CaseFault> {
    let cases: Vec<Case> = serde_yaml::from_str(file)?;
    let results = cases.into_iter().map(|case| {
        let failure = play(template, case.given, &case.expect).err();
        CaseResult { name: case.name, failure }
    });
    Ok(results.collect())
}

fn play(template: &Arc<TemplateVersion>, given: Given, expect: &[Value]) -> Result<(), String> {
    let (tenant, run) = (TenantId::of_key("case"), RunId { call: CallId::of_key("case"), seq: 0 });
    let params = template
        .checked_params(&given.param)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let input = ScriptInput { template: template.id, call: given.call, params, now: given.now, seed: given.seed };
    let mut inline = Inline::default();
    let mut job = ScriptJob::Start { tenant, run, program: template.clone(), input: Arc::new(input), replayed: vec![] };
    for (index, expected) in expect.iter().enumerate() {
        let step = inline.run(job).ok_or("the host gave no answer")?.step;
        let outcome = compare(expected, &step).map_err(|why| format!("step {}: {why}", index + 1))?;
        match outcome {
            Some(outcome) => job = ScriptJob::Resume { tenant, run, outcome },
            None if index + 1 == expect.len() => return Ok(()),
            None => return Err(format!("step {}: more is expected, but no outcome is given", index + 1)),
        }
    }
    Err("the last step has an outcome, but not what comes of it".to_owned())
}

/// Compares a step with the expected one; gives the outcome that the script is to be told, if any.
fn compare(expected: &Value, step: &ScriptStep) -> Result<Option<Value>, String> {
    let mismatch = || Err(format!("expected {}, got {}", shown(expected), told(step)));
    match (expected, step) {
        (Value::Text(word), ScriptStep::Finished) if word == "finished" => Ok(None),
        (Value::Text(word), ScriptStep::Fault { .. }) if word == "fault" => Ok(None),
        (Value::Map(expected), ScriptStep::Verb { name, args, .. }) => {
            let outcome = expected.get("outcome").cloned();
            match expected.get(name) {
                Some(Value::Map(wanted)) if wanted == args => Ok(outcome),
                _ => mismatch(),
            }
        }
        _ => mismatch(),
    }
}

fn shown(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn told(step: &ScriptStep) -> String {
    match step {
        ScriptStep::Verb { name, args, line } => format!("{name} {} (line {line})", shown(&Value::Map(args.clone()))),
        ScriptStep::Finished => "finished".to_owned(),
        ScriptStep::Fault { kind, message, .. } => format!("fault {kind:?}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, SHIPPED};
    use pbx_core::change::Catalogue as _;

    #[test]
    fn every_case_of_the_catalogue_holds() {
        let catalogue = Catalogue::embedded().unwrap();
        for shipped in SHIPPED {
            let template = catalogue.template(shipped.slug).unwrap();
            for (file, text) in shipped.cases {
                for result in run(&template, text).unwrap() {
                    assert_eq!(result.failure, None, "{}/cases/{file}: {}", shipped.slug, result.name);
                }
            }
        }
    }

    #[test]
    fn a_case_that_does_not_hold_says_where() {
        let template = Catalogue::embedded().unwrap().template("ring-person").unwrap();
        let case =
            "- name: wrong\n  given: {call: {callee: {dialled: '101', extension: '101'}}}\n  expect: [finished]\n";
        let failure = run(&template, case).unwrap().remove(0).failure.unwrap();
        assert!(failure.starts_with("step 1: expected \"finished\", got ring {"), "{failure}");
    }
}
