//! A verb that a script asked for, read into what the call carries out.

use super::ask::{Act, Final};
use super::facts::Limits;
use crate::base::value::Value;
use crate::cause;
use crate::template::MAX_DESTINATIONS;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Longest note that is kept, in bytes.
pub const MAX_NOTE: usize = 500;

/// How long a `ring` may last, in seconds.
pub const RING_SECONDS: RangeInclusive<i64> = 1..=600;

/// What a `reject` may answer.
pub const REFUSALS: RangeInclusive<i64> = 400..=699;

/// What a `reject` without a code answers: Busy Here (RFC 3261 §21.4.24).
pub const DEFAULT_REFUSAL: i64 = 486;

/// A verb, understood.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Understood {
    /// The call carries it out.
    Act(Act),
    /// The verb ends the call.
    End(Final),
    /// The verb's outcome is known at once.
    Done(Value),
    /// The script misused it.
    Misused(String),
}

/// Reads a verb. The script host has checked the arguments against the verb's spec; what comes from a record or a
/// faulty host is checked again here.
pub(super) fn read(name: &str, args: &BTreeMap<String, Value>, limits: &Limits) -> Understood {
    match name {
        "ring" => ring(args, limits),
        "lookup" => lookup(args),
        "reject" => reject(args),
        "note" => note(args),
        _ => Understood::Misused(format!("there is no verb {name:?}")),
    }
}

/// Extensions in an argument: one as text or number, or a list of them.
pub(super) fn destinations(value: &Value) -> Vec<String> {
    match value {
        Value::List(list) => list.iter().filter_map(extension).take(MAX_DESTINATIONS).collect(),
        one => extension(one).into_iter().collect(),
    }
}

fn extension(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if !text.is_empty() => Some(text.clone()),
        Value::Int(int) => Some(int.to_string()),
        _ => None,
    }
}

fn ring(args: &BTreeMap<String, Value>, limits: &Limits) -> Understood {
    let mut targets = Vec::new();
    for target in args.get("targets").map(destinations).unwrap_or_default() {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    if targets.is_empty() {
        return Understood::Misused("ring needs at least one destination".to_owned());
    }
    let timeout = args.get("timeout").and_then(Value::as_int).unwrap_or_else(|| i64::from(limits.ring_timeout_s));
    let timeout_s = timeout.clamp(*RING_SECONDS.start(), *RING_SECONDS.end()) as u32;
    Understood::Act(Act::Ring { targets, timeout_s })
}

fn lookup(args: &BTreeMap<String, Value>) -> Understood {
    let Some(source) = args.get("source").and_then(Value::as_text).filter(|source| !source.is_empty()) else {
        return Understood::Misused("lookup needs the name of a source".to_owned());
    };
    let mut words = BTreeMap::new();
    if let Some(Value::Map(map)) = args.get("args") {
        for (key, value) in map {
            let text = match value {
                Value::Text(text) => text.clone(),
                Value::Int(int) => int.to_string(),
                Value::Bool(truth) => truth.to_string(),
                _ => continue,
            };
            words.insert(key.clone(), text);
        }
    }
    Understood::Act(Act::Lookup { source: source.to_owned(), args: words })
}

fn reject(args: &BTreeMap<String, Value>) -> Understood {
    let code = args.get("code").and_then(Value::as_int).unwrap_or(DEFAULT_REFUSAL);
    if !REFUSALS.contains(&code) {
        return Understood::Misused(format!("reject takes a code from 400 to 699, not {code}"));
    }
    let reason = args.get("reason").and_then(Value::as_text).map(str::to_owned);
    Understood::End(Final { reason, ..Final::new(code as u16, cause::TEMPLATE_REJECTED.code) })
}

fn note(args: &BTreeMap<String, Value>) -> Understood {
    match args.get("text").and_then(Value::as_text) {
        Some(text) if text.len() <= MAX_NOTE => Understood::Done(outcome("ok", None)),
        Some(_) => Understood::Misused(format!("a note has at most {MAX_NOTE} bytes")),
        None => Understood::Misused("note needs a text".to_owned()),
    }
}

/// An outcome table: `{status = …, code = …}`.
pub fn outcome(status: &str, code: Option<u16>) -> Value {
    let mut map = BTreeMap::from([("status".to_owned(), Value::from(status))]);
    if let Some(code) = code {
        map.insert("code".to_owned(), Value::Int(i64::from(code)));
    }
    Value::Map(map)
}
