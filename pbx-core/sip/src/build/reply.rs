//! A response as it was written: what goes on the wire need not be read again.

use crate::message::Message;
use crate::status::StatusCode;
use bytes::Bytes;

/// A response of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// What it says.
    pub status: StatusCode,
    /// The whole message.
    pub bytes: Bytes,
}

impl Reply {
    /// Of a message that was built or read; none of a request.
    pub fn of(message: &Message) -> Option<Self> {
        Some(Self { status: message.status()?, bytes: message.as_bytes().clone() })
    }
}
