//! `%HH` escapes (RFC 3261 §19.1.2).

use crate::grammar::{class, is_unreserved};
use std::borrow::Cow;

/// Undoes the escapes. Bytes that are not valid UTF-8 then become replacement characters.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(String::from_utf8_lossy(&unescaped_bytes(text)).into_owned())
}

/// Undoes the escapes and gives bytes; an escape that is cut short stays as it is.
pub(super) fn unescaped_bytes(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, hex_pair(bytes, at + 1)) {
            (b'%', Some(value)) => {
                plain.push(value);
                at += 3;
            }
            _ => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    plain
}

/// Escapes what a user part may not carry as it is (RFC 3261 §25.1 `user`), and `&=$,;?/` too: they
/// may stand there, but many readers stop at them.
pub fn escape_user(plain: &str) -> Cow<'_, str> {
    escape(plain, |b| is_unreserved(b) || b == b'+')
}

/// Escapes what a URI parameter may not carry as it is (RFC 3261 §25.1 `paramchar`).
pub fn escape_param(plain: &str) -> Cow<'_, str> {
    escape(plain, |b| PARAM[usize::from(b)])
}

fn escape(plain: &str, allowed: fn(u8) -> bool) -> Cow<'_, str> {
    if plain.bytes().all(allowed) {
        return Cow::Borrowed(plain);
    }
    let mut escaped = String::with_capacity(plain.len() + 8);
    for byte in plain.bytes() {
        if allowed(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.push(char::from(HEX[usize::from(byte >> 4)]));
            escaped.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    Cow::Owned(escaped)
}

const HEX: [u8; 16] = *b"0123456789ABCDEF";

/// Unescaped characters of a user part: unreserved and `&=+$,;?/`. A bare `#` is against the
/// grammar, but it is what phones dial for feature codes and can mean nothing else.
pub(super) const USER: [bool; 256] =
    class!(|b| is_unreserved(b) || matches!(b, b'&' | b'=' | b'+' | b'$' | b',' | b';' | b'?' | b'/' | b'#'));

/// Unescaped characters of a password: unreserved and `&=+$,`.
pub(super) const PASSWORD: [bool; 256] = class!(|b| is_unreserved(b) || matches!(b, b'&' | b'=' | b'+' | b'$' | b','));

/// Unescaped characters of a URI parameter: unreserved and `[]/:&+$`.
pub(super) const PARAM: [bool; 256] =
    class!(|b| is_unreserved(b) || matches!(b, b'[' | b']' | b'/' | b':' | b'&' | b'+' | b'$'));

/// Unescaped characters of a URI header: unreserved and `[]/?:+$`.
pub(super) const HEADER: [bool; 256] =
    class!(|b| is_unreserved(b) || matches!(b, b'[' | b']' | b'/' | b'?' | b':' | b'+' | b'$'));

/// Returns whether every byte is of the class or part of a whole escape.
pub(super) fn is_escaped_text(text: &str, class: &[bool; 256]) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            _ if class[usize::from(byte)] => 1,
            b'%' if hex_pair(bytes, at + 1).is_some() => 3,
            _ => return false,
        };
    }
    true
}

fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let high = char::from(*bytes.get(at)?).to_digit(16)?;
    let low = char::from(*bytes.get(at + 1)?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_come_off_and_go_on() {
        assert_eq!(unescape("sips%3Auser%40example.com"), "sips:user@example.com");
        assert_eq!(unescape("%Z%4"), "%Z%4");
        assert_eq!(escape_user("sips:user@example.com"), "sips%3Auser%40example.com");
        assert_eq!(escape_user("*72#"), "*72%23");
        assert_eq!(unescape(&escape_user("Grüße\r\n")), "Grüße\r\n");
    }
}
