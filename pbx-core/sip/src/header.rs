//! Small typed header values: CSeq, numbers, media types, reasons.

use crate::error::Malformed;
use crate::grammar::{is_token, number, part, quoted_end, split_outside, trim};
use crate::method::Method;
use crate::params::{Params, readable};
use crate::text::{Span, Text};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// CSeq (RFC 3261 §20.16).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct CSeq {
    /// The sequence number, below 2³¹ (§8.1.1.5).
    pub number: u32,
    /// The method, as in the request line.
    pub method: Method,
}

impl CSeq {
    /// Reads `number LWS method`.
    ///
    /// # Errors
    /// When it is something else, or the number is not below 2³¹.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let fault = Malformed("CSeq is not a number and a method");
        let text = trim(text);
        let (digits, method) = text.split_once([' ', '\t']).ok_or(fault)?;
        let number: u32 = number(digits).filter(|n| *n < 1 << 31).ok_or(Malformed("CSeq number is not below 2^31"))?;
        Ok(Self { number, method: Method::parse(trim(method)).map_err(|_| fault)? })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}

/// Digits as seconds; too large for 32 bits reads as 2³²−1 (RFC 3261 §20.19); `None` for what is
/// not digits.
pub(crate) fn seconds(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u32::MAX))
}

/// Reads a `qvalue` in thousandths (RFC 3261 §25.1): `0`…`1` with at most three decimals.
pub(crate) fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let decimals = if decimals.is_empty() { 0 } else { number::<u16>(&format!("{decimals:0<3}"))? };
    match (whole, decimals) {
        ("0", decimals) => Some(decimals),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

/// Retry-After (RFC 3261 §20.33): seconds, then perhaps a comment and parameters.
pub(crate) fn retry_after(text: &str) -> Result<u32, Malformed> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let delay = seconds(digits).ok_or(Malformed("Retry-After is not a number of seconds"))?;
    match rest.trim_start().bytes().next() {
        None | Some(b'(' | b';') => Ok(delay),
        Some(_) => Err(Malformed("Retry-After is not a number of seconds")),
    }
}

/// Content-Type or one range of Accept: `type/subtype;params` (RFC 3261 §20.15).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MediaType {
    text: Text,
    kind: Span,
    subtype: Span,
    params: Span,
}

impl MediaType {
    /// Reads one value.
    ///
    /// # Errors
    /// When type or subtype is not a token.
    pub fn parse(text: impl Into<Text>) -> Result<Self, Malformed> {
        let text = text.into();
        let all = text.as_str();
        let at = all.find(';').unwrap_or(all.len());
        let (essence, params) = all.split_at(at);
        let (kind, subtype) = essence.split_once('/').ok_or(Malformed("media type has no subtype"))?;
        let (kind, subtype) = (trim(kind), trim(subtype));
        if !is_token(kind) || !is_token(subtype) {
            return Err(Malformed("media type is not two tokens"));
        }
        Params::check(params)?;
        let (kind, subtype, params) = (Span::of(all, kind), Span::of(all, subtype), Span::of(all, params));
        Ok(Self { kind, subtype, params, text })
    }

    /// Reads what can be read of a broken value: the parameters each by itself.
    ///
    /// # Errors
    /// When type or subtype is not a token.
    pub fn repaired(text: &str) -> Result<Self, Malformed> {
        let (essence, params) = part(text, b';');
        Self::parse([essence, &readable(params)].concat())
    }

    /// Returns the type, such as `application`.
    pub fn kind(&self) -> &str {
        self.kind.get(&self.text)
    }

    /// Returns the subtype, such as `sdp`.
    pub fn subtype(&self) -> &str {
        self.subtype.get(&self.text)
    }

    /// Returns the parameters, such as `boundary`.
    pub fn params(&self) -> Params<'_> {
        Params::new(self.params.get(&self.text))
    }

    /// Returns the `q` parameter in thousandths, 0–1000; 1000 where it is absent (RFC 3261 §20.1).
    pub fn q(&self) -> u16 {
        self.params().value("q").and_then(thousandths).unwrap_or(1000)
    }

    /// Returns whether it is `kind/subtype`, without case.
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind().eq_ignore_ascii_case(kind) && self.subtype().eq_ignore_ascii_case(subtype)
    }
}

/// One value of a Reason header (RFC 3326): `SIP;cause=200;text="Call completed elsewhere"`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    text: Text,
    params: Span,
}

