//! Building responses (RFC 3261 §8.2.6).

use crate::error::Malformed;
use crate::header_name::HeaderName;
use crate::message::{Header, Message};
use crate::status::StatusCode;
use crate::write::{Head, WriteError, one_line};
use bytes::Bytes;
use std::fmt::Display;

/// A response in the making. It begins with what every response copies from its request: Via, From,
/// To, Call-ID and CSeq, and in a 100 the Timestamp.
#[derive(Clone, Debug)]
pub struct ResponseBuilder {
    status: StatusCode,
    head: Head,
    body: Option<(String, Vec<u8>)>,
}

impl ResponseBuilder {
    /// Begins a response to `request`.
    ///
    /// `reason` replaces the registered phrase. `to_tag` is added to a To without a tag (RFC 3261
    /// §8.2.6.2); a 100 may go without one.
    pub fn new(request: &Message, status: StatusCode, reason: Option<&str>, to_tag: Option<&str>) -> Self {
        let mut head = Head::response(status, reason.unwrap_or_else(|| status.reason()));
        if !request.is_request() {
            head.fail(WriteError::NotARequest);
        }
        for header in request.headers() {
            match header.name() {
                HeaderName::To => copy_to(&mut head, &header, to_tag),
                HeaderName::Via | HeaderName::From | HeaderName::CallId | HeaderName::Cseq => head.copy_one(&header),
                HeaderName::Timestamp if status == StatusCode::TRYING => head.copy_one(&header),
                _ => {}
            }
        }
        Self { status, head, body: None }
    }

    /// Adds a header we know: `name: value`.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Display) -> Self {
        self.head.checked(name, &value);
        self
    }

    /// Adds a header of another name.
    #[must_use]
    pub fn extension(mut self, name: &str, value: &str) -> Self {
        self.head.extension(name, value);
        self
    }

    /// Copies all headers of that name from a message: Record-Route where a dialog begins (RFC 3261
    /// §12.1.1).
    #[must_use]
    pub fn copy(mut self, from: &Message, name: HeaderName) -> Self {
        for header in from.headers_of(name) {
            self.head.copy_one(&header);
        }
        self
    }

    /// Sets the body. Content-Type and Content-Length are written at the end.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some((content_type.to_owned(), body.into()));
        self
    }

    /// Ends the response and parses it.
    ///
    /// # Errors
    /// The first value that could not stand where it was put.
    pub fn finish(self) -> Result<Message, WriteError> {
        Ok(Message::parse(self.reply()?.bytes)?)
    }

    /// Ends the response, to be sent.
    ///
    /// # Errors
    /// The first value that could not stand where it was put.
    pub fn reply(self) -> Result<Reply, WriteError> {
        Ok(Reply { status: self.status, bytes: self.head.checked_bytes(self.body.as_ref())? })
    }
}

/// A response of ours, as it goes on the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The status code of its first line.
    pub status: StatusCode,
    /// The whole message.
    pub bytes: Bytes,
}

impl Reply {
    /// Makes a reply of a built or parsed message; `None` for a request.
    pub fn of(message: &Message) -> Option<Self> {
        Some(Self { status: message.status()?, bytes: message.as_bytes().clone() })
    }
}

/// Copies To, with our tag where it has none. A To that cannot be read is given back as it came.
fn copy_to(head: &mut Head, header: &Header<'_>, to_tag: Option<&str>) {
    let (Some(tag), Ok(to)) = (to_tag, crate::name_addr::NameAddr::parse(header.text())) else {
        return head.copy_one(header);
    };
    if to.tag().is_some() {
        return head.copy_one(header);
    }
    if !crate::grammar::is_token(tag) {
        return head.fail(WriteError::Malformed(HeaderName::To, Malformed("tag is not a token")));
    }
    // A broken To of a refused request may not take a tag; its sender then gets it back as it came.
    match to.with_param("tag", Some(tag)) {
        Ok(tagged) => head.header(HeaderName::To.as_str(), &one_line(tagged.text())),
        Err(_) => head.copy_one(header),
    }
}
