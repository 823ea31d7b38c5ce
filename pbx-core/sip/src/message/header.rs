//! One header of a message.

use super::values::Field;
use crate::grammar::split_outside;
use crate::header_name::HeaderName;
use crate::name_addr::NameAddr;
use crate::text::{Span, Text};
use std::borrow::Cow;

/// A header where it stands in its message.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    /// Start line and headers of the message.
    head: &'a Text,
    field: Field,
}

/// The Contacts of a message (RFC 3261 §20.10).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Contacts {
    /// `*`: all bindings of the address-of-record.
    Any,
    /// These Contacts, in their order; empty where there is no Contact.
    List(Vec<NameAddr>),
}

impl<'a> Header<'a> {
    pub(super) const fn new(head: &'a Text, field: Field) -> Self {
        Self { head, field }
    }

    /// Returns which header it is.
    pub const fn name(&self) -> HeaderName {
        self.field.kind
    }

    /// Returns its name as written.
    pub fn name_text(&self) -> &'a str {
        self.field.name.get(self.head)
    }

    /// Returns its value with folds read as one space (RFC 3261 §7.3.1), without white space at its
    /// ends.
    pub fn value(&self) -> Cow<'a, str> {
        let raw = self.field.value.get(self.head);
        if self.field.folded { Cow::Owned(unfold(raw)) } else { Cow::Borrowed(raw) }
    }

    /// Returns the value as [`Header::value`] gives it, sharing the message's buffer unless it was
    /// folded.
    pub fn text(&self) -> Text {
        if self.field.folded {
            return Text::from(unfold(self.field.value.get(self.head)));
        }
        self.head.slice(self.field.value.range())
    }

    /// Splits the values of a header that lists several with commas (RFC 3261 §7.3.1).
    pub fn values(&self) -> Vec<Text> {
        let text = self.text();
        split_outside(&text, b',').map(|part| text.slice(Span::of(&text, part).range())).collect()
    }
}

/// Makes one space of line ends and the white space around them.
fn unfold(raw: &str) -> String {
    let mut plain = String::with_capacity(raw.len());
    for (index, line) in raw.split("\r\n").enumerate() {
        if index == 0 {
            plain.push_str(line.trim_end_matches([' ', '\t']));
        } else {
            plain.push(' ');
            plain.push_str(line.trim_matches([' ', '\t']));
        }
    }
    plain
}
