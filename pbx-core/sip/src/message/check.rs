//! The grammar of each header that we read, in one table: the gate asks it of the headers that a
//! message needs (`header_class`), the builder of all that goes out.

use crate::error::Malformed;
use crate::grammar::{is_token, number, split_outside};
use crate::header::{Auth, CSeq, MediaType, Reason, retry_after, seconds, thousandths};
use crate::header_name::HeaderName;
use crate::name_addr::NameAddr;
use crate::text::{Span, Text};
use crate::via::Via;

/// Returns whether at most one header line of that name, with one value, may be in a message (RFC
/// 3261 §7.3.1, table 2).
pub(crate) const fn is_single(name: HeaderName) -> bool {
    use HeaderName as H;
    matches!(
        name,
        H::From
            | H::To
            | H::CallId
            | H::Cseq
            | H::MaxForwards
            | H::Expires
            | H::MinExpires
            | H::RetryAfter
            | H::ContentLength
            | H::ContentType
            | H::Event
            | H::ReferTo
    )
}

/// Checks one header's value (unfolded).
pub(crate) fn check(name: HeaderName, text: &Text) -> Result<(), Malformed> {
    use HeaderName as H;
    match name {
        H::Via => list(text, |value| Via::parse(value).map(drop)),
        H::From | H::To | H::ReferTo | H::ReplyTo => NameAddr::parse(text.clone()).map(drop),
        H::Contact if text == "*" => Ok(()),
        H::Contact => list(text, contact),
        H::Route | H::RecordRoute | H::Path | H::ServiceRoute => list(text, route),
        H::PAssertedIdentity | H::PPreferredIdentity => list(text, |value| NameAddr::parse(value).map(drop)),
        H::CallId => call_id(text),
        H::Cseq => CSeq::parse(text).map(drop),
        H::MaxForwards => digits::<u8>(text, "Max-Forwards is not in 0-255"),
        H::ContentLength => digits::<u32>(text, "not a length in bytes"),
        H::MinExpires | H::SessionExpires | H::MinSe => first_seconds(text),
        H::RetryAfter => retry_after(text).map(drop),
        H::ContentType => MediaType::parse(text.clone()).map(drop),
        H::Accept => list(text, |value| MediaType::parse(value).map(drop)),
        H::Require | H::Supported | H::ProxyRequire | H::Unsupported | H::Allow | H::AllowEvents => tokens(text),
        H::Authorization | H::ProxyAuthorization | H::WwwAuthenticate | H::ProxyAuthenticate => {
            Auth::parse(text.clone()).map(drop)
        }
        H::Reason => list(text, |value| Reason::parse(value).map(drop)),
        // Expires is not among them: a broken one reads as an hour where it matters (RFC 3261
        // §10.2.1.1), and is no fault of an INVITE.
        _ => Ok(()),
    }
}

fn list(text: &Text, read: impl Fn(Text) -> Result<(), Malformed>) -> Result<(), Malformed> {
    split_outside(text, b',')
        .filter(|part| !part.is_empty())
        .try_for_each(|part| read(text.slice(Span::of(text, part).range())))
}

fn tokens(text: &str) -> Result<(), Malformed> {
    let fine = split_outside(text, b',').all(|value| value.is_empty() || is_token(value));
    if fine { Ok(()) } else { Err(Malformed("not a list of tokens")) }
}

fn contact(value: Text) -> Result<(), Malformed> {
    let contact = NameAddr::parse(value)?;
    match contact.params().value("q") {
        Some(q) if thousandths(q).is_none() => Err(Malformed("q is not a number from 0 to 1")),
        _ => Ok(()),
    }
}

fn route(value: Text) -> Result<(), Malformed> {
    let in_brackets = value.contains('<');
    NameAddr::parse(value)?;
    if in_brackets { Ok(()) } else { Err(Malformed("a route needs < and >")) }
}

/// Checks for `word[@word]` (RFC 3261 §25.1 `callid`).
pub(crate) fn call_id(text: &str) -> Result<(), Malformed> {
    let fine = |word: &str| !word.is_empty() && word.bytes().all(crate::grammar::is_word_char);
    let (left, right) = text.split_once('@').map_or((text, None), |(left, right)| (left, Some(right)));
    if fine(left) && right.is_none_or(fine) { Ok(()) } else { Err(Malformed("Call-ID is not a word")) }
}

fn digits<T: std::str::FromStr>(text: &str, fault: &'static str) -> Result<(), Malformed> {
    number::<T>(text).map(drop).ok_or(Malformed(fault))
}

fn first_seconds(text: &str) -> Result<(), Malformed> {
    let digits = split_outside(text, b';').next().unwrap_or_default();
    seconds(digits).map(drop).ok_or(Malformed("not a number of seconds"))
}
