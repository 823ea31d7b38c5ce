//! What a template asked for, in words.

use super::length;
use super::names::Names;
use super::values::{all_of, plain, table, values};
use crate::language::Language;
use pbx_core::base::value::Value;
use std::collections::BTreeMap;

/// What a verb asked for, without the full stop.
pub(super) fn verb(name: &str, args: &BTreeMap<String, Value>, names: &dyn Names, language: Language) -> String {
    let first = |keys: &[&str]| keys.iter().find_map(|key| args.get(*key));
    let asked = args.get("args").map(|args| all_of(values(args, language), language)).unwrap_or_default();
    let key = match name {
        "ring" if args.contains_key("timeout") => "step-verb-ring-for",
        "ring" => "step-verb-ring",
        "lookup" if asked.is_empty() => "step-verb-lookup-bare",
        "lookup" => "step-verb-lookup",
        "reject" => "step-verb-reject",
        "note" => "step-verb-note",
        _ => "step-verb-other",
    };
    let what = match name {
        "ring" => first(&["targets", "target", "to"]).map(|targets| rung(targets, names, language)),
        "lookup" => first(&["source", "name"]).map(|source| plain(source, language)),
        "reject" => first(&["code"]).map(|code| coded(code, language)),
        "note" => first(&["text", "note"]).map(|text| plain(text, language)),
        _ => None,
    };
    let timeout = args.get("timeout").and_then(Value::as_int).unwrap_or(0);
    language.say(
        key,
        &[
            ("verb", name.to_owned().into()),
            ("what", what.unwrap_or_else(|| table(args, language)).into()),
            ("args", asked.into()),
            ("long", length(timeout.saturating_mul(1_000_000), language).into()),
        ],
    )
}

/// Those who are rung, by name where somebody has the extension.
fn rung(targets: &Value, names: &dyn Names, language: Language) -> String {
    let targets = values(targets, language).into_iter();
    all_of(targets.map(|target| names.extension(&target).unwrap_or(target)).collect(), language)
}

/// A SIP answer as people say it, with its code: `busy (486)`.
pub(super) fn coded(code: &Value, language: Language) -> String {
    let code = plain(code, language);
    let key = format!("code-{code}");
    if !language.knows(&key) {
        return code;
    }
    language.say("code-named", &[("words", language.say(&key, &[]).into()), ("code", code.into())])
}
