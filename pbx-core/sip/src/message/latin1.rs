//! Heads that are not UTF-8. RFC 3261 §7 wants UTF-8; what many gateways and older phones write
//! instead is ISO-8859-1.

use bytes::Bytes;

/// Returns the message with each line of its head that is not UTF-8 read as ISO-8859-1, its body as
/// it was. Bytes that stand for no character there, but for controls, become replacement
/// characters.
pub(super) fn to_utf8(bytes: &Bytes, head_end: usize) -> Bytes {
    let (head, body) = bytes.split_at(head_end.min(bytes.len()));
    let mut text = String::with_capacity(head.len() + head.len() / 8);
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => text.extend(line.iter().map(|byte| character(*byte))),
        }
    }
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes.into()
}

const fn character(byte: u8) -> char {
    match byte {
        0x80..=0x9f => char::REPLACEMENT_CHARACTER,
        byte => byte as char,
    }
}

#[cfg(test)]
mod tests {
    use crate::Message;

    #[test]
    fn each_line_is_read_by_itself_and_the_body_is_left_alone() {
        let bytes = [
            &b"SIP/2.0 486 Besetzt f\xfcr heute\r\nSubject: \xc3\xbc\r\nServer: B\xe4r\x85\r\n"[..],
            b"Content-Length: 2\r\n\r\n\xff\xfe",
        ];
        let message = Message::parse(bytes.concat()).unwrap();
        assert_eq!(message.reason(), Some("Besetzt für heute"));
        let values: Vec<_> = message.headers().map(|header| header.value().into_owned()).collect();
        assert_eq!(values, ["ü", "Bär\u{fffd}", "2"]);
        assert_eq!(message.body(), &b"\xff\xfe"[..]);
    }
}
