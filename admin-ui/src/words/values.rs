//! Values of templates and data sources in words.

use super::length;
use crate::language::Language;
use pbx_core::base::value::Value;
use std::collections::BTreeMap;

/// `name: Ada, tier: gold`, without what is empty. A `timeout` is in seconds, here as in every template that ships.
pub(super) fn table(map: &BTreeMap<String, Value>, language: Language) -> String {
    let filled = map.iter().filter(|(_, value)| !is_empty(value));
    let said = filled.map(|(key, value)| match value {
        Value::Int(seconds) if key == "timeout" => {
            format!("{}: {}", named(key, language), length(seconds.saturating_mul(1_000_000), language))
        }
        value => format!("{}: {}", named(key, language), plain(value, language)),
    });
    said.collect::<Vec<_>>().join(", ")
}

/// The name of a value; those that every template has are translated.
fn named(key: &str, language: Language) -> String {
    let known = format!("value-key-{key}");
    if language.knows(&known) { language.say(&known, &[]) } else { key.to_owned() }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}

pub(super) fn plain(value: &Value, language: Language) -> String {
    if is_empty(value) {
        return nothing();
    }
    match value {
        Value::Null => nothing(),
        Value::Bool(true) => language.say("value-yes", &[]),
        Value::Bool(false) => language.say("value-no", &[]),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => float.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(list) => list.iter().map(|value| plain(value, language)).collect::<Vec<_>>().join(", "),
        Value::Map(map) => table(map, language),
    }
}

/// What stands for a value that is none.
fn nothing() -> String {
    "–".to_owned()
}

/// Each of a list's or table's values; of anything else itself.
pub(super) fn values(value: &Value, language: Language) -> Vec<String> {
    match value {
        Value::List(list) => list.iter().map(|value| plain(value, language)).collect(),
        Value::Map(map) => map.values().filter(|value| !is_empty(value)).map(|value| plain(value, language)).collect(),
        value => vec![plain(value, language)],
    }
}

/// `Anna`, `Anna and Ben`, `Anna, Ben and Clara`.
pub(super) fn all_of(mut items: Vec<String>, language: Language) -> String {
    let Some(last) = items.pop() else { return String::new() };
    if items.is_empty() {
        return last;
    }
    language.say("list-and", &[("first", items.join(", ").into()), ("last", last.into())])
}
