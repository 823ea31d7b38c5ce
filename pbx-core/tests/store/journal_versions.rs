//! A journal that another release wrote: one before is read on, a later one is left to that release.

use crate::journal::{acme, news};
use crate::support::{Folder, at, started};
use pbx_core::journal::{Entry, Journal, JournalLimits, Position, Recovery, RecoveryError, Watermarks};
use std::path::{Path, PathBuf};

const HEAD: &str = r#"{"Segment":{"version":1,"records":1}}"#;

fn entry(number: i64) -> Entry {
    started(acme(), &number.to_string(), at(number))
}

/// A frame as every release writes it: length, CRC-32, JSON.
fn frame(body: &str) -> Vec<u8> {
    let head = [(body.len() as u32).to_le_bytes(), crc32fast::hash(body.as_bytes()).to_le_bytes()].concat();
    [&head, body.as_bytes()].concat()
}

/// A segment with this head, or none, and an entry.
fn segment(folder: &Path, number: u64, head: Option<&str>) -> PathBuf {
    let file = folder.join(format!("{number:012}.journal"));
    let mut bytes = head.map(frame).unwrap_or_default();
    bytes.extend(frame(&serde_json::to_string(&entry(number as i64)).unwrap()));
    std::fs::write(&file, bytes).unwrap();
    file
}

#[test]
fn segment_says_its_version_first_and_says_it_once() {
    let folder = Folder::new();
    let journal = Journal::open(folder.path(), JournalLimits::default(), Position::default()).unwrap();
    let file = folder.path().join("000000000001.journal");
    assert!(std::fs::read(&file).unwrap().is_empty(), "one that nothing is appended to says nothing");
    for number in [1, 2] {
        journal.append(&[entry(number)]).unwrap();
    }
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(&frame(HEAD)));
    assert_eq!(bytes.windows(9).filter(|part| part == b"\"Segment\"").count(), 1);
    assert_eq!(journal.end(), Position { segment: 1, offset: bytes.len() as u64 });
    assert_eq!(news(folder.path(), Watermarks::default()), (vec![entry(1), entry(2)], journal.end()));
}

#[test]
fn journal_of_the_release_before_is_read_and_goes_on_in_a_segment_of_its_own() {
    let folder = Folder::new();
    let before = segment(folder.path(), 1, None);
    let bytes = std::fs::read(&before).unwrap();
    let journal = Journal::open(folder.path(), JournalLimits::default(), Position::default()).unwrap();
    journal.append(&[entry(2)]).unwrap();
    assert_eq!(std::fs::read(&before).unwrap(), bytes);
    let mut recovery = Recovery::begin(folder.path(), Watermarks::default()).unwrap();
    while recovery.portion().unwrap().is_some() {}
    assert_eq!(recovery.unread(), Default::default());
    assert_eq!(news(folder.path(), Watermarks::default()).0, [entry(1), entry(2)]);
}

#[test]
fn journal_of_a_later_release_is_refused_before_anything_is_read_and_stays_as_it_is() {
    let heads = [
        r#"{"Segment":{"version":2,"records":1}}"#,
        r#"{"Segment":{"version":1,"records":2}}"#,
        r#"{"Segment":{"version":3}}"#,
        r#"{"Segment":["in","a","form","of","its","own"]}"#,
    ];
    for head in heads {
        let folder = Folder::new();
        segment(folder.path(), 1, Some(HEAD));
        let later = segment(folder.path(), 2, Some(head));
        let bytes = std::fs::read(&later).unwrap();
        let refused = Recovery::begin(folder.path(), Watermarks::default()).unwrap_err();
        assert!(matches!(refused, RecoveryError::Later { .. }), "{refused:?}");
        let said = refused.to_string();
        assert!(said.contains("000000000002.journal") && said.contains(head) && said.contains("start that"), "{said}");
        assert_eq!(std::fs::read(&later).unwrap(), bytes);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}

#[test]
fn segment_of_a_later_release_that_is_told_and_done_with_hinders_nobody() {
    let folder = Folder::new();
    segment(folder.path(), 1, Some(r#"{"Segment":{"version":2}}"#));
    segment(folder.path(), 2, Some(HEAD));
    let told = Position { segment: 2, offset: 0 };
    assert_eq!(news(folder.path(), Watermarks { projected: told, refreshed: told }).0, [entry(2)]);
}

#[test]
fn head_with_more_in_it_than_we_know_is_no_hindrance() {
    let folder = Folder::new();
    segment(folder.path(), 1, Some(r#"{"Segment":{"version":1,"records":0,"host":"a"}}"#));
    assert_eq!(news(folder.path(), Watermarks::default()).0, [entry(1)]);
}
