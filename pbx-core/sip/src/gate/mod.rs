//! The gate: what comes from the network is let in, refused with the right answer, or passed over
//! in silence.

mod fault;
mod inspect;
mod overlooked;
mod policy;

pub use fault::Fault;
pub use overlooked::overlooked;
pub use policy::{MAX_BYTES, MAX_HEAD_BYTES, MAX_URI_BYTES, MAX_VIAS, Policy};

use crate::build::ResponseBuilder;
use crate::error::{HeaderError, ParseError};
use crate::framing::FramingError;
use crate::header_name::HeaderName;
use crate::message::{Message, Scanned, scan};
use crate::method::Method;
use crate::via::Via;
use bytes::Bytes;

/// The gate's judgement of the bytes.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// A well-formed message.
    Pass(Message),
    /// A request to be refused for this fault (see [`refuse`]); the message is fit for nothing but
    /// to be answered.
    Refuse(Message, Fault),
    /// Nothing is answered, for this reason.
    Ignore(Silence),
}

/// The reason why nothing is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Silence {
    /// Line ends only: a keep-alive (RFC 5626 §4.4.1).
    KeepAlive,
    /// Looks like STUN: its first two bits are zero and its cookie is there (RFC 8489 §5).
    Stun,
    /// No SIP start line.
    NotSip(ParseError),
    /// A broken response is dropped (RFC 3261 §18.1.2).
    Response(Fault),
    /// A broken ACK: no ACK is ever answered (RFC 3261 §17.1.1.3).
    Ack(Fault),
    /// No Via that says where an answer goes.
    NoVia(Fault),
}

/// Judges the bytes of one datagram or of one message cut from a stream.
pub fn judge(bytes: Bytes, policy: &Policy<'_>) -> Verdict {
    if bytes.iter().all(|b| matches!(b, b'\r' | b'\n' | 0)) {
        return Verdict::Ignore(Silence::KeepAlive);
    }
    if is_stun(&bytes) {
        return Verdict::Ignore(Silence::Stun);
    }
    let size = bytes.len();
    let scanned = match scan(bytes) {
        Ok(scanned) => scanned,
        Err(fault) => return Verdict::Ignore(Silence::NotSip(fault)),
    };
    let message = scanned.message;
    let fault = match scanned.flaw {
        Some(ParseError::Version) => Some(Fault::Version),
        Some(ParseError::TooLarge) => Some(Fault::HeadTooLong),
        _ if size > MAX_BYTES => Some(Fault::BodyTooLarge),
        Some(flaw) if !message.is_follow_up() || flaw.is_cut() => Some(Fault::Form(flaw)),
        _ => inspect::fault_of(&message, policy),
    };
    match fault {
        None => Verdict::Pass(message),
        Some(fault) => silence_or_answer(message, fault),
    }
}

/// Judges what is left of a stream that cannot be cut any further (RFC 3261 §18.3): it may be
/// answered, but is never let in.
pub fn judge_uncut(error: FramingError) -> Verdict {
    let (FramingError::TooLarge(head) | FramingError::NoLength(head)) = &error;
    let Scanned { message, flaw } = match scan(head.clone()) {
        Ok(scanned) => scanned,
        Err(fault) => return Verdict::Ignore(Silence::NotSip(fault)),
    };
    let fault = match error {
        FramingError::TooLarge(_) if flaw == Some(ParseError::Unterminated) => Fault::HeadTooLong,
        FramingError::TooLarge(_) => Fault::BodyTooLarge,
        FramingError::NoLength(_) => {
            let fault = message.content_length().err();
            Fault::Header(fault.unwrap_or(HeaderError::Missing(HeaderName::ContentLength)))
        }
    };
    silence_or_answer(message, fault)
}

fn silence_or_answer(message: Message, fault: Fault) -> Verdict {
    let silence = match message.method() {
        None => Silence::Response(fault),
        Some(Method::Ack) => Silence::Ack(fault),
        Some(_) if !can_be_answered(&message) => Silence::NoVia(fault),
        Some(_) => return Verdict::Refuse(message, fault),
    };
    Verdict::Ignore(silence)
}

/// Returns whether the topmost Via can be read up to its sent-by. Broken parameters do not stand in
/// the way: the answer then goes where the request came from.
fn can_be_answered(message: &Message) -> bool {
    let Some(header) = message.header(HeaderName::Via) else { return false };
    let text = header.text();
    let end = text.find([';', ',']).unwrap_or(text.len());
    Via::parse(text.slice(0..end)).is_ok()
}

fn is_stun(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| *first < 4) && bytes.get(4..8) == Some(&[0x21, 0x12, 0xa4, 0x42])
}

/// Writes the answer to a refused request, with the headers that the fault wants (RFC 3261 §8.2),
/// still to be finished.
pub fn refuse(request: &Message, fault: &Fault, to_tag: &str, policy: &Policy<'_>) -> ResponseBuilder {
    let mut response = ResponseBuilder::new(request, fault.status(), Some(&fault.reason()), Some(to_tag));
    match fault {
        Fault::Extension(tags) => {
            let tags: Vec<&str> = tags.iter().map(|tag| tag.as_str()).collect();
            response = response.header(HeaderName::Unsupported, tags.join(", "));
        }
        Fault::Method => {
            let methods: Vec<&str> = policy.allowed.iter().map(Method::as_str).collect();
            response = response.header(HeaderName::Allow, methods.join(", "));
        }
        // Nothing is unpacked here (RFC 3261 §8.2.3).
        Fault::Encoding => response = response.header(HeaderName::AcceptEncoding, "identity"),
        _ => {}
    }
    response
}
