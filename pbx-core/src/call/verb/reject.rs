//! `reject`: refuse the call.

use super::{ArgKind, ArgSpec, VerbSpec};
use crate::decision::REFUSALS;

/// What scripts say and hear.
pub const SPEC: VerbSpec = VerbSpec {
    name: "reject",
    doc: "Refuses the call. The script ends here.",
    args: &[
        ArgSpec {
            name: "code",
            doc: "The final SIP code. Without it: 486.",
            kind: ArgKind::Integer { min: *REFUSALS.start(), max: *REFUSALS.end() },
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

#[cfg(test)]
mod tests {
    use super::SPEC;
    use crate::decision::DEFAULT_REFUSAL;

    #[test]
    fn the_document_names_the_code_that_is_sent() {
        assert!(SPEC.args[0].doc.contains(&DEFAULT_REFUSAL.to_string()));
    }
}
