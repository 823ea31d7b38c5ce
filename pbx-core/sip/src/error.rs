//! What can be wrong with a message or a piece of one.

use crate::header_name::HeaderName;

/// The reason why bytes are not a SIP message (RFC 3261 §7).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParseError {
    /// There are no bytes, or line ends only.
    #[error("empty message")]
    Empty,
    /// Neither a request line nor a status line (RFC 3261 §7.1, §7.2).
    #[error("malformed start line: {0}")]
    StartLine(&'static str),
    /// A SIP version that is not 2.0.
    #[error("SIP version is not 2.0")]
    Version,
    /// A header line without a name and colon, or with a stray CR or LF; counted from 1, the start
    /// line being 0.
    #[error("malformed header line {0}")]
    HeaderLine(u16),
    /// No empty line ends the headers.
    #[error("headers do not end with an empty line")]
    Unterminated,
    /// More headers than [`crate::message::MAX_HEADERS`] or more bytes than 4 GiB.
    #[error("too many headers")]
    TooLarge,
}

impl ParseError {
    /// Returns whether the end of the message is missing: what stood there can't be known.
    pub(crate) const fn is_cut(self) -> bool {
        matches!(self, Self::Unterminated)
    }
}

/// A piece of text breaks its grammar; the words name the rule, for a person to act on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

/// The reason why a header could not be read as what it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HeaderError {
    /// The header is missing.
    #[error("missing {0}")]
    Missing(HeaderName),
    /// The header is there more than once where RFC 3261 allows one.
    #[error("repeated {0}")]
    Repeated(HeaderName),
    /// The header's value breaks its grammar.
    #[error("malformed {0}: {1}")]
    Malformed(HeaderName, Malformed),
    /// The Request-URI breaks the grammar.
    #[error("malformed Request-URI: {0}")]
    RequestUri(Malformed),
    /// A response was asked for what only a request has, or the other way round.
    #[error("no such line in this kind of message")]
    WrongKind,
}

impl HeaderError {
    /// Ties a grammar fault to its header.
    pub(crate) fn in_header(header: HeaderName) -> impl Fn(Malformed) -> Self {
        move |fault| Self::Malformed(header, fault)
    }
}
