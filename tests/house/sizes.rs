//! No file and no page grows past what a reader holds in the head.

use super::production::{is_product, sources};
use super::sources::{text, with_ending};
use std::path::PathBuf;

/// Functions that are tables, which may be long: each line is one row.
const TABLES: &[&str] = &[
    "pbx-core/sip/src/header_name.rs as_str",
    "pbx-core/sip/src/status.rs reason",
    "pbx-core/src/change/shown.rs fields",
    "src/cli.rs command",
];

fn lengths(ending: &str) -> Vec<(usize, PathBuf)> {
    let mut lengths: Vec<_> = with_ending(ending).into_iter().map(|f| (text(&f).lines().count(), f)).collect();
    lengths.sort();
    lengths
}

#[test]
fn no_source_file_passes_800_lines() {
    for ending in ["rs", "ts", "lua", "css", "sql", "sh"] {
        let long: Vec<_> = lengths(ending).into_iter().filter(|(lines, _)| *lines > 800).collect();
        assert!(long.is_empty(), "too long: {long:?}");
    }
}

#[test]
fn ninety_five_of_a_hundred_rust_files_stay_under_450_lines_and_half_under_150() {
    let lengths = lengths("rs");
    let at = |share: usize| &lengths[(lengths.len() - 1) * share / 100];
    assert!(at(95).0 <= 450, "95th percentile: {:?}", at(95));
    assert!(at(50).0 <= 150, "median: {:?}", at(50));
}

#[test]
fn ninety_five_of_a_hundred_files_of_the_product_stay_within_300_lines_and_none_passes_500() {
    let mut lengths: Vec<_> = sources().into_iter().map(|source| (source.text.lines().count(), source.file)).collect();
    lengths.sort();
    let at = |share: usize| &lengths[(lengths.len() - 1) * share / 100];
    assert!(at(95).0 <= 300, "95th percentile: {:?}", at(95));
    assert!(at(100).0 <= 500, "longest: {:?}", at(100));
}

#[test]
fn fewer_than_one_file_of_twenty_is_a_crumb() {
    let all: Vec<_> = with_ending("rs").into_iter().filter(|file| is_product(file)).collect();
    let crumbs: Vec<_> = all.iter().filter(|file| text(file).lines().count() <= 25).collect();
    assert!(crumbs.len() * 20 < all.len(), "{} of {} files: {crumbs:#?}", crumbs.len(), all.len());
}

#[test]
fn ninety_five_of_a_hundred_functions_stay_within_25_lines_and_only_tables_pass_60() {
    let mut functions = Vec::new();
    for source in sources() {
        let named = |(name, lines): (String, std::ops::Range<usize>)| {
            (lines.len(), format!("{} {name}", source.file.display()))
        };
        functions.extend(source.functions().into_iter().map(named));
    }
    functions.sort();
    assert!(functions.len() > 2_500, "only {} functions were found", functions.len());
    let at = &functions[(functions.len() - 1) * 95 / 100];
    assert!(at.0 <= 25, "95th percentile: {at:?}");
    let long: Vec<_> =
        functions.iter().filter(|(lines, name)| *lines > 60 && !TABLES.contains(&name.as_str())).collect();
    assert!(long.is_empty(), "longer than 60 lines: {long:?}");
}

#[test]
fn no_page_passes_200_lines() {
    let long: Vec<_> = lengths("html").into_iter().filter(|(lines, _)| *lines > 200).collect();
    assert!(long.is_empty(), "too long: {long:?}");
}

#[test]
fn no_room_is_called_by_a_name_that_means_nothing() {
    let empty = ["common", "util", "utils", "helper", "helpers", "misc", "manager"];
    let rooms: Vec<_> = super::sources::files()
        .into_iter()
        .filter(|f| {
            f.components().any(|c| {
                let name = c.as_os_str().to_string_lossy();
                empty.contains(&name.split('.').next().unwrap_or(""))
            })
        })
        .collect();
    assert!(rooms.is_empty(), "rooms without a name of their own: {rooms:?}");
}

#[test]
fn no_test_sleeps() {
    // Put together here so that this file does not find itself.
    let words = [concat!("thread::", "sleep"), concat!("time::", "sleep")];
    let sleeping: Vec<_> = with_ending("rs")
        .into_iter()
        .filter(|f| f.components().any(|c| c.as_os_str() == "tests"))
        .filter(|f| words.iter().any(|word| text(f).contains(word)))
        .collect();
    assert!(sleeping.is_empty(), "wait on a fact instead: {sleeping:?}");
}

#[test]
fn the_readme_stays_a_door() {
    let lines = text("README.md".as_ref()).lines().count();
    assert!(lines <= 150, "README.md has {lines} lines");
}
