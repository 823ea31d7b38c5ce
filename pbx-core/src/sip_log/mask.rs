//! The mask over the parts of a message that must not be on disk: digest answers, digits dialled
//! after the answer, and the text of messages.

use std::borrow::Cow;

/// Returns the message with `response`, `nonce` and `cnonce` of credentials, DTMF bodies and
/// MESSAGE bodies starred out. Lengths stay, so that the message still parses.
pub fn mask(message: &[u8]) -> Cow<'_, [u8]> {
    let head = memchr::memmem::find(message, b"\r\n\r\n").map_or(message.len(), |end| end + 4);
    let mut masked = Cow::Borrowed(message);
    let mut secret_body = message.starts_with(b"MESSAGE ");
    let is_info = message.starts_with(b"INFO ");
    let mut credentials = Credentials::None;
    let mut at = 0;
    while at < head {
        let end = memchr::memchr(b'\n', &message[at..head]).map_or(head, |end| at + end + 1);
        let line = &message[at..end];
        // RFC 3261 §7.3.1: a line that begins with a blank continues the header before.
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            credentials = Credentials::of(line);
            let has_type = is_info && (is_header(line, b"content-type") || is_header(line, b"c"));
            secret_body |= has_type && contains(line, b"dtmf");
            // RFC 3261 §20: a response names its method in its CSeq.
            secret_body |= is_header(line, b"cseq") && contains(line, b" message");
        }
        match credentials {
            Credentials::None => {}
            Credentials::Digest => star_params(masked.to_mut(), at, end),
            Credentials::Other => star(&mut masked.to_mut()[at + value_of(line)..end]),
        }
        at = end;
    }
    if secret_body && head < message.len() {
        star(&mut masked.to_mut()[head..]);
    }
    masked
}

fn star(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| *byte = b'*');
}

/// The scheme by which a header proves an identity.
#[derive(Clone, Copy)]
enum Credentials {
    None,
    Digest,
    /// RFC 7617: the password itself, in base64. Any other scheme may be as bad.
    Other,
}

impl Credentials {
    fn of(line: &[u8]) -> Self {
        if !is_header(line, b"authorization") && !is_header(line, b"proxy-authorization") {
            return Self::None;
        }
        let scheme = line[value_of(line)..].trim_ascii_start().get(..6);
        if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"digest")) { Self::Digest } else { Self::Other }
    }
}

/// Returns where the value of a header begins: in a continuation line, at its start.
fn value_of(line: &[u8]) -> usize {
    let goes_on = line.starts_with(b" ") || line.starts_with(b"\t");
    line.iter().position(|byte| *byte == b':').filter(|_| !goes_on).map_or(0, |colon| colon + 1)
}

fn is_header(line: &[u8], name: &[u8]) -> bool {
    if !line.first().is_some_and(|first| first.eq_ignore_ascii_case(&name[0])) {
        return false;
    }
    let colon = line.iter().position(|byte| *byte == b':');
    colon.is_some_and(|colon| line[..colon].trim_ascii().eq_ignore_ascii_case(name))
}

fn contains(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// Replaces the values of the secret parameters between `start` and `end` by stars.
fn star_params(bytes: &mut [u8], start: usize, end: usize) {
    let mut at = start;
    while at < end {
        let name_end = bytes[at..end].iter().position(|byte| *byte == b'=').map_or(end, |equals| at + equals);
        let name =
            bytes[at..name_end].rsplit(|byte| matches!(byte, b',' | b' ' | b'\t' | b':')).find(|part| !part.is_empty());
        let secret = name.is_some_and(|name| {
            [b"response".as_slice(), b"nonce", b"cnonce"].iter().any(|word| name.eq_ignore_ascii_case(word))
        });
        at = (name_end + 1).min(end);
        let quoted = bytes.get(at) == Some(&b'"') && at < end;
        at += usize::from(quoted);
        while at < end && !(if quoted { bytes[at] == b'"' } else { matches!(bytes[at], b',' | b'\r' | b'\n') }) {
            if secret {
                bytes[at] = b'*';
            }
            at += 1;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        String::from_utf8_lossy(&mask(text.as_bytes())).into_owned()
    }

    #[test]
    fn answers_and_nonces_of_credentials_are_starred() {
        let text = "REGISTER sip:a SIP/2.0\r\nAuthorization: Digest username=\"anna\", realm=\"r\",\r\n nonce=\"abc\", \
            uri=\"sip:a\", response=\"0123\", nc=00000001, cnonce=xyz\r\nCSeq: 1 REGISTER\r\n\r\n";
        let out = masked(text);
        assert_eq!(out.len(), text.len());
        assert!(out.contains("username=\"anna\"") && out.contains("nc=00000001"), "{out}");
        assert!(
            out.contains("nonce=\"***\"") && out.contains("response=\"****\"") && out.contains("cnonce=***\r"),
            "{out}"
        );
    }

    #[test]
    fn credentials_that_are_no_digest_are_starred_whole() {
        for text in [
            "REGISTER sip:a SIP/2.0\r\nAuthorization: Basic YW5uYTpzZWNyZXQ=\r\nCSeq: 1 REGISTER\r\n\r\n",
            "REGISTER sip:a SIP/2.0\r\nProxy-Authorization:\r\n Basic YW5uYTpzZWNyZXQ=\r\nCSeq: 1 REGISTER\r\n\r\n",
        ] {
            let out = masked(text);
            assert_eq!(out.len(), text.len());
            assert!(!out.contains("YW5u") && out.contains("CSeq: 1 REGISTER"), "{out}");
        }
    }

    #[test]
    fn digits_and_written_words_are_starred_and_sdp_is_not() {
        let info = "INFO sip:a SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=5\r\n";
        assert!(masked(info).ends_with("\r\n\r\n********\r\n"));
        let text = "MESSAGE sip:a SIP/2.0\r\nContent-Length: 5\r\n\r\nhello";
        assert!(masked(text).ends_with("\r\n\r\n*****"));
        let invite = "INVITE sip:a SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n";
        assert!(matches!(mask(invite.as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn no_prefix_of_a_message_panics() {
        let text = b"INVITE sip:a SIP/2.0\r\nProxy-Authorization: Digest nonce=\"a\r\n\tresponse=\r\n\r\nx";
        for length in 0..=text.len() {
            assert_eq!(mask(&text[..length]).len(), length);
        }
    }
}
