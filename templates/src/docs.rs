//! docs/TEMPLATE-API.md, from the tables that the code checks with.

use crate::facts::FACTS;
use crate::vm::Limits;
use pbx_core::base::settings::Settings;
use pbx_core::call::verb::{SPECS, VerbSpec};
use std::fmt::Write;

const HEAD: &str = "\
# What a call-control template can do

Generated from the code: `UPDATE=1 cargo test -p templates docs` writes it again.

A template is a folder with `manifest.yaml` (its name, typed parameters and fallback), `main.lua` (the script), `cases/*.yaml` (given
facts, expected verbs) and `README.md`. The script is Luau. It runs once for each call, from top to bottom: it reads facts, asks for
verbs, and each verb comes back with its outcome. When it ends without having decided, fails or runs over a limit, the manifest's
fallback decides.
";

const LANGUAGE: &str = "
## The language

Luau with `bit32`, `math`, `string`, `table`, `utf8` and the usual basic functions. There is no `os`, `io`, `debug`, `package`,
`require`, `load`, `getfenv`, `coroutine`, `collectgarbage` or `print`. Globals belong to one call. Facts and libraries cannot be
changed. Everything is a function of the facts and the outcomes, so that a call can be decided again later:

- `math.random` is seeded for each call; there is no `randomseed` and no clock but `now`.
- `tostring` of a table or a function has no address.
- A metatable is frozen as it is set; weak tables are not available.
- The order of `pairs` is fixed for text and number keys. Do not go through a table whose keys are tables or functions: their order
  is not fixed.
- Verbs cannot be asked for inside a callback of `string.gsub`, `table.sort` or a metamethod.
";

const FAILURES: &str = "
### Why a lookup failed

| `code` | Meaning |
| --- | --- |
| `no-source` | the company has no such source |
| `missing-argument`, `bad-argument` | a placeholder got no value, or one that would lead to another place |
| `bad-url`, `host-refused`, `private-address` | the source may not be asked |
| `secret` | its secret cannot be opened with this server's key |
| `busy` | too many of the company's questions are open already (the server's setting `lookups-at-once`) |
| `resting` | it failed 5 times within 30 s and is left alone for 30 s |
| `connect`, `broken` | no connection, or it broke |
| `redirect`, `not-modified`, `status-500` (any status but 2xx and 404) | it answered something else |
| `empty`, `compressed`, `not-utf8` | it answered with no content, with content that is packed, or with text in another encoding |
| `markup`, `not-json` | it answered with HTML or XML, or with something else that is no JSON |
| `too-large`, `too-complex` | it answered more than 256 KiB, or more than 10,000 values |
";

/// The whole document.
pub fn api_markdown() -> String {
    let mut text = HEAD.to_owned();
    text.push_str("\n## Facts\n\n| Name | Type | Meaning |\n| --- | --- | --- |\n");
    for fact in FACTS {
        line(&mut text, format_args!("| `{}` | {} | {} |", fact.path, fact.kind, fact.doc));
    }
    text.push_str("\nA type with `?` may be `nil`.\n\n## Verbs\n");
    for spec in SPECS {
        verb(&mut text, spec);
    }
    text.push_str(FAILURES);
    text.push_str(LANGUAGE);
    limits(&mut text);
    text
}

/// Appends formatted text: writing to a string cannot fail.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _infallible = writeln!(text, "{arguments}");
}

fn verb(text: &mut String, spec: &VerbSpec) {
    line(text, format_args!("\n### {}\n\n{}\n\n```lua\n{}\n```\n", spec.name, spec.doc, spec.example));
    text.push_str("| Argument | Type | Meaning |\n| --- | --- | --- |\n");
    for arg in spec.args {
        let need = if arg.required { "required" } else { "optional" };
        line(text, format_args!("| `{}` | {}; {need} | {} |", arg.name, arg.kind.describe(), arg.doc));
    }
    if !spec.outcomes.is_empty() {
        text.push_str("\n| `status` | When |\n| --- | --- |\n");
        for outcome in spec.outcomes {
            line(text, format_args!("| `{}` | {} |", outcome.status, outcome.doc));
        }
    }
}

fn limits(text: &mut String) {
    let (limits, settings) = (Limits::default(), Settings::default());
    text.push_str("\n## Limits\n\n| What | Limit |\n| --- | --- |\n");
    for (what, limit) in [
        ("calls, loop iterations and pattern steps between two outcomes", limits.budget.to_string()),
        ("memory of all of a company's running scripts", format!("{} MiB", limits.memory / (1024 * 1024))),
        ("verbs in a call", settings.max_actions.to_string()),
        ("lookups in a call", settings.max_lookups.to_string()),
        ("time for all lookups of a call", format!("{} ms", settings.lookups_ms)),
        ("time on the processor between two outcomes", format!("{} ms", limits.deadline_ms)),
        ("text that a pattern or `string.split` looks at", "65,536 bytes".to_owned()),
        ("pattern, separator", "256 bytes".to_owned()),
        ("format of `string.format`", "16,384 bytes".to_owned()),
        ("result of `string.rep`", "1 MiB".to_owned()),
        ("text of a verb's arguments", "16 KiB".to_owned()),
    ] {
        line(text, format_args!("| {what} | {limit} |"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_document_in_the_repository_is_the_codes() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/TEMPLATE-API.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, api_markdown()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), api_markdown(), "write it again with UPDATE=1");
    }
}
