//! The order in which a well-split message is looked at (RFC 3261 §8.2, §16.3, §18).

use super::{Fault, MAX_HEAD_BYTES, MAX_URI_BYTES, MAX_VIAS, Policy};
use crate::error::{HeaderError, Malformed};
use crate::grammar::split_outside;
use crate::header_class::{HeaderSet, needed_in};
use crate::header_name::HeaderName;
use crate::message::check::{check, is_single};
use crate::message::{Header, Message};
use crate::method::Method;
use crate::text::Text;
use crate::uri::Uri;

/// Finds the first fault of a message; `None` if it has none. A follow-up is checked only for whose
/// it is.
pub(super) fn fault_of(message: &Message, policy: &Policy<'_>) -> Option<Fault> {
    let asks = |check: fn(&Message) -> Result<(), Fault>| if message.is_follow_up() { Ok(()) } else { check(message) };
    size(message)
        .and_then(|()| method(message, policy))
        .and_then(|()| asks(address))
        .and_then(|()| headers(message))
        .and_then(|()| sequence(message))
        .and_then(|()| body(message))
        .and_then(|()| asks(encoding))
        .and_then(|()| extensions(message, policy))
        .and_then(|()| asks(acceptance))
        .err()
}

fn size(message: &Message) -> Result<(), Fault> {
    let head = message.as_bytes().len().saturating_sub(message.body().len());
    if message.uri_text().is_some_and(|uri| uri.len() > MAX_URI_BYTES) {
        return Err(Fault::UriTooLong);
    }
    if head > MAX_HEAD_BYTES {
        return Err(Fault::HeadTooLong);
    }
    if vias(message) > MAX_VIAS { Err(Fault::TooManyVias) } else { Ok(()) }
}

/// Counts the Vias: one line may hold several.
fn vias(message: &Message) -> usize {
    let values = |header: Header<'_>| match memchr::memchr(b',', header.value().as_bytes()) {
        None => 1,
        Some(_) => split_outside(&header.value(), b',').count(),
    };
    message.headers_of(HeaderName::Via).map(values).sum()
}

/// Checks the method, before all else: a 501 tells an unknown method from a broken one (RFC 4475
/// §3.1.2.18).
fn method(message: &Message, policy: &Policy<'_>) -> Result<(), Fault> {
    match message.method() {
        Some(method) if !policy.methods.contains(method) => Err(Fault::Method),
        _ => Ok(()),
    }
}

fn address(message: &Message) -> Result<(), Fault> {
    match message.uri() {
        Ok(Uri::Sip(uri)) if uri.headers().is_some() => Err(Fault::Uri(Malformed("headers are not allowed here"))),
        Ok(Uri::Sip(_) | Uri::Tel(_)) => Ok(()),
        Ok(uri) if uri.is_sos() && message.is(&Method::Invite) => Ok(()),
        Ok(Uri::Other(_)) => Err(Fault::Scheme),
        Err(HeaderError::RequestUri(fault)) => Err(Fault::Uri(fault)),
        Err(fault) => Err(Fault::Header(fault)),
    }
}

/// Checks the headers that every message must have (RFC 3261 §8.1.1), and each that this one needs
/// in its grammar, none twice that may be there once. Max-Forwards may be missing: RFC 2543 did not
/// have it (§16.3).
fn headers(message: &Message) -> Result<(), Fault> {
    use HeaderName as H;
    let mut there = HeaderSet::default();
    message.headers().for_each(|header| there.add(header.name()));
    for name in [H::Via, H::From, H::To, H::CallId, H::Cseq] {
        if !there.has(name) {
            return Err(Fault::Header(HeaderError::Missing(name)));
        }
    }
    let (needed, mut seen) = (needed_in(message), HeaderSet::default());
    for header in message.headers().filter(|header| needed.has(header.name())) {
        let name = header.name();
        if seen.has(name) && is_single(name) {
            return Err(Fault::Header(HeaderError::Repeated(name)));
        }
        seen.add(name);
        well_formed(message, &header).map_err(Fault::Header)?;
    }
    Ok(())
}

/// Checks a header by its grammar. A header whose typed value the message caches is read through
/// the cache, so that it is parsed once.
fn well_formed(message: &Message, header: &Header<'_>) -> Result<(), HeaderError> {
    use HeaderName as H;
    match header.name() {
        // Of a follow-up the topmost one decides where it goes.
        H::Via if message.is_follow_up() || is_the_only_via(message, header) => message.via().map(drop),
        H::From => message.from_addr().map(drop),
        H::To => message.to_addr().map(drop),
        H::Cseq => message.cseq().map(drop),
        H::Contact => message.contacts().map(drop),
        name => check(name, &header.text()).map_err(|fault| HeaderError::Malformed(name, fault)),
    }
}

fn is_the_only_via(message: &Message, header: &Header<'_>) -> bool {
    memchr::memchr(b',', header.value().as_bytes()).is_none() && message.headers_of(HeaderName::Via).count() == 1
}

fn sequence(message: &Message) -> Result<(), Fault> {
    let cseq = message.cseq().map_err(Fault::Header)?;
    match message.method() {
        Some(method) if *method != cseq.method => Err(Fault::CseqMethod),
        _ => Ok(()),
    }
}

/// Checks the body: one that is cut costs a request that asks, and a response (RFC 3261 §18.3); of
/// ACK, BYE and CANCEL the head says what there is to say.
fn body(message: &Message) -> Result<(), Fault> {
    let declared = match message.content_length() {
        Err(_) if message.is_follow_up() => None,
        length => length.map_err(Fault::Header)?,
    };
    let may_be_cut = message.is_request() && message.is_follow_up();
    if !may_be_cut && declared.is_some_and(|length| length as usize > message.body().len()) {
        return Err(Fault::BodyCut);
    }
    Ok(())
}

/// Checks that the body is not packed: then it can't be read.
fn encoding(message: &Message) -> Result<(), Fault> {
    if message.body().is_empty() {
        return Ok(());
    }
    let packed = |header: Header<'_>| {
        let value = header.value();
        split_outside(&value, b',').any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
    };
    if message.headers_of(HeaderName::ContentEncoding).any(packed) { Err(Fault::Encoding) } else { Ok(()) }
}

/// Require is not looked at in ACK and CANCEL (RFC 3261 §8.2.2.3).
fn extensions(message: &Message, policy: &Policy<'_>) -> Result<(), Fault> {
    if matches!(message.method(), None | Some(Method::Ack | Method::Cancel)) {
        return Ok(());
    }
    if message.header(HeaderName::Require).is_none() {
        return Ok(());
    }
    // It was found readable where it is needed, so this is a BYE's.
    let Ok(required) = message.tokens(HeaderName::Require) else { return Ok(()) };
    let known = |tag: &Text| policy.supported.iter().any(|ours| ours.eq_ignore_ascii_case(tag));
    let unknown: Vec<Text> = required.into_iter().filter(|tag| !known(tag)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(Fault::Extension(unknown)) }
}

/// Checks Accept: an INVITE without a session description in its answers comes to nothing (RFC 3261
/// §13.2.1, §21.4.7). OPTIONS may name what it likes: a description in its answer is no must
/// (§11.2), and a monitor that watches a server wants a 200.
fn acceptance(message: &Message) -> Result<(), Fault> {
    let asks = message.is(&Method::Invite);
    if asks && !message.accepts_sdp() { Err(Fault::NotAcceptable) } else { Ok(()) }
}
