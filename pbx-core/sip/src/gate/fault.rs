//! What can be wrong with a request, and how it is answered.

use crate::error::{HeaderError, Malformed, ParseError};
use crate::status::StatusCode;
use crate::text::Text;

/// A fault of a request.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// 400: the message's lines are broken.
    #[error("{0}")]
    Form(ParseError),
    /// 400: a header is broken, missing or repeated.
    #[error("{0}")]
    Header(HeaderError),
    /// 400: the Request-URI breaks its grammar.
    #[error("malformed Request-URI: {0}")]
    Uri(Malformed),
    /// 400: CSeq names another method than the request line (RFC 3261 §8.1.1.5).
    #[error("CSeq names another method than the request line")]
    CseqMethod,
    /// 400: the body is shorter than Content-Length says (RFC 3261 §18.3).
    #[error("body is shorter than Content-Length")]
    BodyCut,
    /// 406: Accept forbids an answer with a session description (RFC 3261 §21.4.7).
    #[error("Accept does not name application/sdp")]
    NotAcceptable,
    /// 413: with its body the message is longer than [`super::MAX_BYTES`] (RFC 3261 §21.4.11).
    #[error("body is too large")]
    BodyTooLarge,
    /// 513: start line and headers are longer than [`super::MAX_HEAD_BYTES`], or the headers are
    /// too many (RFC 3261 §21.5.7).
    #[error("headers are too long")]
    HeadTooLong,
    /// 414: the Request-URI is longer than [`super::MAX_URI_BYTES`].
    #[error("Request-URI is longer than 1024 bytes")]
    UriTooLong,
    /// 415: the body is packed in a way that is not unpacked here (RFC 3261 §8.2.3).
    #[error("body is in an encoding that is not known here")]
    Encoding,
    /// 416: the Request-URI is neither sip, sips nor tel, nor calls for help by a URN (RFC 3261
    /// §8.2.2.1, RFC 5031).
    #[error("Request-URI is neither sip, sips nor tel")]
    Scheme,
    /// 420: Require names what we do not support (RFC 3261 §8.2.2.3).
    #[error("required extension is not supported")]
    Extension(Vec<Text>),
    /// 483: there are more Vias than [`super::MAX_VIAS`]: the request has gone through more hops
    /// than it may.
    #[error("more than 70 Vias")]
    TooManyVias,
    /// 501: the method is not known.
    #[error("method is not known here")]
    Method,
    /// 505: the SIP version is not 2.0.
    #[error("only SIP/2.0 is spoken here")]
    Version,
}

impl Fault {
    /// Returns the status code that answers a request with this fault.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Form(_) | Self::Header(_) | Self::Uri(_) | Self::CseqMethod | Self::BodyCut => {
                StatusCode::BAD_REQUEST
            }
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::BodyTooLarge => StatusCode::REQUEST_ENTITY_TOO_LARGE,
            Self::HeadTooLong => StatusCode::MESSAGE_TOO_LARGE,
            Self::UriTooLong => StatusCode::REQUEST_URI_TOO_LONG,
            Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Scheme => StatusCode::UNSUPPORTED_URI_SCHEME,
            Self::Extension(_) => StatusCode::BAD_EXTENSION,
            Self::TooManyVias => StatusCode::TOO_MANY_HOPS,
            Self::Method => StatusCode::NOT_IMPLEMENTED,
            Self::Version => StatusCode::VERSION_NOT_SUPPORTED,
        }
    }

    /// Returns the reason phrase: the registered words, and after a dash what a person should look
    /// at.
    pub fn reason(&self) -> String {
        format!("{} - {self}", self.status().reason())
    }
}
