//! Why a call went where it went: every step of its decision in words.

use super::values::table;
use super::verbs::{coded, verb};
use super::{Names, cause, length};
use crate::language::Language;
use pbx_core::base::ids::TemplateVersionId;
use pbx_core::base::value::Value;
use pbx_core::decision::StepKind;
use pbx_core::dial_plan::Dialled;
use pbx_core::directory::Scope;
use pbx_core::script::FaultKind;
use pbx_core::template::Fallback;
use std::collections::BTreeMap;

/// One step in words.
pub fn step(kind: &StepKind, names: &dyn Names, language: Language) -> String {
    match kind {
        StepKind::Dialled { original, dialled } => dialled_words(original, dialled, language),
        StepKind::Bound { chain, template, slug } => bound(chain, names.template(*template), slug, names, language),
        StepKind::ScriptStarted { input } => {
            let version = version(input.template);
            let title = titled(names.template(input.template), &version, language);
            let params = table(&input.params, language);
            let key = if params.is_empty() { "step-script-started" } else { "step-script-started-with" };
            language.say(key, &[("template", title.into()), ("version", version.into()), ("params", params.into())])
        }
        StepKind::Verb { name, args, line } => {
            let text = verb(name, args, names, language);
            let key = if *line > 0 { "step-verb-at" } else { "step-verb-plain" };
            language.say(key, &[("text", text.into()), ("line", (*line).into())])
        }
        StepKind::Resolved { target, person, devices } => {
            resolved(target, person.and_then(|id| names.person(id)), devices, language)
        }
        StepKind::Outcome { outcome } => outcome_words(outcome, language),
        StepKind::ScriptFinished => language.say("step-script-finished", &[]),
        StepKind::ScriptFault { kind, message, line } => fault(*kind, message, *line, language),
        StepKind::Fallback { plan } => fallback(plan, language),
        StepKind::LocalRinging => language.say("step-local-ringing", &[]),
        StepKind::Cancelled => language.say("step-cancelled", &[]),
        StepKind::Did { number } => {
            let number = names.number(*number).unwrap_or_else(|| number.to_string());
            language.say("step-did", &[("number", number.into())])
        }
        StepKind::Final { code, cause: why } => {
            language.say("step-final", &[("code", (*code).into()), ("cause", cause(why, language).into())])
        }
    }
}

/// One step as the call's page shows it: in words, and the figures in small beside them. None for a step that says nothing.
pub fn step_in_short(kind: &StepKind, names: &dyn Names, language: Language) -> Option<(String, String)> {
    match kind {
        StepKind::ScriptStarted { input } => {
            let version = version(input.template);
            let title = titled(names.template(input.template), &version, language);
            let params = table(&input.params, language);
            let version = language.say("step-version", &[("version", version.into())]);
            let term = if params.is_empty() { version } else { format!("{params}, {version}") };
            Some((language.say("step-script-began", &[("template", title.into())]), term))
        }
        StepKind::Verb { name, args, line } => {
            let text = language.say("step-verb-plain", &[("text", verb(name, args, names, language).into())]);
            let at = if *line > 0 { language.say("step-line", &[("line", (*line).into())]) } else { String::new() };
            Some((text, at))
        }
        StepKind::Outcome { outcome } if is_plain_done(outcome) => None,
        StepKind::Outcome { outcome } => {
            let (text, rest) = outcome_parts(outcome, language);
            Some((language.say("step-outcome", &[("outcome", text.into())]), rest))
        }
        _ => Some((step(kind, names, language), String::new())),
    }
}

/// A verb that was carried out and has nothing to tell: a note, say.
fn is_plain_done(outcome: &Value) -> bool {
    let done = matches!(outcome.get("status").and_then(Value::as_text), Some("ok" | "done"));
    done && matches!(outcome, Value::Map(map) if map.len() == 1)
}

fn titled(title: Option<String>, otherwise: &str, language: Language) -> String {
    title.map_or_else(|| otherwise.to_owned(), |title| super::title(&title, language))
}

fn dialled_words(original: &str, dialled: &Dialled, language: Language) -> String {
    let (key, value) = match dialled {
        Dialled::Extension(value) => ("step-dialled-extension", value),
        Dialled::Number(value) => ("step-dialled-number", value),
        Dialled::Service(value) => ("step-dialled-service", value),
        Dialled::Emergency(value) => ("step-dialled-emergency", value),
        Dialled::Unknown(value) => ("step-dialled-unknown", value),
    };
    language.say(key, &[("original", original.to_owned().into()), ("value", value.clone().into())])
}

