//! Cleans text from outside that is to be part of a message of ours.

use std::borrow::Cow;

/// Puts a received header's value on one line: each CR, LF and NUL becomes a space. A flawed
/// message that is answered all the same may have them (RFC 3261 §8.2.6.2 wants its headers back).
pub fn one_line(value: &str) -> Cow<'_, str> {
    if breaks_line(value) { Cow::Owned(value.replace(['\r', '\n', '\0'], " ")) } else { Cow::Borrowed(value) }
}

/// Makes a reason phrase of any text: control characters are left out (RFC 3261 §25.1
/// `Reason-Phrase`).
pub fn reason_phrase(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !c.is_control()).collect())
}

/// Returns whether the value has a CR, LF or NUL: they would end the line, or cut the text short
/// for a reader in C.
pub(crate) fn breaks_line(value: &str) -> bool {
    memchr::memchr3(b'\r', b'\n', 0, value.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_text_is_not_copied() {
        assert!(matches!(one_line("Busy; a\tb"), Cow::Borrowed("Busy; a\tb")));
        assert!(matches!(reason_phrase("Ruft später zurück"), Cow::Borrowed("Ruft später zurück")));
    }

    #[test]
    fn what_ends_a_line_becomes_a_space_in_a_value_and_nothing_in_a_phrase() {
        assert_eq!(one_line("a\r\nb\0c"), "a  b c");
        assert_eq!(reason_phrase("a\r\n\u{85}b\0\tc"), "abc");
    }
}
