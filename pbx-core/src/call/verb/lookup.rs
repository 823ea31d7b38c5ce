//! `lookup`: ask one of the tenant's data sources.

use super::{ArgKind, ArgSpec, OutcomeSpec, VerbSpec};

/// What scripts say and hear.
pub const SPEC: VerbSpec = VerbSpec {
    name: "lookup",
    doc: "Asks one of the tenant's data sources. The caller hears ringing meanwhile if it takes long.",
    args: &[
        ArgSpec { name: "source", doc: "The source's name.", kind: ArgKind::Name, required: true },
        ArgSpec {
            name: "args",
            doc: "What the placeholders of the source's URL become: `{number}` is `args.number`, URL-encoded.",
            kind: ArgKind::Fields { entries: 16, max: 256 },
            required: false,
        },
    ],
    outcomes: &[
        OutcomeSpec { status: "found", doc: "The source knows it; `value` is its JSON answer." },
        OutcomeSpec { status: "unknown", doc: "The source does not know it (404). No fault." },
        OutcomeSpec { status: "timeout", doc: "The source did not answer in its time." },
        OutcomeSpec {
            status: "failed",
            doc: "The source is down, answers garbage or may not be asked; `code` is a stable word for why.",
        },
    ],
    terminal: false,
    example: r#"local answer = lookup{source = param.source, args = {number = call.caller.number}}"#,
};
