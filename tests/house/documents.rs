//! Every path that a document names exists: a document that drifted is worse than none.

use super::sources::{root, text, with_ending};
use pbx_core::sip_methods::{InsideDialog, METHODS, MethodRow, OutsideDialog};
use std::path::{Path, PathBuf};

#[test]
fn every_path_that_a_document_names_exists() {
    let mut wrong = Vec::new();
    for document in with_ending("md") {
        let folder = document.parent().map(Path::to_owned).unwrap_or_default();
        for path in named_paths(&text(&document)) {
            let clean = path.trim_end_matches('/').split('#').next().unwrap_or("");
            if !root().join(clean).exists() && !root().join(&folder).join(clean).exists() {
                wrong.push(format!("{}: {path}", document.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "paths that are not there:\n{}", wrong.join("\n"));
}

/// Link targets, and words in back-ticks that look like a path of this repository.
fn named_paths(markdown: &str) -> Vec<String> {
    let rooms = [
        "src/",
        "pbx-core/",
        "templates/",
        "provisioning/",
        "admin-ui/",
        "tests/",
        "bench/",
        "docs/",
        "tools/",
        ".ci/",
    ];
    let mut paths = Vec::new();
    for part in markdown.split("](").skip(1) {
        let target = part.split(')').next().unwrap_or("");
        if !target.contains("://") && !target.starts_with('#') && !target.is_empty() {
            paths.push(target.to_owned());
        }
    }
    for word in markdown.split('`').skip(1).step_by(2) {
        let word = word.split_whitespace().next().unwrap_or("");
        let is_pattern = word.contains(['*', '<', '{', '$', '…']);
        if rooms.iter().any(|room| word.starts_with(room)) && !is_pattern {
            paths.push(word.to_owned());
        }
    }
    paths
}

#[test]
fn the_architecture_says_what_becomes_of_every_method() {
    let table: String = METHODS.iter().map(words).collect();
    let found = text(Path::new("docs/ARCHITECTURE.md"));
    assert!(found.contains(&table), "docs/ARCHITECTURE.md lacks the table of methods:\n{table}");
}

fn words(row: &MethodRow) -> String {
    let outside = match row.outside {
        OutsideDialog::Call => "begins a call".to_owned(),
        OutsideDialog::Registration => "changes where a device is reached".to_owned(),
        OutsideDialog::WithInvite => "goes where its INVITE went".to_owned(),
        OutsideDialog::Answer(status) => format!("{} {}", status.code(), status.reason()),
    };
    let inside = match row.inside {
        InsideDialog::Reinvite => "changes the session".to_owned(),
        InsideDialog::HangUp => "ends the dialog".to_owned(),
        InsideDialog::Transfer => "transfers a talk".to_owned(),
        InsideDialog::WithInvite => "goes where its INVITE went".to_owned(),
        InsideDialog::Answer(status) => format!("{} {}", status.code(), status.reason()),
    };
    let allowed = if row.is_carried_out() { "yes" } else { "no" };
    format!("| {} | {outside} | {inside} | {allowed} |\n", row.method)
}

#[test]
fn every_crate_and_every_module_says_what_it_is_for() {
    // Unit tests say with their names what they are for.
    let is_test = |file: &PathBuf| file.components().any(|c| c.as_os_str().to_string_lossy().starts_with("tests"));
    let silent: Vec<_> = with_ending("rs")
        .into_iter()
        .filter(|file| !is_test(file) && !text(file).trim_start().starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "no module docs: {silent:?}");
}
