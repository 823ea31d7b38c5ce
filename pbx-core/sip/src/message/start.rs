//! The first line of a message (RFC 3261 §7.1, §7.2).

use super::{Message, Start};
use crate::error::HeaderError;
use crate::method::Method;
use crate::status::StatusCode;
use crate::text::Text;
use crate::uri::Uri;

/// The first line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StartLine {
    /// `INVITE sip:bob@example.com SIP/2.0`; the address still as text.
    Request {
        /// The method.
        method: Method,
        /// The Request-URI as written.
        uri: Text,
    },
    /// `SIP/2.0 200 OK`.
    Response {
        /// The status.
        status: StatusCode,
        /// The reason phrase; it may be empty.
        reason: Text,
    },
}

impl Message {
    /// Returns the first line.
    pub fn start_line(&self) -> StartLine {
        match &self.start {
            Start::Request { method, uri } => StartLine::Request { method: method.clone(), uri: self.head_text(*uri) },
            Start::Response { status, reason } => {
                StartLine::Response { status: *status, reason: self.head_text(*reason) }
            }
        }
    }

    /// Returns the Request-URI as written; `None` for a response.
    pub fn uri_text(&self) -> Option<&str> {
        match &self.start {
            Start::Request { uri, .. } => Some(self.head_str(*uri)),
            Start::Response { .. } => None,
        }
    }

    /// Reads the Request-URI.
    ///
    /// # Errors
    /// When it breaks the grammar, or this is a response.
    pub fn uri(&self) -> Result<&Uri, HeaderError> {
        self.lines.uri.get_or_init(|| self.read_uri()).as_ref().map_err(Clone::clone)
    }

    fn read_uri(&self) -> Result<Uri, HeaderError> {
        match &self.start {
            Start::Request { uri, .. } => Uri::parse(self.head_text(*uri)).map_err(HeaderError::RequestUri),
            Start::Response { .. } => Err(HeaderError::WrongKind),
        }
    }

    /// Returns the reason phrase of a response.
    pub fn reason(&self) -> Option<&str> {
        match &self.start {
            Start::Response { reason, .. } => Some(self.head_str(*reason)),
            Start::Request { .. } => None,
        }
    }
}
