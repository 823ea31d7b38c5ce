//! `ring`: ring people until one answers.

use super::{ArgKind, ArgSpec, OutcomeSpec, VerbSpec};

/// What scripts say and hear.
pub const SPEC: VerbSpec = VerbSpec {
    name: "ring",
    doc: "Rings every device of every target at once. The first answer wins and is connected with the caller; \
          the others stop ringing.",
    args: &[
        ArgSpec {
            name: "targets",
            doc: "Who rings. An extension that nobody has counts as unreachable.",
            kind: ArgKind::Extensions { max: 16 },
            required: true,
        },
        ArgSpec {
            name: "timeout",
            doc: "Seconds of ringing. Without it: the server's setting `ring_timeout_s`.",
            kind: ArgKind::Integer { min: 1, max: 600 },
            required: false,
        },
    ],
    outcomes: &[
        OutcomeSpec { status: "answered", doc: "Somebody answered and was connected." },
        OutcomeSpec { status: "busy", doc: "Busy (486 or 600); `code` is the SIP code." },
        OutcomeSpec { status: "no-answer", doc: "Nobody answered in time." },
        OutcomeSpec { status: "declined", doc: "Somebody refused for everybody (603); `code` is the SIP code." },
        OutcomeSpec {
            status: "unreachable",
            doc: "No device could be reached, or the call failed; `code` is the SIP code if there was an answer.",
        },
        OutcomeSpec { status: "cancelled", doc: "The caller hung up. No further verb does anything." },
    ],
    terminal: false,
    example: r#"local outcome = ring{targets = {"102", "103"}, timeout = 20}"#,
};
