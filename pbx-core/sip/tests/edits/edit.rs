//! Every way to edit a received message, and what each must leave alone.

use crate::lines::Raw;
use pbx_sip::{Editor, HeaderName, Message, Uri, Via};
use std::path::Path;

/// A way to edit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Edit {
    Uri,
    Prepend,
    Append,
    AppendExtension,
    Replace,
    Remove,
    FirstValue,
    FirstValueAway,
    Body,
    EmptyBody,
    TopVia,
}

/// All of them, with the function that does each.
pub(crate) const EDITS: [(Edit, &str); 11] = [
    (Edit::Uri, "uri"),
    (Edit::Prepend, "prepend"),
    (Edit::Append, "append"),
    (Edit::AppendExtension, "append_extension"),
    (Edit::Replace, "replace"),
    (Edit::Remove, "remove"),
    (Edit::FirstValue, "first_value"),
    (Edit::FirstValueAway, "first_value"),
    (Edit::Body, "body"),
    (Edit::EmptyBody, "body"),
    (Edit::TopVia, "with_top_via"),
];

const VIA: &str = "SIP/2.0/UDP pbx.test;branch=z9hG4bKours";

/// Names whose grammar takes [`VIA`]: Via itself, and what is free text.
pub(crate) const NAMES: [HeaderName; 5] =
    [HeaderName::Via, HeaderName::Subject, HeaderName::UserAgent, HeaderName::Date, HeaderName::Server];

impl Edit {
    fn of(self, message: &Message, name: HeaderName) -> Message {
        let editor = Editor::new(message);
        let edited = match self {
            Self::Uri => editor.uri(&Uri::parse("sip:new@target.test").unwrap()).finish(),
            Self::Prepend => editor.prepend(name, VIA).finish(),
            Self::Append => editor.append(name, VIA).finish(),
            Self::AppendExtension => editor.append_extension("X-Ours", VIA).finish(),
            Self::Replace => editor.replace(name, VIA).finish(),
            Self::Remove => editor.remove(name).finish(),
            Self::FirstValue => editor.first_value(name, Some(VIA)).finish(),
            Self::FirstValueAway => editor.first_value(name, None).finish(),
            Self::Body => editor.body("text/plain", *b"\xff ours\r\n").finish(),
            Self::EmptyBody => editor.body("text/plain", *b"").finish(),
            Self::TopVia => return message.with_top_via(&Via::parse(VIA).unwrap()).unwrap_or_else(|| message.clone()),
        };
        match edited {
            Ok(edited) => edited,
            // What is no Via cannot stay behind another first one: that edit is refused, and nothing is changed.
            Err(_) if name == HeaderName::Via && message.vias().is_err() => message.clone(),
            Err(fault) => panic!("{self:?} of {name:?}: {fault}\n{message}"),
        }
    }

    /// Edits a message and holds the outcome against the message as it came.
    pub(crate) fn hold(self, message: &Message, name: HeaderName) {
        let (before, changed) = (Raw::of(message.as_bytes()), self.of(message, name));
        let after = Raw::of(changed.as_bytes());
        let word = name.as_str().to_ascii_lowercase();
        let said = format!("{self:?} of {word}\n{message}\n---\n{changed}");
        match self {
            Self::Uri if message.is_request() => assert_ne!(after.start, before.start, "{said}"),
            _ => assert_eq!(after.start, before.start, "{said}"),
        }
        if !matches!(self, Self::Body | Self::EmptyBody) {
            assert_eq!(after.body, before.body, "{said}");
        }
        self.hold_headers(&before, &after, &word, &said);
        assert_eq!(
            Message::parse(changed.as_bytes().clone()).unwrap().headers().count(),
            after.headers.len(),
            "{said}"
        );
    }

    fn hold_headers(self, before: &Raw, after: &Raw, word: &str, said: &str) {
        let mut headers = after.headers.clone();
        match self {
            Self::Uri => assert_eq!(headers, before.headers, "{said}"),
            Self::Prepend => {
                headers.remove(before.first(word).unwrap_or(0));
                assert_eq!(headers, before.headers, "{said}");
            }
            Self::Append | Self::AppendExtension => {
                headers.pop();
                assert_eq!(headers, before.headers, "{said}");
            }
            Self::Replace => {
                assert_eq!(after.without(word), before.without(word), "{said}");
                assert_eq!(after.first(word), Some(before.first(word).unwrap_or(before.headers.len())), "{said}");
                assert_eq!(after.headers.len(), before.without(word).len() + 1, "{said}");
            }
            Self::Remove => {
                assert_eq!(headers, before.without(word), "{said}");
            }
            Self::FirstValue | Self::FirstValueAway => hold_first(before, after, word, said),
            Self::TopVia => hold_first(before, after, "via", said),
            Self::Body | Self::EmptyBody => {
                let others = |raw: &Raw| {
                    let mut raw = raw.clone();
                    raw.headers = raw.without("content-type").into_iter().map(<[u8]>::to_vec).collect();
                    raw.without("content-length").into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
                };
                assert_eq!(others(after), others(before), "{said}");
            }
        }
    }
}

/// All but the first header of the name is as it was; of that line, what stood behind the first value keeps its letters.
fn hold_first(before: &Raw, after: &Raw, word: &str, said: &str) {
    let Some(at) = before.first(word) else { return assert_eq!(after, before, "{said}") };
    let (mut one, mut other) = (before.headers.clone(), after.headers.clone());
    let was = one.remove(at);
    if after.headers.len() == before.headers.len() {
        let (was, is) = (squeezed(&was), squeezed(&other.remove(at)));
        // Where a comma does not separate values is for the grammar's own tests.
        let last = was.rsplit_once(',').map(|(_, last)| last.trim()).filter(|_| !was.contains(['"', '<']));
        assert!(last.is_none_or(|last| is.ends_with(last)), "{last:?} of {said}");
    }
    assert_eq!(other, one, "{said}");
}

/// A line without its end, folds and blanks read as one space.
fn squeezed(line: &[u8]) -> String {
    String::from_utf8(line.to_vec()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_edit_that_there_is_is_held() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![];
    for file in ["edit.rs", "message/stamp.rs"] {
        let text = std::fs::read_to_string(source.join(file)).unwrap();
        let names = text.lines().filter_map(|line| line.trim().strip_prefix("pub fn ")?.split('(').next());
        found.extend(names.filter(|name| !["new", "finish"].contains(name)).map(str::to_owned));
    }
    let mut held: Vec<_> = EDITS.iter().map(|(_, function)| (*function).to_owned()).collect();
    held.dedup();
    assert_eq!(found, held, "an edit has no case here");
}
