//! The id of a dialog: Call-ID, local tag and remote tag.

use crate::text::Text;
use crate::{HeaderError, Message};
use serde::{Deserialize, Serialize};

/// Call-ID and both tags, as our side sees them (RFC 3261 §12). A side that knows no tags (RFC
/// 2543) has an empty one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct DialogId {
    /// The Call-ID of the INVITE.
    pub call_id: Text,
    /// Our tag.
    pub local_tag: Text,
    /// The other side's tag.
    pub remote_tag: Text,
}

impl DialogId {
    /// Returns the id of the dialog that a received message belongs to: the other side's tag is in
    /// From of a request, in To of a response.
    ///
    /// # Errors
    /// When From, To or Call-ID can't be read.
    pub fn of_received(message: &Message) -> Result<Self, HeaderError> {
        let (from, to) = (message.from_addr()?, message.to_addr()?);
        let tag = |tag: Option<&str>| Text::from(tag.unwrap_or_default());
        let (local, remote) = if message.is_request() { (&to, &from) } else { (&from, &to) };
        let call_id = message.call_id()?.detached();
        Ok(Self { call_id, local_tag: tag(local.tag()), remote_tag: tag(remote.tag()) })
    }
}
