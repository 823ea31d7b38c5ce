//! `"Display name" <uri>;params`: the value of From, To, Contact, Route and their like (RFC 3261 §20.10, §25.1).

use crate::error::Malformed;
use crate::grammar::{cut, find, is_space, is_token, is_token_char, part, quoted_end, trim};
use crate::params::{Params, unquote};
use crate::text::{Span, Text};
use crate::uri::Uri;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// An address with its display name and header parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameAddr {
    text: Text,
    display: Span,
    uri: Uri,
    params: Span,
    tag: Option<Span>,
}

impl NameAddr {
    /// Reads `name-addr` or `addr-spec`, with parameters.
    ///
    /// # Errors
    /// When it breaks the grammar, or a bare address has a comma, semicolon or question mark that needs `<>` (§20.10).
    pub fn parse(text: impl Into<Text>) -> Result<Self, Malformed> {
        let text = text.into();
        let all = trim(text.as_str());
        let (display, address, params) = if all.starts_with('"') {
            let end = quoted_end(all).ok_or(Malformed("quoted display name has no closing quote"))?;
            let (display, rest) = all.split_at(end);
            let rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
            let rest = rest.strip_prefix('<').ok_or(Malformed("display name is not followed by <"))?;
            let (address, params) = bracketed(rest)?;
            (display, address, params)
        } else if let Some((display, rest)) = cut(all, b'<') {
            let display = trim(display);
            if !display.bytes().all(|b| is_token_char(b) || is_space(b) || b >= 0x80) {
                return Err(Malformed("display name has a character that needs quotes"));
            }
            let (address, params) = bracketed(rest)?;
            (display, address, params)
        } else {
            bare(all)?
        };
        let whole = text.as_str();
        let mut tag = None;
        Params::each(params, |param| {
            if param.name.eq_ignore_ascii_case("tag") {
                tag = param.value.map(|value| Span::of(whole, value));
            }
        })?;
        let (display, address) = (Span::of(whole, display), Span::of(whole, address));
        let params = Span::of(whole, params);
        let uri = Uri::parse(text.slice(address.range()))?;
        Ok(Self { display, uri, params, tag, text })
    }

    /// Makes `"Display" <uri>`.
    pub fn new(display: Option<&str>, uri: &Uri) -> Result<Self, Malformed> {
        match display.filter(|name| !name.is_empty()) {
            Some(name) => Self::parse(format!("{} <{uri}>", crate::params::quote(name))),
            None => Self::parse(format!("<{uri}>")),
        }
    }

    /// A copy with `;name=value` at its end.
    ///
    /// # Errors
    /// When name or value may not stand there.
    pub fn with_param(&self, name: &str, value: Option<&str>) -> Result<Self, Malformed> {
        if !is_token(name) || value.is_some_and(|value| value.bytes().any(|b| matches!(b, b'\r' | b'\n' | 0))) {
            return Err(Malformed("parameter would break its line"));
        }
        let head = self.bracketed();
        let text = match value {
            Some(value) => format!("{head};{name}={value}"),
            None => format!("{head};{name}"),
        };
        let made = Self::parse(text)?;
        let count = self.params().iter().count() + 1;
        if made.params().iter().count() == count { Ok(made) } else { Err(Malformed("not one parameter")) }
    }

    /// The text with the address in `<>`, so that a parameter that is appended belongs to the header and not to the
    /// address.
    pub(crate) fn bracketed(&self) -> Cow<'_, str> {
        if find(&self.text, b'<').is_some() {
            return Cow::Borrowed(&self.text);
        }
        Cow::Owned(format!("<{}>{}", self.uri, self.params().as_str()))
    }

    /// The value as it was written.
    pub const fn text(&self) -> &Text {
        &self.text
    }

    /// The display name without quotes and escapes; `None` where there is none.
    pub fn display_name(&self) -> Option<Cow<'_, str>> {
        let display = self.display.get(&self.text);
        (!display.is_empty()).then(|| unquote(display))
    }

    /// The address.
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The header parameters.
    pub fn params(&self) -> Params<'_> {
        Params::new(self.params.get(&self.text))
    }

    /// The `tag` of a From or To (RFC 3261 §19.3).
    pub fn tag(&self) -> Option<&str> {
        self.tag.map(|tag| tag.get(&self.text))
    }

    /// The `expires` of a Contact, in seconds; `None` where it is absent or not a number (RFC 3261 §10.3 step 7).
    /// A number too large for 32 bits reads as 2³²−1 (§20.19).
    pub fn expires(&self) -> Option<u32> {
        self.params().value("expires").and_then(crate::header::seconds)
    }

    /// The `q` of a Contact in thousandths; 1000 where it is absent or broken.
    pub fn q(&self) -> u16 {
        self.params().value("q").and_then(crate::header::thousandths).unwrap_or(1000)
    }

    /// The `+sip.instance` of a Contact without quotes (RFC 5626 §4.1), such as `<urn:uuid:…>`.
    pub fn instance(&self) -> Option<Cow<'_, str>> {
        self.params().unquoted("+sip.instance")
    }

    /// A copy that no longer shares the message's buffer.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { text: self.text.detached(), uri: self.uri.detached(), ..*self }
    }
}

/// What stands after `<`: the address and what follows `>`.
fn bracketed(rest: &str) -> Result<(&str, &str), Malformed> {
    let (address, params) = cut(rest, b'>').ok_or(Malformed("address has no closing >"))?;
    Ok((address, trim(params)))
}

/// An address without brackets: its parameters are the header's.
fn bare(all: &str) -> Result<(&str, &str, &str), Malformed> {
    let (address, params) = part(all, b';');
    let address = trim(address);
    if address.bytes().any(|b| matches!(b, b'?' | b',')) {
        return Err(Malformed("address with a question mark or comma needs < and >"));
    }
    Ok(("", address, params))
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for NameAddr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for NameAddr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Text::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
