//! Every edit of generated messages: odd spacing, folds, compact names, several values, unknown headers, any bytes in the body.

use crate::edit::{EDITS, NAMES};
use crate::lines::Raw;
use pbx_sip::{Editor, HeaderName, Message};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A header's name as somebody may spell it.
fn name() -> impl Strategy<Value = String> {
    let known =
        ["Via", "v", "V", "From", "f", "tO", "t", "Call-ID", "i", "CSEQ", "m", "Contact", "Route", "Subject", "s"];
    let odd = ["User-Agent", "uSeR-aGeNt", "Date", "Server", "P-Asserted-Identity", "X-Odd.!%*_+`'~"];
    prop_oneof![3 => select([&known[..], &odd[..]].concat()).prop_map(str::to_owned), 1 => "x-[a-zA-Z0-9]{1,8}"]
}

/// A value, which need not make sense: whoever edits another header has nothing to do with it.
fn value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[!-~]{1,12}",
        "\\PC{1,6}",
        select(vec![" ", "\t", "  ", ", ", ",", " ;", "\r\n ", " \r\n\t ", "\r\n   "]).prop_map(str::to_owned),
        select(vec![
            "\"a, \\\"b\\\" c\"",
            "<sip:a@b.test;lr>",
            "SIP / 2.0 / UDP h;branch=z9hG4bKx",
            "работа",
            "\u{feff}大"
        ])
        .prop_map(str::to_owned),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// A header line, from its name to its end.
fn line() -> impl Strategy<Value = String> {
    let blanks = || select(vec!["", " ", "\t", "  \t"]);
    (name(), blanks(), blanks(), value(), blanks())
        .prop_map(|(name, before, behind, value, end)| format!("{name}{before}:{behind}{value}{end}\r\n"))
}

prop_compose! {
    /// A message that can be split into its lines; its body may be any bytes.
    fn message()(start in select(vec!["INVITE sip:old@target.test SIP/2.0\r\n", "SIP/2.0 200 = 2**3 он\r\n"]),
                 blank in select(vec!["", "\r\n\r\n"]), mut lines in vec(line(), 0..12),
                 body in vec(any::<u8>(), 0..40), length in proptest::option::of(0..12_usize),
                 spelled in select(vec!["l:", "Content-Length  : ", "CONTENT-LENGTH:00"])) -> Vec<u8> {
        // One in the middle, or none: then the body ends with the bytes.
        if let Some(at) = length {
            lines.insert(at.min(lines.len()), format!("{spelled}{}\r\n", body.len()));
        }
        [blank.as_bytes(), start.as_bytes(), lines.concat().as_bytes(), b"\r\n", &body].concat()
    }
}

proptest! {
    #[test]
    fn edits_leave_the_rest_alone(bytes in message(), name in select(NAMES.to_vec())) {
        let message = Message::parse(bytes).unwrap();
        EDITS.iter().for_each(|(edit, _)| edit.hold(&message, name));
    }

    #[test]
    fn several_edits_at_once_leave_the_rest_alone(bytes in message()) {
        let message = Message::parse(bytes).unwrap();
        let (before, editor) = (Raw::of(message.as_bytes()), Editor::new(&message));
        let changed = editor.remove(HeaderName::PAssertedIdentity).replace(HeaderName::Subject, "ours")
            .prepend(HeaderName::Via, "SIP/2.0/UDP pbx.test").append(HeaderName::Date, "now").finish().unwrap();
        let after = Raw::of(changed.as_bytes());
        let untouched = |raw: &Raw| -> Vec<Vec<u8>> {
            let touched = ["p-asserted-identity", "subject", "via", "date"];
            let lines = raw.headers.iter().filter(|line| !touched.contains(&crate::lines::name_of(line).as_str()));
            lines.cloned().collect()
        };
        prop_assert_eq!(untouched(&after), untouched(&before));
        prop_assert_eq!((after.start, after.body), (before.start, before.body));
    }

    /// A line that is not UTF-8 is read as ISO-8859-1 and stands in UTF-8 from then on; everything else is as it came.
    #[test]
    fn a_line_that_is_not_utf8_changes_and_nothing_else(bytes in message(), byte in select(vec![0x80_u8, 0xc3, 0xfe, 0xff])) {
        let subject = [&b"Subject: "[..], &[byte], b"!\r\n"].concat();
        let head = bytes.windows(6).position(|six| six == b"SIP/2.").unwrap();
        let end = head + bytes[head..].windows(2).position(|two| two == b"\r\n").unwrap() + 2;
        let bytes = [&bytes[..end], &subject, &bytes[end..]].concat();
        let blank = bytes.iter().position(|byte| !b"\r\n".contains(byte)).unwrap();
        let message = Message::parse(bytes.clone()).unwrap();
        let letter = if byte < 0xa0 { char::REPLACEMENT_CHARACTER } else { char::from(byte) };
        prop_assert_eq!(message.header(HeaderName::Subject).unwrap().value(), format!("{letter}!"));
        let text = format!("Subject: {letter}!\r\n");
        let expected = [&bytes[blank..end], text.as_bytes(), &bytes[end + subject.len()..]].concat();
        prop_assert_eq!(message.as_bytes(), &expected);
    }
}
