//! What a record means, in the reader's language: records hold codes and values, words are made here when they are shown.

mod names;
mod overlooked;
mod sentence;
mod sound;
mod steps;
mod time;
mod values;
mod verbs;
mod versions;

pub use crate::language::Language;
pub use names::{Nameless, Names, title};
pub use overlooked::{overlooked, overlooked_in};
pub use sentence::{cause, disposition, ended, party, sentence};
pub use sound::{Quality, SideHeard, heard};
pub use steps::{step, step_in_short};
pub use time::{date_and_time, length, moment, tenths, zone};
pub use versions::WithVersions;

use pbx_core::cdr::CallRecord;

/// A call in plain words: the sentence first, then why it went so, step by step, then how it sounded.
pub fn explain(record: &CallRecord, names: &dyn Names, language: Language) -> Vec<String> {
    let mut lines = vec![sentence(record, names, language)];
    lines.extend(record.decision.steps.iter().map(|taken| step(&taken.kind, names, language)));
    lines.extend(heard(record, names, language).into_iter().map(|side| side.text));
    lines
}

#[cfg(test)]
mod tests;
