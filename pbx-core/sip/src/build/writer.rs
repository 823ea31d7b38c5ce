//! The buffer that messages are written into.

use super::BuildError;
use crate::error::Malformed;
use crate::header_name::HeaderName;
use crate::message::check::check;
use crate::message::{Header, Message};
use crate::text::Text;
use bytes::Bytes;
use std::fmt::{Display, Write as _};

/// Lines of a message to be. The first fault is kept and told at the end.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    text: Vec<u8>,
    fault: Option<BuildError>,
}

impl Writer {
    /// Room for a usual message, so that the buffer seldom grows.
    const ROOM: usize = 1024;

    pub(crate) fn new() -> Self {
        Self { text: Vec::with_capacity(Self::ROOM), fault: None }
    }

    pub(crate) fn fail(&mut self, fault: BuildError) {
        self.fault.get_or_insert(fault);
    }

    /// Appends bytes that are known to be whole lines.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    /// Writes `name: value`, the value checked against line breaks and the header's grammar.
    pub(crate) fn header(&mut self, name: HeaderName, value: &dyn Display) {
        if name == HeaderName::Other {
            return self.fail(BuildError::Name);
        }
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write!(text, "{value}");
        if has_break(&text) {
            return self.fail(BuildError::LineBreak(name));
        }
        let text = Text::from(text);
        if let Err(fault) = check(name, &text) {
            return self.fail(BuildError::Malformed(name, fault));
        }
        self.line(name.as_str(), &text);
    }

    /// Writes a header whose name [`HeaderName`] does not know.
    pub(crate) fn extension(&mut self, name: &str, value: &str) {
        if HeaderName::parse(name) != HeaderName::Other || !crate::grammar::is_token(name) {
            return self.fail(BuildError::Name);
        }
        if has_break(value) {
            return self.fail(BuildError::LineBreak(HeaderName::Other));
        }
        self.line(name, value);
    }

    /// Copies a header of a received message, unfolded. Stray line ends, which a refused request may have, become spaces.
    pub(crate) fn copy(&mut self, header: &Header<'_>) {
        let value = header.value();
        if value.contains(['\r', '\n']) {
            return self.line(header.name_text(), &value.replace(['\r', '\n'], " "));
        }
        self.line(header.name_text(), &value);
    }

    /// Writes a line whose value is known to have no line end.
    pub(crate) fn line(&mut self, name: &str, value: &str) {
        self.raw(name.as_bytes());
        self.raw(b": ");
        self.raw(value.as_bytes());
        self.raw(b"\r\n");
    }

    /// Writes Content-Type, Content-Length, the empty line and the body, and parses the whole message.
    pub(crate) fn finish(self, body: Option<(&str, &[u8])>) -> Result<Message, BuildError> {
        Ok(Message::parse(self.bytes(body)?)?)
    }

    /// As [`Self::finish`], but gives the bytes without parsing them.
    pub(crate) fn bytes(mut self, body: Option<(&str, &[u8])>) -> Result<Bytes, BuildError> {
        if let Some((kind, _)) = body {
            self.header(HeaderName::ContentType, &kind);
        }
        let bytes = body.map_or(&b""[..], |(_, bytes)| bytes);
        self.line(HeaderName::ContentLength.as_str(), &bytes.len().to_string());
        self.raw(b"\r\n");
        self.raw(bytes);
        match self.fault {
            Some(fault) => Err(fault),
            // Kept for as long as it may have to be repeated: without the room that is left.
            None => Ok(Bytes::copy_from_slice(&self.text)),
        }
    }

    /// Parses what was written so far as a message.
    pub(crate) fn seal(self) -> Result<Message, BuildError> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(Message::parse(Bytes::from(self.text))?),
        }
    }
}

/// Refuses a reason phrase with control characters (RFC 3261 §25.1 `Reason-Phrase`).
pub(super) fn check_reason(reason: &str) -> Result<(), BuildError> {
    if reason.chars().any(char::is_control) { Err(BuildError::Reason) } else { Ok(()) }
}

/// Whether the value has a CR, LF or NUL: they would end the line, or cut the text short for a reader in C.
pub(crate) fn has_break(value: &str) -> bool {
    value.bytes().any(|b| matches!(b, b'\r' | b'\n' | 0))
}

impl From<Malformed> for BuildError {
    fn from(fault: Malformed) -> Self {
        Self::Malformed(HeaderName::Other, fault)
    }
}
