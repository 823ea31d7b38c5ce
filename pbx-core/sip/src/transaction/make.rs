//! The messages that a transaction makes by itself: the ACK of a refusal, CANCEL and 100.

use crate::{HeaderName, Message};
use bytes::Bytes;
use std::fmt::Write as _;

/// Makes the ACK of a refusal from the INVITE's Request-URI, topmost Via and Routes, and the refusal's To (RFC 3261
/// §17.1.1.3).
pub(super) fn ack(invite: &Bytes, refusal: &Message) -> Option<Bytes> {
    let invite = Message::parse(invite.clone()).ok()?;
    same_hop(&invite, "ACK", refusal, None)
}

/// Makes the CANCEL of an INVITE (RFC 3261 §9.1), perhaps with a Reason (RFC 3326).
pub(super) fn cancel(invite: &Bytes, reason: Option<&str>) -> Option<Bytes> {
    let invite = Message::parse(invite.clone()).ok()?;
    same_hop(&invite, "CANCEL", &invite, reason)
}

/// Makes a request that goes to the INVITE's next hop, with the To header of `to`.
fn same_hop(invite: &Message, method: &str, to: &Message, reason: Option<&str>) -> Option<Bytes> {
    let mut text = String::with_capacity(512);
    let (uri, via, cseq) = (invite.uri_text()?, invite.via().ok()?, invite.cseq().ok()?);
    write!(text, "{method} {uri} SIP/2.0\r\nVia: {}\r\nMax-Forwards: 70\r\n", via.text()).ok()?;
    copy(&mut text, invite, HeaderName::Route)?;
    copy(&mut text, invite, HeaderName::From)?;
    copy(&mut text, to, HeaderName::To)?;
    copy(&mut text, invite, HeaderName::CallId)?;
    write!(text, "CSeq: {} {method}\r\n", cseq.number).ok()?;
    if let Some(reason) = reason.filter(|reason| !reason.contains(['\r', '\n'])) {
        write!(text, "Reason: {reason}\r\n").ok()?;
    }
    text.push_str("Content-Length: 0\r\n\r\n");
    Some(text.into())
}

/// Makes the 100 to a request (RFC 3261 §8.2.6).
pub(super) fn trying(request: &Bytes) -> Option<Bytes> {
    let request = Message::parse(request.clone()).ok()?;
    let mut text = String::with_capacity(512);
    text.push_str("SIP/2.0 100 Trying\r\n");
    let copied = [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::Cseq];
    for name in copied.into_iter().chain([HeaderName::Timestamp]) {
        copy(&mut text, &request, name)?;
    }
    text.push_str("Content-Length: 0\r\n\r\n");
    Some(text.into())
}

/// Copies all headers of that name, folds undone. Stray line ends, which a response may have, become spaces.
fn copy(text: &mut String, from: &Message, name: HeaderName) -> Option<()> {
    from.headers_of(name).try_for_each(|header| {
        let value = header.value().replace(['\r', '\n'], " ");
        write!(text, "{}: {value}\r\n", name.as_str()).ok()
    })
}
