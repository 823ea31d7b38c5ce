//! The characters and small rules of RFC 3261 §25.1 that all readers share.

/// A table of 256 bytes that tells for which of them an expression holds: one look-up for each
/// letter instead of a dozen comparisons.
macro_rules! class {
    (|$byte:ident| $holds:expr) => {{
        let mut table = [false; 256];
        let mut $byte = 0_u8;
        loop {
            table[$byte as usize] = $holds;
            if $byte == u8::MAX {
                break table;
            }
            $byte += 1;
        }
    }};
}
pub(crate) use class;

/// Returns whether the byte is a character of RFC 3261 §25.1 `token`.
pub const fn is_token_char(byte: u8) -> bool {
    TOKEN[byte as usize]
}

pub(crate) const TOKEN: [bool; 256] = class!(|byte| {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
});

/// Returns whether the text is a `token`: at least one character, all of them token characters.
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_char)
}

/// Returns whether the byte is a character of RFC 3261 §25.1 `unreserved`.
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')')
}

/// Returns whether the byte is a character of RFC 3261 §25.1 `word`, which Call-ID is made of.
pub(crate) const fn is_word_char(byte: u8) -> bool {
    is_token_char(byte)
        || matches!(byte, b'(' | b')' | b'<' | b'>' | b':' | b'\\' | b'"' | b'/' | b'[' | b']' | b'?' | b'{' | b'}')
}

/// Linear white space once a value is unfolded; CR and LF count too, so that a folded value reads
/// alike.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Takes off the white space at the start.
pub(crate) fn trim_start(text: &str) -> &str {
    let blanks = text.bytes().take_while(|byte| is_space(*byte)).count();
    text.get(blanks..).unwrap_or_default()
}

/// Takes off the white space at both ends.
pub(crate) fn trim(text: &str) -> &str {
    let (mut inner, mut start) = (text.as_bytes(), 0);
    while let [first, rest @ ..] = inner
        && is_space(*first)
    {
        (inner, start) = (rest, start + 1);
    }
    while let [rest @ .., last] = inner
        && is_space(*last)
    {
        inner = rest;
    }
    text.get(start..start + inner.len()).unwrap_or_default()
}

/// Finds where the first byte `wanted` stands. Names and addresses are so short that a plain loop
/// is over before a vectorised search has begun.
pub(crate) fn find(text: &str, wanted: u8) -> Option<usize> {
    text.bytes().position(|byte| byte == wanted)
}

/// Cuts the text into what stands before and after the first byte `at`, which must be ASCII; `None`
/// if it is not there.
pub(crate) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let at = find(text, at)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Splits the text into what stands before the first byte `at`, and the rest beginning with it.
pub(crate) fn part(text: &str, at: u8) -> (&str, &str) {
    text.split_at(find(text, at).unwrap_or(text.len()))
}

/// Splits off the longest start whose bytes are all of the class, and the rest. A class must hold
/// all bytes above ASCII or none of them.
pub(crate) fn run<'a>(text: &'a str, class: &[bool; 256]) -> (&'a str, &'a str) {
    text.split_at(text.bytes().position(|byte| !class[usize::from(byte)]).unwrap_or(text.len()))
}

/// Finds where the quoted string that begins at `text[0]` ends (the index after its closing quote);
/// `None` if it never does.
pub(crate) fn quoted_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes.get(at) {
            Some(b'"') => return Some(at + 1),
            _ => at += 2,
        }
    }
}

/// Splits at `separator` where it stands outside quoted strings and angle brackets.
pub(crate) fn split_outside(text: &str, separator: u8) -> SplitOutside<'_> {
    SplitOutside { rest: Some(text), separator }
}

/// The iterator of [`split_outside`]; pieces are trimmed.
pub(crate) struct SplitOutside<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Iterator for SplitOutside<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let Some(at) = separator_in(rest, self.separator) else {
            self.rest = None;
            return Some(trim(rest));
        };
        self.rest = rest.get(at + 1..);
        rest.get(..at).map(trim)
    }
}

/// Finds the first separator outside quoted strings and angle brackets; `None` if one of those is
/// not closed before it.
fn separator_in(text: &str, separator: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr3(separator, b'"', b'<', bytes.get(at..)?)?;
        match bytes.get(at) {
            Some(b'"') => at += quoted_end(text.get(at..)?)?,
            Some(b'<') => at += memchr::memchr(b'>', bytes.get(at..)?)?,
            _ => return Some(at),
        }
    }
}

/// Reads a decimal number of digits only, leading zeros allowed; `None` if it is not one or does
/// not fit.
pub(crate) fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_and_brackets_do_not_split() {
        let parts: Vec<_> = split_outside(r#""a, \"b" <sip:x,y@z> , c"#, b',').collect();
        assert_eq!(parts, [r#""a, \"b" <sip:x,y@z>"#, "c"]);
    }

    #[test]
    fn numbers_have_no_sign() {
        assert_eq!(number::<u32>("0009"), Some(9));
        assert_eq!(number::<u32>("+9"), None);
        assert_eq!(number::<u32>("4294967296"), None);
    }
}
