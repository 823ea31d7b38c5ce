//! The one writer of what we send. All requests and responses of ours are written by [`Head`], and
//! one rule holds for every value: CR, LF or NUL in it, and the message is refused. So no value can
//! end its line and begin a header of its own.
//!
//! What comes from outside and has to be sent on is cleaned where it is taken over, by a function
//! for each kind:
//!
//! | text                 | cleaned by                           | what it loses                 |
//! | -------------------- | ------------------------------------ | ----------------------------- |
//! | a display name       | [`quote`](crate::params::quote)      | control characters            |
//! | a reason phrase      | [`reason_phrase`]                    | control characters            |
//! | a header of another  | [`one_line`], as [`Head::copy`] does | CR, LF, NUL: they are spaces  |

mod checked;
mod clean;
mod head;

pub(crate) use clean::breaks_line;
pub use clean::{one_line, reason_phrase};
pub use head::Head;

use crate::error::{Malformed, ParseError};
use crate::header_name::HeaderName;

/// The reason why a message can't be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WriteError {
    /// A header's value has a CR, LF or NUL.
    #[error("line break in {0}")]
    LineBreak(HeaderName),
    /// A header's value breaks its grammar.
    #[error("malformed {0}: {1}")]
    Malformed(HeaderName, Malformed),
    /// The name of a header is not a token, or an extension header has a name that [`HeaderName`]
    /// knows.
    #[error("not a name for this header")]
    Name,
    /// The method or the Request-URI has a character that would end it, or is empty.
    #[error("method or Request-URI has a character that ends it")]
    RequestLine,
    /// The reason phrase has a control character (RFC 3261 §25.1 `Reason-Phrase`).
    #[error("control character in the reason phrase")]
    Reason,
    /// A [`ResponseBuilder`](crate::ResponseBuilder) was given a message that is not a request.
    #[error("only requests are answered")]
    NotARequest,
    /// What was put together is not a message.
    #[error(transparent)]
    Parse(#[from] ParseError),
}
