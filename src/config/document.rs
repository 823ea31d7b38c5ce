//! docs/CONFIG.md, made from the table.

use super::table::SETTINGS;
use std::fmt::Write;

const HEAD: &str = "# Settings

Generated from `src/config/table.rs`; `UPDATE=1 cargo test --test system generated` writes it anew.

Each setting can stand in a YAML file (`ringdown serve --config FILE`), in the environment, or on the command line (`--name VALUE`).
The command line wins over the environment, the environment over the file. Lists are YAML lists, or values separated by blanks or commas.

| setting | variable | value | default | what it does |
| --- | --- | --- | --- | --- |
";

/// The document.
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for setting in SETTINGS {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} | {} | {} |",
            setting.name,
            setting.variable(),
            setting.value,
            setting.default,
            setting.help
        );
    }
    text
}