impl Reason {
    /// Reads one value.
    ///
    /// # Errors
    /// When the protocol is not a token or the parameters are broken.
    pub fn parse(text: impl Into<Text>) -> Result<Self, Malformed> {
        let text = text.into();
        let all = text.as_str();
        let at = all.find(';').unwrap_or(all.len());
        let (protocol, params) = all.split_at(at);
        if !is_token(trim(protocol)) {
            return Err(Malformed("protocol of Reason is not a token"));
        }
        Params::check(params)?;
        Ok(Self { params: Span::of(all, params), text })
    }

    /// Returns the protocol: `SIP`, `Q.850` or another.
    pub fn protocol(&self) -> &str {
        trim(self.text.get(..self.params.start as usize).unwrap_or_default())
    }

    /// Returns the `cause` parameter, a number of that protocol.
    pub fn cause(&self) -> Option<u16> {
        Params::new(self.params.get(&self.text)).value("cause").and_then(number)
    }

    /// Returns the `text` parameter, for a person, without quotes.
    pub fn words(&self) -> Option<Cow<'_, str>> {
        Params::new(self.params.get(&self.text)).unquoted("text")
    }
}

/// One value of the Authorization and WWW-Authenticate family (RFC 3261 §20.7, §20.44): a scheme
/// and its parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Auth {
    text: Text,
    scheme: Span,
    params: Span,
}

impl Auth {
    /// Reads one value.
    ///
    /// # Errors
    /// When there is no scheme, or what follows is not a list of `name=value`.
    pub fn parse(text: impl Into<Text>) -> Result<Self, Malformed> {
        let text = text.into();
        let all = trim(text.as_str());
        let (scheme, params) = all.split_once([' ', '\t', '\r', '\n']).unwrap_or((all, ""));
        if !is_token(scheme) {
            return Err(Malformed("authentication scheme is not a token"));
        }
        for piece in split_outside(params, b',').filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').ok_or(Malformed("authentication parameter has no value"))?;
            let value = trim(value);
            let fine = if value.starts_with('"') { quoted_end(value) == Some(value.len()) } else { !value.is_empty() };
            if !is_token(trim(name)) || !fine {
                return Err(Malformed("authentication parameter is not name=value"));
            }
        }
        let (scheme, params) = (Span::of(&text, scheme), Span::of(&text, params));
        Ok(Self { scheme, params, text })
    }

    /// Returns the scheme, such as `Digest`; schemes compare without case.
    pub fn scheme(&self) -> &str {
        self.scheme.get(&self.text)
    }

    /// Names and values in their order, values as written.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        split_outside(self.params.get(&self.text), b',')
            .filter_map(|piece| piece.split_once('='))
            .map(|(name, value)| (trim(name), trim(value)))
    }

    /// Returns the first value of that name as written.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns the first value of that name without quotes and backslashes.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.raw(name).map(crate::params::unquote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cseq_takes_leading_zeros_and_any_space() {
        let cseq = CSeq::parse("0009 \t INVITE").unwrap();
        assert_eq!((cseq.number, cseq.method), (9, Method::Invite));
        for broken in ["36893488147419103232 REGISTER", "2147483648 INVITE", "INVITE", "1", "-1 INVITE", "1 IN VITE"] {
            assert!(CSeq::parse(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn q_is_read_in_thousandths() {
        assert_eq!(thousandths("0.5"), Some(500));
        assert_eq!(thousandths("1.000"), Some(1000));
        assert_eq!(thousandths("0"), Some(0));
        for broken in ["1.1", "2", "0.1234", "-0.1", "x", ""] {
            assert_eq!(thousandths(broken), None, "{broken}");
        }
    }

    #[test]
    fn seconds_beyond_32_bits_are_the_most_there_is() {
        assert_eq!(seconds("3600"), Some(3600));
        assert_eq!(seconds("100000000000000000000"), Some(u32::MAX));
        assert_eq!(seconds("1h"), None);
    }

    #[test]
    fn authentication_parameters_keep_commas_in_quotes() {
        let auth = Auth::parse(r#"Digest realm="a, \"b\"", qop=auth,nc=00000001 , uri="sip:x;a=b""#).unwrap();
        assert_eq!(auth.scheme(), "Digest");
        assert_eq!(auth.get("Realm").unwrap(), "a, \"b\"");
        assert_eq!(auth.get("uri").unwrap(), "sip:x;a=b");
        assert_eq!(auth.raw("nc"), Some("00000001"));
        assert!(Auth::parse("Digest realm").is_err());
    }

    #[test]
    fn reason_tells_cause_and_words() {
        let reason = Reason::parse(r#"SIP ;cause=200 ;text="Call completed elsewhere""#).unwrap();
        assert_eq!((reason.protocol(), reason.cause()), ("SIP", Some(200)));
        assert_eq!(reason.words().unwrap(), "Call completed elsewhere");
    }
}
