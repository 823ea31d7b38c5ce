//! Start line and headers of a message, as they are written.

use super::{WriteError, breaks_line, one_line};
use crate::grammar::is_token;
use crate::header_name::HeaderName;
use crate::message::{Header, Message};
use crate::spell;
use crate::status::StatusCode;
use bytes::Bytes;

/// The start line and headers of a message in the making, in one buffer, in the order they are
/// given in. The first thing that can't stand where it was put is kept, and [`Head::bytes`] then
/// gives it in place of a message.
#[derive(Clone, Debug)]
pub struct Head {
    text: String,
    fault: Option<WriteError>,
}

impl Head {
    /// Room for a usual head, so that the buffer seldom grows.
    const ROOM: usize = 1024;

    fn new() -> Self {
        Self { text: String::with_capacity(Self::ROOM), fault: None }
    }

    /// Begins a request: `METHOD uri SIP/2.0`.
    pub fn request(method: &str, uri: &str) -> Self {
        let mut head = Self::new();
        if !is_token(method) || uri.is_empty() || uri.bytes().any(|byte| byte <= b' ') {
            head.fail(WriteError::RequestLine);
        }
        head.text.extend([method, " ", uri, " SIP/2.0\r\n"]);
        head
    }

    /// Begins a response: `SIP/2.0 code reason`. A phrase from outside is cleaned by
    /// [`reason_phrase`](super::reason_phrase) first.
    pub fn response(status: StatusCode, reason: &str) -> Self {
        let mut head = Self::new();
        if reason.contains(char::is_control) {
            head.fail(WriteError::Reason);
        }
        head.text.push_str("SIP/2.0 ");
        spell::number(&mut head.text, status.code());
        head.text.extend([" ", reason, "\r\n"]);
        head
    }

    /// Begins with a start line that was read before, without its line end.
    pub(crate) fn kept(start_line: &str) -> Self {
        let mut head = Self::new();
        head.lines(start_line);
        head.lines("\r\n");
        head
    }

    /// Refuses the message, unless it is refused already.
    pub(crate) fn fail(&mut self, fault: WriteError) {
        self.fault.get_or_insert(fault);
    }

    /// Adds a header: `name: value`.
    pub fn header(&mut self, name: &str, value: &str) {
        self.header_with(name, |text| text.push_str(value));
    }

    /// Adds a header whose value `write` appends, so that its pieces need not be joined first.
    pub fn header_with(&mut self, name: &str, write: impl FnOnce(&mut String)) {
        if !is_token(name) {
            return self.fail(WriteError::Name);
        }
        self.text.extend([name, ": "]);
        let start = self.text.len();
        write(&mut self.text);
        if self.text.get(start..).is_none_or(breaks_line) {
            self.fail(WriteError::LineBreak(HeaderName::parse(name)));
        }
        self.text.push_str("\r\n");
    }

    /// Adds all headers of that name of another message, each on one line and by its long name.
    pub fn copy(&mut self, from: &Message, name: HeaderName) {
        for header in from.headers_of(name) {
            self.header(name.as_str(), &one_line(&header.value()));
        }
    }

    /// Adds a header of another message on one line, its name as it was spelt there.
    pub(crate) fn copy_one(&mut self, header: &Header<'_>) {
        self.header(header.name_text(), &one_line(&header.value()));
    }

    /// Adds whole lines of another message as they stand there, folds included.
    pub(crate) fn lines(&mut self, lines: &str) {
        self.text.push_str(lines);
    }

    /// Ends the message with Content-Type, if there is a body of that type, Content-Length, and the
    /// body.
    ///
    /// # Errors
    /// The first thing that can't stand where it was put.
    pub fn bytes(mut self, body: Option<(&str, &[u8])>) -> Result<Bytes, WriteError> {
        if let Some((content_type, _)) = body {
            self.header("Content-Type", content_type);
        }
        let body = body.map_or(&[][..], |(_, body)| body);
        self.header_with("Content-Length", |text| spell::number(text, body.len()));
        self.end(body)
    }

    /// Ends the headers and puts the body behind them. The bytes are kept for as long as they may
    /// have to be repeated, so they have no room to spare.
    pub(crate) fn end(mut self, body: &[u8]) -> Result<Bytes, WriteError> {
        self.text.push_str("\r\n");
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok([self.text.as_bytes(), body].concat().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_written_in_the_order_it_is_given_in() {
        let mut head = Head::request("OPTIONS", "sip:b.test");
        head.header("To", "<sip:b.test>");
        head.header_with("CSeq", |text| text.extend(["1", " ", "OPTIONS"]));
        let bytes = head.bytes(Some(("text/plain", b"hi"))).unwrap();
        let lines = "OPTIONS sip:b.test SIP/2.0\r\nTo: <sip:b.test>\r\nCSeq: 1 OPTIONS\r\n\
            Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi";
        assert_eq!(bytes, lines);
    }

    #[test]
    fn the_first_fault_is_the_one_that_is_named() {
        let mut head = Head::response(StatusCode::OK, "fine");
        head.header("Subject", "a\nb");
        head.header("no name", "");
        assert_eq!(head.bytes(None), Err(WriteError::LineBreak(HeaderName::Subject)));
        assert_eq!(Head::request("INVITE", "sip:a b").bytes(None), Err(WriteError::RequestLine));
        assert_eq!(Head::response(StatusCode::OK, "a\u{7}").bytes(None), Err(WriteError::Reason));
    }
}
