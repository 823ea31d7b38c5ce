//! A response of ours with its status beside it, so that the bytes for the wire need not be parsed
//! again.

use crate::message::Message;
use crate::status::StatusCode;
use bytes::Bytes;

/// A response of ours, as it goes on the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The status code of its first line.
    pub status: StatusCode,
    /// The whole message.
    pub bytes: Bytes,
}

impl Reply {
    /// The reply that a built or parsed message is; `None` for a request.
    pub fn of(message: &Message) -> Option<Self> {
        Some(Self { status: message.status()?, bytes: message.as_bytes().clone() })
    }
}
