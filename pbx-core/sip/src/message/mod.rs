//! A SIP message: one shared buffer with header ranges, split once, its values typed when they are
//! asked for.

mod addresses;
pub(crate) mod check;
mod header;
mod latin1;
mod parse;
mod stamp;
mod start;
mod typed;
mod values;

pub use header::{Contacts, Header};
pub(crate) use parse::{Scanned, scan};
pub use start::StartLine;

use crate::header_name::HeaderName;
use crate::method::Method;
use crate::status::StatusCode;
use crate::text::{Span, Text};
use bytes::Bytes;
use std::fmt;
use std::sync::Arc;
use values::{Field, HeaderLines};

/// The most header lines a message may have. Real ones have about 20; RFC 4475's longest has 40.
pub const MAX_HEADERS: usize = 256;

/// A request or a response. Cloning copies two pointers.
#[derive(Clone)]
pub struct Message {
    raw: Bytes,
    /// Start line and headers, as UTF-8.
    head: Text,
    start: Start,
    lines: Arc<HeaderLines>,
}

/// The start line, typed as far as it is cheap.
#[derive(Clone)]
enum Start {
    Request { method: Method, uri: Span },
    Response { status: StatusCode, reason: Span },
}

impl Message {
    /// Returns the message as it travels.
    pub const fn as_bytes(&self) -> &Bytes {
        &self.raw
    }

    /// Returns whether it is a request.
    pub const fn is_request(&self) -> bool {
        matches!(self.start, Start::Request { .. })
    }

    /// Returns the method of a request; `None` for a response (see [`Message::cseq`]).
    pub const fn method(&self) -> Option<&Method> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    /// Returns whether it follows up on a message that came or went before: a response, ACK, BYE or
    /// CANCEL. Such a message is lost only where it is not clear whose it is: what else is wrong
    /// with it counts as absent.
    pub const fn is_follow_up(&self) -> bool {
        matches!(self.method(), None | Some(Method::Ack | Method::Bye | Method::Cancel))
    }

    /// Returns whether it is a request of that method.
    pub fn is(&self, method: &Method) -> bool {
        self.method() == Some(method)
    }

    /// Returns the status of a response; `None` for a request.
    pub const fn status(&self) -> Option<StatusCode> {
        match self.start {
            Start::Response { status, .. } => Some(status),
            Start::Request { .. } => None,
        }
    }

    /// Returns the headers in their order.
    pub fn headers(&self) -> impl DoubleEndedIterator<Item = Header<'_>> {
        self.lines.fields.iter().map(|field| Header::new(&self.head, *field))
    }

    /// Returns the headers of that name in their order, long and compact alike.
    pub fn headers_of(&self, name: HeaderName) -> impl DoubleEndedIterator<Item = Header<'_>> {
        self.lines.fields.iter().filter(move |field| field.kind == name).map(|field| Header::new(&self.head, *field))
    }

    /// Returns the first header of that name.
    pub fn header(&self, name: HeaderName) -> Option<Header<'_>> {
        self.headers_of(name).next()
    }

    /// Returns the first header of a name that [`HeaderName`] does not know, without case.
    pub fn header_named(&self, name: &str) -> Option<Header<'_>> {
        self.headers().find(|header| header.name_text().eq_ignore_ascii_case(name))
    }

    /// Returns the body.
    pub fn body(&self) -> Bytes {
        self.raw.slice(self.head.len()..)
    }

    fn head_end(&self) -> u32 {
        self.head.len() as u32
    }

    fn head_str(&self, span: Span) -> &str {
        span.get(&self.head)
    }

    fn head_text(&self, span: Span) -> Text {
        self.head.slice(span.range())
    }

    /// Returns the header lines, for those that copy them as they stand.
    pub(crate) fn fields(&self) -> &[Field] {
        &self.lines.fields
    }

    /// Header line number `index`, name to line end.
    pub(crate) fn line(&self, index: usize) -> &str {
        let Some(field) = self.lines.fields.get(index) else { return "" };
        let end = match self.lines.fields.get(index + 1) {
            Some(next) => next.name.start,
            None => self.head_end().saturating_sub(2),
        };
        self.head.get(field.name.start as usize..end as usize).unwrap_or_default()
    }

    /// Returns the start line without its line end.
    pub(crate) fn start_text(&self) -> &str {
        let blank_line = self.head_end().saturating_sub(2);
        let end = self.lines.fields.first().map_or(blank_line, |field| field.name.start);
        self.head.get(..(end as usize).saturating_sub(2)).unwrap_or_default()
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Message {}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.raw))
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call_id = self.header(HeaderName::CallId).map(|header| header.text());
        f.debug_struct("Message").field("start", &self.start_text()).field("call_id", &call_id).finish_non_exhaustive()
    }
}
