//! What a transaction is known by, read from a message once.

use crate::{HeaderError, Message, Via};

/// Whether it asks or answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Line {
    Request,
    /// With its status code.
    Response(u16),
}

/// What matters of a message here.
pub(super) struct Facts<'a> {
    pub(super) message: &'a Message,
    pub(super) line: Line,
    /// Of the request; of a response the CSeq's, which is that of its request.
    pub(super) method: String,
    pub(super) cseq: u32,
    pub(super) via: Via,
}

impl<'a> Facts<'a> {
    /// None if the message lacks a Via or a CSeq that can be read, or is a request whose CSeq names another method.
    pub(super) fn of(message: &'a Message) -> Option<Self> {
        Self::read(message).ok().flatten()
    }

    fn read(message: &'a Message) -> Result<Option<Self>, HeaderError> {
        let (via, cseq) = (message.via()?, message.cseq()?);
        let line = message.status().map_or(Line::Request, |status| Line::Response(status.code()));
        if message.method().is_some_and(|method| *method != cseq.method) {
            return Ok(None);
        }
        Ok(Some(Self { message, line, method: cseq.method.as_str().to_owned(), cseq: cseq.number, via }))
    }

    /// From-tag, Call-ID and CSeq of a request outside of dialogs: the same on all ways that it may come (RFC 3261
    /// §8.2.2.2).
    pub(super) fn merge_key(&self) -> Option<Box<str>> {
        let to = self.message.to_addr().ok()?;
        let from = self.message.from_addr().ok()?;
        if to.tag().is_some() || matches!(&*self.method, "ACK" | "CANCEL") {
            return None;
        }
        let call_id = self.message.call_id().ok()?;
        Some(format!("{call_id}\t{}\t{} {}", from.tag()?, self.cseq, self.method).into_boxed_str())
    }
}
