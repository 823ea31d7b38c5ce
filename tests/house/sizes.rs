//! No file and no page grows past what a reader holds in the head.

use super::sources::{text, with_ending};
use std::path::PathBuf;

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
