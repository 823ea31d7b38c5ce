//! Reading URIs.

use super::escape::{HEADER, PARAM, PASSWORD, USER, is_escaped_text};
use super::{Host, SipUri, TelUri, Uri};
use crate::error::Malformed;
use crate::grammar::{class, cut, part, run};
use crate::params::ParamNames;
use crate::text::{Span, Text};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

impl Uri {
    /// Reads an address.
    ///
    /// # Errors
    /// When it breaks the grammar of its scheme.
    pub fn parse(text: impl Into<Text>) -> Result<Self, Malformed> {
        uri(text.into())
    }
}

impl std::str::FromStr for Uri {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        Self::parse(text)
    }
}

impl Serialize for Uri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Uri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Text::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Reads any URI.
fn uri(text: Text) -> Result<Uri, Malformed> {
    let all = text.as_str();
    let (scheme, _) = cut(all, b':').ok_or(Malformed("URI has no scheme"))?;
    let rest = Span::new(scheme.len() + 1, all.len());
    if scheme.eq_ignore_ascii_case("sip") {
        return sip(text, rest, false).map(Uri::Sip);
    }
    if scheme.eq_ignore_ascii_case("sips") {
        return sip(text, rest, true).map(Uri::Sip);
    }
    if scheme.eq_ignore_ascii_case("tel") {
        return tel(text, rest).map(Uri::Tel);
    }
    let scheme_is_fine = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if !scheme_is_fine {
        return Err(Malformed("URI has no scheme"));
    }
    if all.bytes().any(|b| b <= b' ' || b >= 0x7f || matches!(b, b'<' | b'>' | b'"')) {
        return Err(Malformed("URI has a character that must be escaped"));
    }
    Ok(Uri::Other(text))
}

fn sip(text: Text, rest: Span, secure: bool) -> Result<SipUri, Malformed> {
    let all = text.as_str();
    let rest = rest.get(all);
    let (userinfo, hostpart) = match cut(rest, b'@') {
        Some((userinfo, hostpart)) => (Some(userinfo), hostpart),
        None => (None, rest),
    };
    let (user, password) = match userinfo {
        Some(info) => user_and_password(info)?,
        None => (None, None),
    };
    let (hostport, rest) = run(hostpart, &HOSTPORT);
    if rest.starts_with(|next: char| next.is_ascii_whitespace()) {
        return Err(Malformed("white space inside the URI"));
    }
    let (params, headers) = part(rest, b'?');
    let headers = headers.get(1..);
    let (host, port) = Host::split_port(hostport)?;
    Host::parse(host)?;
    check_params(params)?;
    if let Some(headers) = headers {
        check_headers(headers)?;
    }
    let span = |part| Span::of(all, part);
    let (user, password, host) = (user.map(span), password.map(span), span(host));
    let (params, headers) = (span(params), headers.map(span));
    Ok(SipUri { secure, user, password, host, port, params, headers, text })
}

/// The bytes of `host[:port]`: no white space, and none of `;`, `?` that end it.
const HOSTPORT: [bool; 256] = class!(|b| !b.is_ascii_whitespace() && !matches!(b, b';' | b'?'));

fn user_and_password(info: &str) -> Result<(Option<&str>, Option<&str>), Malformed> {
    let (user, password) = match cut(info, b':') {
        Some((user, password)) => (user, Some(password)),
        None => (info, None),
    };
    if user.is_empty() || !is_escaped_text(user, &USER) {
        return Err(Malformed("user part has a character that must be escaped"));
    }
    if !password.is_none_or(|password| is_escaped_text(password, &PASSWORD)) {
        return Err(Malformed("password has a character that must be escaped"));
    }
    Ok((Some(user), password))
}

fn check_params(params: &str) -> Result<(), Malformed> {
    if params.is_empty() {
        return Ok(());
    }
    let mut names = ParamNames::default();
    for param in params.split(';').skip(1) {
        let (name, value) = cut(param, b'=').map_or((param, None), |(name, value)| (name, Some(value)));
        if name.is_empty() || !is_escaped_text(name, &PARAM) {
            return Err(Malformed("URI parameter name has a character that must be escaped"));
        }
        if !value.is_none_or(|value| is_escaped_text(value, &PARAM)) {
            return Err(Malformed("URI parameter value has a character that must be escaped"));
        }
        names.add(name)?;
    }
    Ok(())
}

fn check_headers(headers: &str) -> Result<(), Malformed> {
    for header in headers.split('&') {
        let (name, value) = header.split_once('=').ok_or(Malformed("URI header has no value"))?;
        if name.is_empty() || !is_escaped_text(name, &HEADER) || !is_escaped_text(value, &HEADER) {
            return Err(Malformed("URI header has a character that must be escaped"));
        }
    }
    Ok(())
}

fn tel(text: Text, rest: Span) -> Result<TelUri, Malformed> {
    let all = text.as_str();
    let rest = rest.get(all);
    let (number, params) = part(rest, b';');
    let digits = number.strip_prefix('+').unwrap_or(number);
    let allowed = |b: u8| {
        b.is_ascii_digit()
            || matches!(b, b'-' | b'.' | b'(' | b')')
            || (digits.len() == number.len() && (b.is_ascii_hexdigit() || matches!(b, b'*' | b'#')))
    };
    if !digits.bytes().all(allowed) || !digits.bytes().any(|b| b.is_ascii_hexdigit() || matches!(b, b'*' | b'#')) {
        return Err(Malformed("tel URI has no telephone number"));
    }
    check_params(params)?;
    let (number, params) = (Span::of(all, number), Span::of(all, params));
    Ok(TelUri { number, params, text })
}
