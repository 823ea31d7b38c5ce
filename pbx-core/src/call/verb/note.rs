//! `note`: leave a line in the call's record.

use super::{ArgKind, ArgSpec, OutcomeSpec, VerbSpec};
use crate::decision::MAX_NOTE;

/// What scripts say and hear.
pub const SPEC: VerbSpec = VerbSpec {
    name: "note",
    doc: "Leaves a line in the call's record, for whoever asks later why the call went where it went.",
    args: &[ArgSpec { name: "text", doc: "The line.", kind: ArgKind::Note { max: MAX_NOTE }, required: true }],
    outcomes: &[OutcomeSpec { status: "ok", doc: "Noted." }],
    terminal: false,
    example: r#"note{text = "gold customer → 101"}"#,
};