fn bound(chain: &[(Scope, bool)], title: Option<String>, slug: &str, names: &dyn Names, language: Language) -> String {
    let title = titled(title, slug, language);
    let (key, what) = match chain.iter().find(|(_, hit)| *hit).map(|(scope, _)| *scope) {
        Some(Scope::Number(id)) => ("step-bound-number", names.number(id).unwrap_or_else(|| id.to_string())),
        Some(Scope::Extension(id)) => ("step-bound-extension", names.person(id).unwrap_or_else(|| id.to_string())),
        Some(Scope::Tenant) => ("step-bound-tenant", String::new()),
        None => ("step-bound-default", String::new()),
    };
    language.say(key, &[("template", title.into()), ("what", what.into())])
}

/// A version as people compare them: the beginning of its id, which is made from its text.
fn version(id: TemplateVersionId) -> String {
    id.to_string().chars().take(8).collect()
}

fn resolved(target: &str, person: Option<String>, devices: &[(String, Option<String>)], language: Language) -> String {
    let reached: Vec<&str> =
        devices.iter().filter(|(_, how)| how.is_some()).map(|(device, _)| device.as_str()).collect();
    let missing: Vec<&str> =
        devices.iter().filter(|(_, how)| how.is_none()).map(|(device, _)| device.as_str()).collect();
    let who = person.unwrap_or_else(|| target.to_owned());
    let key = match (devices.is_empty(), reached.is_empty(), missing.is_empty()) {
        (true, ..) => "step-resolved-nobody",
        (_, true, _) => "step-resolved-unreachable",
        (_, _, true) => "step-resolved-reachable",
        _ => "step-resolved-some",
    };
    language.say(
        key,
        &[
            ("target", target.to_owned().into()),
            ("who", who.into()),
            ("reached", reached.join(", ").into()),
            ("missing", missing.join(", ").into()),
        ],
    )
}

fn outcome_words(outcome: &Value, language: Language) -> String {
    let (text, rest) = outcome_parts(outcome, language);
    let key = if rest.is_empty() { "step-outcome" } else { "step-outcome-with" };
    language.say(key, &[("outcome", text.into()), ("values", rest.into())])
}

/// What became of a verb, and the values that came with it. That an answer is a 200 goes without saying.
fn outcome_parts(outcome: &Value, language: Language) -> (String, String) {
    let status = outcome.get("status").and_then(Value::as_text).unwrap_or("");
    let known = format!("outcome-{status}");
    let text = if !status.is_empty() && language.knows(&known) {
        language.say(&known, &[])
    } else {
        language.say("outcome-other", &[("status", status.to_owned().into())])
    };
    let tells = |key: &str, value: &Value| key != "status" && !(key == "code" && value.as_int() == Some(200));
    let rest: BTreeMap<String, Value> = match outcome {
        Value::Map(map) => {
            map.iter().filter(|(key, value)| tells(key, value)).map(|(k, v)| (k.clone(), v.clone())).collect()
        }
        _ => BTreeMap::new(),
    };
    (text, table(&rest, language))
}

fn fault(kind: FaultKind, message: &str, line: Option<u32>, language: Language) -> String {
    let key = match kind {
        FaultKind::Syntax => "fault-syntax",
        FaultKind::Error => "fault-error",
        FaultKind::Budget => "fault-budget",
        FaultKind::Memory => "fault-memory",
        FaultKind::Deadline => "fault-deadline",
        FaultKind::Actions => "fault-actions",
    };
    let why = language.say(key, &[]);
    let key = if line.is_some() { "step-script-fault-at" } else { "step-script-fault" };
    language
        .say(key, &[("why", why.into()), ("message", message.to_owned().into()), ("line", line.unwrap_or(0).into())])
}

fn fallback(plan: &Fallback, language: Language) -> String {
    match plan {
        Fallback::Ring { param, timeout } => {
            let key = if param == "called" { "step-fallback-called" } else { "step-fallback-ring" };
            let long = length(i64::from(*timeout) * 1_000_000, language);
            language.say(key, &[("param", param.clone().into()), ("long", long.into())])
        }
        Fallback::Reject(code) => {
            language.say("step-fallback-reject", &[("code", coded(&i64::from(*code).into(), language).into())])
        }
    }
}
