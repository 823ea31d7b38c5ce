//! What an error of the VM means, in words that are the same at every run.

use mlua::Error;
use pbx_core::script::{FaultKind, ScriptStep};

/// The name that scripts have in messages: `main.lua:12: …`.
pub(super) const CHUNK: &str = "=main.lua";

/// Longest message, in bytes.
const MAX_MESSAGE: usize = 400;

/// The step that an error ends a run with.
pub(super) fn step(error: &Error) -> ScriptStep {
    let kind = if is_memory(error) { FaultKind::Memory } else { FaultKind::Error };
    let (message, line) = describe(error);
    ScriptStep::Fault { kind, message, line }
}

fn is_memory(error: &Error) -> bool {
    match error {
        Error::MemoryError(_) => true,
        Error::CallbackError { cause, .. } => is_memory(cause),
        _ => false,
    }
}

/// The message for the script's author, and the line it speaks of.
pub(super) fn describe(error: &Error) -> (String, Option<u32>) {
    let text = match error {
        Error::RuntimeError(text) | Error::MemoryError(text) => text.clone(),
        // The compiler's message begins with the line.
        Error::SyntaxError { message, .. } => format!("main.lua:{message}"),
        Error::CallbackError { cause, .. } => return describe(cause),
        other => other.to_string(),
    };
    let first = without_addresses(text.lines().next().unwrap_or_default());
    let line = line_of(&first);
    (cut(first), line)
}

/// `main.lua:12: …` names a line.
fn line_of(message: &str) -> Option<u32> {
    let digits = |rest: &str| rest.split(':').next().and_then(|digits| digits.parse().ok());
    message.match_indices(':').find_map(|(at, _)| digits(&message[at + 1..]))
}

/// Replaces `0x…`: where something lies in memory is another place at the next run.
fn without_addresses(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("0x") {
        clean.push_str(&rest[..at]);
        rest = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_hexdigit());
        clean.push('?');
    }
    clean + rest
}

fn cut(mut text: String) -> String {
    let mut end = text.len().min(MAX_MESSAGE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_line_and_no_address() {
        let error = Error::RuntimeError("main.lua:12: attempt to call table: 0x00ff12\nstack traceback:".to_owned());
        assert_eq!(describe(&error), ("main.lua:12: attempt to call table: ?".to_owned(), Some(12)));
    }
}
