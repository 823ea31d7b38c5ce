//! The messages that a transaction makes by itself: the ACK of a refusal, CANCEL and 100.

use crate::write::Head;
use crate::{HeaderName, Message, StatusCode, spell};
use bytes::Bytes;

/// Makes the ACK of a refusal from the INVITE's Request-URI, topmost Via and Routes, and the
/// refusal's To (RFC 3261 §17.1.1.3).
pub(super) fn ack(invite: &Bytes, refusal: &Message) -> Option<Bytes> {
    let invite = Message::parse(invite.clone()).ok()?;
    same_hop(&invite, "ACK", refusal, None)
}

/// Makes the CANCEL of an INVITE (RFC 3261 §9.1), perhaps with a Reason (RFC 3326).
pub(super) fn cancel(invite: &Bytes, reason: Option<&str>) -> Option<Bytes> {
    let invite = Message::parse(invite.clone()).ok()?;
    // A phone rings on without its CANCEL, so that goes out even where its Reason can't.
    same_hop(&invite, "CANCEL", &invite, reason).or_else(|| same_hop(&invite, "CANCEL", &invite, None))
}

/// Makes a request that goes to the INVITE's next hop, with the To header of `to`.
fn same_hop(invite: &Message, method: &str, to: &Message, reason: Option<&str>) -> Option<Bytes> {
    let (via, cseq) = (invite.via().ok()?, invite.cseq().ok()?);
    let mut head = Head::request(method, invite.uri_text()?);
    head.header("Via", via.text());
    head.header("Max-Forwards", "70");
    head.copy(invite, HeaderName::Route);
    head.copy(invite, HeaderName::From);
    head.copy(to, HeaderName::To);
    head.copy(invite, HeaderName::CallId);
    head.header_with("CSeq", |text| {
        spell::number(text, cseq.number);
        text.extend([" ", method]);
    });
    if let Some(reason) = reason {
        head.header("Reason", reason);
    }
    head.bytes(None).ok()
}

/// Makes the 100 to a request (RFC 3261 §8.2.6).
pub(super) fn trying(request: &Bytes) -> Option<Bytes> {
    let request = Message::parse(request.clone()).ok()?;
    let mut head = Head::response(StatusCode::TRYING, StatusCode::TRYING.reason());
    let copied = [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::Cseq];
    for name in copied.into_iter().chain([HeaderName::Timestamp]) {
        head.copy(&request, name);
    }
    head.bytes(None).ok()
}
