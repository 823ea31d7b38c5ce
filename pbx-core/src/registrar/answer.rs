//! The answer to a REGISTER, as a message.

use super::Registered;
use crate::message::writer::Writer;
use pbx_sip::{Message, Reply};

impl Registered {
    /// Writes the answer; it leaves once the entries are in the journal.
    pub(crate) fn reply(&self, request: &Message, to_tag: &str) -> Option<Reply> {
        let mut writer = match self.reason {
            Some(reason) => Writer::response_saying(request, self.code, reason, to_tag),
            None => Writer::response(request, self.code, to_tag),
        };
        for (name, value) in &self.headers {
            writer.header(name, value);
        }
        writer.reply(None)
    }
}
