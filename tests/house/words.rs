//! The words of the code: a type's name is used once in its crate, comments are in plain English,
//! and docs/VOCABULARY.md names no type that is not there.

use super::production::{Source, declared_type, sources};
use super::sources::{text, with_ending};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms whose words are put right. A name that one of them shares with any other room of its
/// crate counts against it.
const DONE: &[&str] = &[
    "pbx-core/media/src",
    "pbx-core/sip/src",
    "pbx-core/src/base",
    "pbx-core/src/call",
    "pbx-core/src/cause.rs",
    "pbx-core/src/cdr",
    "pbx-core/src/context",
    "pbx-core/src/dial_plan",
    "pbx-core/src/directory",
    "pbx-core/src/door",
    "pbx-core/src/engine",
    "pbx-core/src/event",
    "pbx-core/src/journal",
    "pbx-core/src/lib.rs",
    "pbx-core/src/location.rs",
    "pbx-core/src/message",
    "pbx-core/src/net",
    "pbx-core/src/registrar",
    "pbx-core/src/script.rs",
    "pbx-core/src/secret",
    "pbx-core/src/sip_log",
    "pbx-core/src/sip_methods.rs",
    "pbx-core/src/template",
    "pbx-core/src/template.rs",
];

/// Words and phrases that comments of these rooms do without.
const REFUSED: &[&str] = &[
    "whoever",
    "somebody",
    "anew",
    "any more",
    "is told",
    "are told",
    "was told",
    "were told",
    "be told",
    "been told",
    "told of",
    "is said",
];

/// Words that the documentation of a function or type does not begin with: a function's begins with
/// a verb, a type's with a noun.
const QUESTIONS: &[&str] = &["What", "Whether", "How", "Where", "Who", "Whom", "Whose", "When", "Which", "Why"];

/// Further words that no verb is, for the documentation of functions.
const NO_VERBS: &[&str] =
    &["The", "A", "An", "Its", "All", "Every", "Each", "This", "That", "It", "Of", "As", "In", "At", "From", "No"];

fn done() -> Vec<Source> {
    sources().into_iter().filter(|source| DONE.iter().any(|room| source.file.starts_with(room))).collect()
}

#[test]
fn every_room_whose_words_are_put_right_is_there() {
    let done = done();
    let gone: Vec<_> = DONE.iter().filter(|room| !done.iter().any(|source| source.file.starts_with(room))).collect();
    assert!(gone.is_empty(), "rooms that are not there: {gone:?}");
}

#[test]
fn a_type_name_stands_for_one_thing_in_its_crate() {
    let mut declared: BTreeMap<(PathBuf, String), Vec<String>> = BTreeMap::new();
    for source in sources() {
        for (line, name) in source.types() {
            let places = declared.entry((source.crate_root(), name.to_owned())).or_default();
            places.push(format!("{}:{line}", source.file.display()));
        }
    }
    let is_done =
        |place: &String| DONE.iter().any(|room| Path::new(place.split(':').next().unwrap_or("")).starts_with(room));
    let twice: Vec<_> = declared.iter().filter(|(_, places)| places.len() > 1 && places.iter().any(is_done)).collect();
    assert!(twice.is_empty(), "declared more than once: {twice:#?}");
}

#[test]
fn comments_are_in_plain_english() {
    let mut found = Vec::new();
    for source in done() {
        for (line, comment) in source.comments() {
            let refused = REFUSED.iter().filter(|phrase| has_phrase(comment, phrase));
            found.extend(refused.map(|phrase| format!("{}:{line}: {phrase}", source.file.display())));
        }
    }
    assert!(found.is_empty(), "say it otherwise:\n{}", found.join("\n"));
}

fn has_phrase(comment: &str, phrase: &str) -> bool {
    let lower = comment.to_lowercase();
    let is_bounded = |(at, _): (usize, &str)| {
        let before = lower[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        before && lower[at + phrase.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric())
    };
    lower.match_indices(phrase).any(is_bounded)
}

#[test]
fn comments_wrap_at_100_columns() {
    let mut wide = Vec::new();
    for source in done() {
        let is_table = |line: &str| line.trim_start().trim_start_matches(['/', '!']).trim_start().starts_with('|');
        let lines = source.comments().filter(|(_, line)| line.chars().count() > 100 && !is_table(line));
        wide.extend(lines.map(|(line, _)| format!("{}:{line}", source.file.display())));
    }
    assert!(wide.is_empty(), "wider than 100 columns:\n{}", wide.join("\n"));
}

#[test]
fn a_functions_documentation_begins_with_a_verb_and_a_types_with_a_noun() {
    let mut wrong = Vec::new();
    for source in done() {
        for (line, doc, item) in source.documented() {
            let word = doc.split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
            let is_function = item.split('(').next().is_some_and(|head| head.split(' ').any(|word| word == "fn"))
                || item.starts_with("pub(") && item.contains(" fn ");
            let is_question = QUESTIONS.contains(&word);
            let is_wrong = match (is_function, declared_type(item)) {
                (true, _) => is_question || NO_VERBS.contains(&word) || word.is_empty(),
                (false, Some(_)) => is_question,
                (false, None) => false,
            };
            if is_wrong {
                wrong.push(format!("{}:{line}: {doc}", source.file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "begin it with a verb or a noun:\n{}", wrong.join("\n"));
}

#[test]
fn an_items_documentation_begins_with_two_sentences_at_most() {
    let mut long = Vec::new();
    for source in done() {
        let docs = source.documented().into_iter().filter(|(_, doc, _)| sentences(doc) > 2);
        long.extend(docs.map(|(line, doc, _)| format!("{}:{line}: {doc}", source.file.display())));
    }
    assert!(long.is_empty(), "say it in two sentences, the rest in a paragraph of its own:\n{}", long.join("\n"));
}

fn sentences(text: &str) -> usize {
    let mut parts = text.split(". ");
    let first = usize::from(parts.next().is_some_and(|part| !part.is_empty()));
    first + parts.filter(|part| part.starts_with(|c: char| c.is_uppercase() || matches!(c, '`' | '['))).count()
}

#[test]
fn every_type_that_the_vocabulary_names_is_there() {
    let vocabulary = text(Path::new("docs/VOCABULARY.md"));
    let declared: BTreeSet<String> = with_ending("rs")
        .iter()
        .flat_map(|file| {
            text(file).lines().filter_map(|line| declared_type(line).map(str::to_owned)).collect::<Vec<_>>()
        })
        .collect();
    let named = vocabulary.split('`').skip(1).step_by(2).filter(|word| word.starts_with(char::is_uppercase));
    let gone: Vec<_> = named.filter(|name| !declared.contains(*name) && !declared_by_macro(name)).collect();
    assert!(gone.is_empty(), "docs/VOCABULARY.md names types that are not there: {gone:?}");
}

/// Ids are declared by one macro, a line each.
fn declared_by_macro(name: &str) -> bool {
    let ids = text(Path::new("pbx-core/src/base/ids.rs"));
    ids.lines().any(|line| line.trim() == format!("{name},"))
}

#[test]
fn the_vocabulary_has_a_line_for_each_word_in_order() {
    let vocabulary = text(Path::new("docs/VOCABULARY.md"));
    let words: Vec<String> = vocabulary
        .lines()
        .filter_map(|line| line.strip_prefix("- **")?.split_once("**").map(|(word, _)| word.to_lowercase()))
        .collect();
    assert!(words.len() > 50, "{} words", words.len());
    let unordered: Vec<_> = words.windows(2).filter(|pair| pair[0] >= pair[1]).collect();
    assert!(unordered.is_empty(), "out of order: {unordered:?}");
}
