//! What a message brings as its session description: the body, or the part of it that is one (RFC 5621).

use super::session::Unfit;
use bytes::Bytes;
use pbx_sip::{HeaderName, MediaType, Message};

/// The session description of a message, if it brings one.
///
/// # Errors
/// 415 of a body in words that nobody here knows, unless its sender says that it may be left out (RFC 3261 §20.11).
pub(super) fn description(message: &Message) -> Result<Option<Bytes>, Unfit> {
    let body = message.body();
    if body.is_empty() {
        return Ok(None);
    }
    let Some(kind) = message.header(HeaderName::ContentType) else { return Ok(Some(body)) };
    let Ok(kind) = MediaType::parse(&*kind.value()) else { return Err(Unfit { code: 415 }) };
    if is_description(&kind) {
        return Ok(Some(body));
    }
    match part_of(&kind, &body) {
        Some(part) => Ok(Some(part)),
        None if may_be_left_out(message) => Ok(None),
        None => Err(Unfit { code: 415 }),
    }
}

fn is_description(kind: &MediaType) -> bool {
    kind.is("application", "sdp")
}

fn may_be_left_out(message: &Message) -> bool {
    let disposition = message.header(HeaderName::ContentDisposition);
    disposition.is_some_and(|header| {
        let value = header.value().to_ascii_lowercase();
        value.split(';').skip(1).any(|param| param.split_whitespace().collect::<String>() == "handling=optional")
    })
}

/// The part of a multipart body (RFC 2046 §5.1) that is a session description.
fn part_of(kind: &MediaType, body: &Bytes) -> Option<Bytes> {
    if !kind.kind().eq_ignore_ascii_case("multipart") {
        return None;
    }
    let boundary = kind.params().value("boundary")?;
    let delimiter = format!("--{}", boundary.trim_matches('"'));
    let text = std::str::from_utf8(body).ok()?;
    let part = text.split(&*delimiter).skip(1).find_map(|part| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        let is_one = |line: &str| {
            let (name, value) = line.split_once(':')?;
            let named = ["content-type", "c"].iter().any(|known| name.trim().eq_ignore_ascii_case(known));
            MediaType::parse(value.trim()).ok().filter(|kind| named && is_description(kind))
        };
        head.lines().any(|line| is_one(line).is_some()).then_some(content)
    })?;
    Some(body.slice_ref(part.as_bytes()))
}
