//! Building requests.

use crate::header_name::HeaderName;
use crate::message::Message;
use crate::method::Method;
use crate::uri::Uri;
use crate::write::{Head, WriteError};
use std::fmt::Display;

/// A request in the making. Headers stand in the order they are given in; a value that would break
/// its line or its grammar makes [`RequestBuilder::finish`] fail, so that nothing can be injected.
#[derive(Clone, Debug)]
pub struct RequestBuilder {
    head: Head,
    body: Option<(String, Vec<u8>)>,
}

impl RequestBuilder {
    /// Begins a request: `METHOD uri SIP/2.0`.
    pub fn new(method: &Method, uri: &Uri) -> Self {
        Self { head: Head::request(method.as_str(), uri.as_str()), body: None }
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

    /// Copies all headers of that name from another message, in their order.
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

    /// Ends the request and parses it.
    ///
    /// # Errors
    /// The first value that could not stand where it was put.
    pub fn finish(self) -> Result<Message, WriteError> {
        Ok(Message::parse(self.head.checked_bytes(self.body.as_ref())?)?)
    }
}
