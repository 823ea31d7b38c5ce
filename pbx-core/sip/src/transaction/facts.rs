//! What a transaction is found by, read from a message once.

use crate::header::CSeq;
use crate::{HeaderError, Message, Via};
use std::sync::Arc;

/// The kind of a message: a request or a response.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum MessageKind {
    Request,
    /// A response with this status code.
    Response(u16),
}

/// The facts of a message that the transaction layer needs.
pub(super) struct Facts<'a> {
    pub(super) message: &'a Message,
    pub(super) kind: MessageKind,
    /// The CSeq. Its method is the request's; in a response, that of the request that is answered.
    pub(super) cseq: &'a CSeq,
    pub(super) via: &'a Via,
}

impl<'a> Facts<'a> {
    /// Reads the message; `None` if it lacks a Via or a CSeq that can be read, or is a request
    /// whose CSeq names another method.
    pub(super) fn of(message: &'a Message) -> Option<Self> {
        Self::read(message).ok().flatten()
    }

    fn read(message: &'a Message) -> Result<Option<Self>, HeaderError> {
        let (via, cseq) = (message.via()?, message.cseq()?);
        let kind = message.status().map_or(MessageKind::Request, |status| MessageKind::Response(status.code()));
        if message.method().is_some_and(|method| *method != cseq.method) {
            return Ok(None);
        }
        Ok(Some(Self { message, kind, cseq, via }))
    }

    /// Returns the method of the request; of a response the CSeq's, which is that of its request.
    pub(super) fn method(&self) -> &'a str {
        self.cseq.method.as_str()
    }

    /// Joins From-tag, Call-ID and CSeq of a request outside of dialogs: the same on all ways that
    /// it may come (RFC 3261 §8.2.2.2).
    pub(super) fn merge_key(&self) -> Option<Arc<str>> {
        let to = self.message.to_addr().ok()?;
        let from = self.message.from_addr().ok()?;
        if to.tag().is_some() || matches!(self.method(), "ACK" | "CANCEL") {
            return None;
        }
        let (call_id, tag, number) = (self.message.call_id().ok()?, from.tag()?, self.cseq.number.to_string());
        Some([&call_id, "\t", tag, "\t", &number, " ", self.method()].concat().into())
    }
}
