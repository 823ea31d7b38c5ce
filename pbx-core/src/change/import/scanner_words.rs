//! What YAML's scanner stumbled over, in words of somebody who writes a file and not a scanner.

use granit_parser::ErrorKind::{self, *};

/// How deep a file may be nested.
pub(super) const DEEPEST: usize = 24;

/// What is wrong, and what to look at.
pub(super) fn words(kind: &ErrorKind) -> String {
    match kind {
        UnexpectedEofFlowSequence | UnclosedFlowCollection { open: '[' } => "a `[` is never closed".to_owned(),
        UnexpectedEofFlowMapping | UnexpectedEofImplicitFlowMapping | UnclosedFlowCollection { .. } => {
            "a `{` is never closed".to_owned()
        }
        MismatchedFlowCollectionEnd { open, close } => format!("a `{open}` is closed by a `{close}`"),
        MisplacedFlowCollectionEnd => "a closing bracket has nothing to close".to_owned(),
        ExpectedFlowMappingSeparator => "a `,` or `}` is missing between keys in braces".to_owned(),
        ExpectedFlowSequenceSeparator => "a `,` or `]` is missing between entries in brackets".to_owned(),
        UnclosedQuotedScalar => "a quote is never closed".to_owned(),
        InvalidTrailingSingleQuotedScalar | InvalidTrailingDoubleQuotedScalar => {
            "something stands after a closing quote".to_owned()
        }
        UnknownQuotedScalarEscape => "unknown escape after `\\`: in single quotes it needs none".to_owned(),
        TabNotAllowed | TabInBlockIndentation | TabInIndentation | TabInPlainScalar | TabAtBlockScalarStart => {
            "a tab stands where blanks must be: indent with blanks".to_owned()
        }
        UnknownAnchor => "a `*` names something that no `&` before has made".to_owned(),
        MissingAnchorOrAliasName => "a `*` or `&` without a name: put the text in quotes".to_owned(),
        UnexpectedCharacter { character } => {
            format!("text can't begin with `{}`: put it in quotes", character.escape_default())
        }
        InvalidIndentation
        | ExpectedBlockMappingKey
        | ExpectedBlockSequenceEntry
        | BlockSequenceEntryNotAllowed
        | InvalidBlockScalarIndent
        | InvalidQuotedScalarIndent
        | InvalidFlowScalarIndent => {
            "this line is indented unlike its neighbours: keys of one table begin in one column".to_owned()
        }
        SimpleKeyExpected | InvalidSimpleKey => "a key without its `:`, or a line that is indented wrongly".to_owned(),
        MappingValueNotAllowed | MappingKeyNotAllowed | InvalidColonPlacement | InvalidMappingValueWhitespace => {
            "a `:` stands where no key can be: put text with a colon in quotes, or look at the indentation".to_owned()
        }
        ExpectedNodeContent | UnexpectedEndOfPlainScalar => "a value is missing".to_owned(),
        InvalidBlockEntryWhitespace | PlainScalarStartsWithDashFlowIndicator => {
            "a `-` needs a blank after it".to_owned()
        }
        CommentNotSeparated => "a `#` needs a blank before it: put text with a `#` in quotes".to_owned(),
        RecursionLimitExceeded => format!("nested more than {DEEPEST} deep"),
        UnexpectedEof => "the file ends in the middle".to_owned(),
        other => format!("this is no YAML: {other}"),
    }
}
