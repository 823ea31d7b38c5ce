//! `reject`: refuse the call.

use super::{ArgKind, ArgSpec, VerbSpec};

/// The SIP code when the script names none: Busy Here (RFC 3261 §21.4.24).
pub const DEFAULT_CODE: u16 = 486;

/// The verb as scripts see it.
pub const SPEC: VerbSpec = VerbSpec {
    name: "reject",
    doc: "Refuses the call. The script ends here.",
    args: &[
        ArgSpec {
            name: "code",
            doc: "The final SIP code. Without it: 486.",
            kind: ArgKind::Integer { min: 400, max: 699 },
            required: false,
        },
        ArgSpec {
            name: "reason",
            doc: "The reason phrase for the caller's phone. Without it: the standard's for that code.",
            kind: ArgKind::Phrase { max: 80 },
            required: false,
        },
    ],
    outcomes: &[],
    terminal: true,
    example: r#"reject{code = 480, reason = "Closed"}"#,
};
