//! Headers whose values are checked against their grammar too, for the builders and the editor.

use super::{Head, WriteError, breaks_line};
use crate::header_name::HeaderName;
use crate::message::check::check;
use crate::text::Text;
use std::fmt::Display;

impl Head {
    /// Adds a header that we know, if its value keeps its grammar.
    pub(crate) fn checked(&mut self, name: HeaderName, value: &dyn Display) {
        if name == HeaderName::Other {
            return self.fail(WriteError::Name);
        }
        let value = Text::from(value.to_string());
        if breaks_line(&value) {
            return self.fail(WriteError::LineBreak(name));
        }
        match check(name, &value) {
            Ok(()) => self.header(name.as_str(), &value),
            Err(fault) => self.fail(WriteError::Malformed(name, fault)),
        }
    }

    /// Adds a header whose name [`HeaderName`] does not know.
    pub(crate) fn extension(&mut self, name: &str, value: &str) {
        match HeaderName::parse(name) {
            HeaderName::Other => self.header(name, value),
            _ => self.fail(WriteError::Name),
        }
    }

    /// Ends the message as [`Head::bytes`] does, if the body's type keeps its grammar.
    pub(crate) fn checked_bytes(mut self, body: Option<&(String, Vec<u8>)>) -> Result<bytes::Bytes, WriteError> {
        if let Some((content_type, _)) = body
            && let Err(fault) = check(HeaderName::ContentType, &Text::from(content_type.as_str()))
        {
            self.fail(WriteError::Malformed(HeaderName::ContentType, fault));
        }
        self.bytes(body.map(|(content_type, body)| (content_type.as_str(), body.as_slice())))
    }
}
