//! Building messages: written straight into one buffer, and nothing that is put in can break out of its line.

mod reply;
mod request;
mod response;
mod writer;

pub use reply::Reply;
pub use request::RequestBuilder;
pub use response::ResponseBuilder;
pub(crate) use writer::Writer;

use crate::error::{Malformed, ParseError};
use crate::header_name::HeaderName;

/// Why a message could not be built.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BuildError {
    /// A header's value has a CR, LF or NUL.
    #[error("line break in {0}")]
    LineBreak(HeaderName),
    /// A header's value breaks its grammar.
    #[error("malformed {0}: {1}")]
    Malformed(HeaderName, Malformed),
    /// The name of an extension header is not a token, or is one that [`HeaderName`] knows.
    #[error("not a name for an extension header")]
    Name,
    /// The reason phrase has a control character.
    #[error("control character in the reason phrase")]
    Reason,
    /// A [`ResponseBuilder`] was given a message that is not a request.
    #[error("only requests are answered")]
    NotARequest,
    /// What was put together is not a message.
    #[error(transparent)]
    Parse(#[from] ParseError),
}
