//! `"Display name" <uri>;params`: the value of From, To, Contact, Route and their like (RFC 3261
//! §20.10, §25.1).

use crate::error::Malformed;
use crate::grammar::{cut, find, is_space, is_token, is_token_char, part, quoted_end, trim};
use crate::params::{Params, readable, unquote};
use crate::text::{Span, Text};
use crate::uri::Uri;
use crate::write::{breaks_line, one_line};
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
    /// When it breaks the grammar, or a bare address has a comma, semicolon or question mark that
    /// needs `<>` (§20.10).
    pub fn parse(text: impl Into<Text>) -> Result<Self, Malformed> {
        let text = text.into();
        let parts = split(trim(&text))?;
        let mut tag = None;
        Params::each(parts.params, |param| {
            if param.name.eq_ignore_ascii_case("tag") {
                tag = param.value.map(|value| Span::of(&text, value));
            }
        })?;
        Self::of(&text, parts, tag)
    }

    /// Reads a Contact, of whose parameters each stands for itself: one that can't be read is kept
    /// as it is, and costs nothing else. Its tag would mean nothing.
    ///
    /// # Errors
    /// When display name or address break the grammar.
    pub(crate) fn contact(text: Text) -> Result<Self, Malformed> {
        let parts = split(trim(&text))?;
        Self::of(&text, parts, None)
    }

    /// Reads what can be read of a broken value: the address and, each by itself, the parameters.
    /// The name is left out.
    ///
    /// # Errors
    /// When the address can't be read.
    pub(crate) fn repaired(text: &str) -> Result<Self, Malformed> {
        let (address, params) = roughly(text);
        Self::parse(format!("<{}>{}", Uri::parse(address)?, readable(params)))
    }

    /// Reads as [`Self::repaired`] does; in the place of an address that can't be read stands
    /// nobody's (RFC 3323 §4.1.1.3), for a tag may be all that matters.
    pub(crate) fn repaired_tag(text: &str) -> Result<Self, Malformed> {
        Self::repaired(text)
            .or_else(|_| Self::parse(format!("<sip:anonymous@anonymous.invalid>{}", readable(roughly(text).1))))
    }

    fn of(text: &Text, parts: AddressParts<'_>, tag: Option<Span>) -> Result<Self, Malformed> {
        let span = |part| Span::of(text, part);
        let uri = Uri::parse(text.slice(span(parts.address).range()))?;
        Ok(Self { display: span(parts.display), uri, params: span(parts.params), tag, text: text.clone() })
    }

    /// Makes `"Display" <uri>`.
    pub fn new(display: Option<&str>, uri: &Uri) -> Result<Self, Malformed> {
        match display.filter(|name| !name.is_empty()) {
            Some(name) => Self::parse(format!("{} <{uri}>", crate::params::quote(name))),
            None => Self::parse(format!("<{uri}>")),
        }
    }

    /// Makes a copy with `;name=value` at its end.
    ///
    /// # Errors
    /// When name or value may not stand there.
    pub fn with_param(&self, name: &str, value: Option<&str>) -> Result<Self, Malformed> {
        if !is_token(name) || value.is_some_and(breaks_line) {
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

    /// Returns the text with the address in `<>`, so that a parameter that is appended belongs to
    /// the header and not to the address.
    pub(crate) fn bracketed(&self) -> Cow<'_, str> {
        if find(&self.text, b'<').is_some() {
            return Cow::Borrowed(&self.text);
        }
        Cow::Owned(format!("<{}>{}", self.uri, self.params().as_str()))
    }

    /// Returns the value as it was written.
    pub const fn text(&self) -> &Text {
        &self.text
    }

    /// Returns the display name without quotes and escapes; `None` where there is none.
    pub fn display_name(&self) -> Option<Cow<'_, str>> {
        let display = self.display.get(&self.text);
        (!display.is_empty()).then(|| unquote(display))
    }

    /// Returns the address.
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the header parameters.
    pub fn params(&self) -> Params<'_> {
        Params::new(self.params.get(&self.text))
    }

    /// Returns the `tag` of a From or To (RFC 3261 §19.3).
    pub fn tag(&self) -> Option<&str> {
        self.tag.map(|tag| tag.get(&self.text))
    }

    /// Returns the `expires` of a Contact, in seconds; `None` where it is absent. What is no number
    /// reads as an hour (RFC 3261 §10.2.1.1), a number too large for 32 bits as 2³²−1 (§20.19).
    pub fn expires(&self) -> Option<u32> {
        let expires = self.params().get("expires")?;
        Some(expires.value.and_then(crate::header::seconds).unwrap_or(3600))
    }

    /// Returns the `q` of a Contact in thousandths; 1000 where it is absent or broken.
    pub fn q(&self) -> u16 {
        self.params().value("q").and_then(crate::header::thousandths).unwrap_or(1000)
    }

    /// Returns the `+sip.instance` of a Contact without quotes (RFC 5626 §4.1), such as
    /// `<urn:uuid:…>`.
    pub fn instance(&self) -> Option<Cow<'_, str>> {
        self.params().unquoted("+sip.instance")
    }

    /// Makes a copy on one line, which no longer shares the message's buffer. Spans stay as they
    /// are: what is replaced keeps its length.
    pub(crate) fn on_one_line(&self) -> Self {
        Self { text: Text::from(&*one_line(&self.text)), uri: self.uri.detached(), ..*self }
    }

    /// Makes a copy that no longer shares the message's buffer.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { text: self.text.detached(), uri: self.uri.detached(), ..*self }
    }
}

/// The parts of a value, as they stand in it.
struct AddressParts<'a> {
    display: &'a str,
    address: &'a str,
    params: &'a str,
}

fn split(all: &str) -> Result<AddressParts<'_>, Malformed> {
    let (display, rest) = if all.starts_with('"') {
        let end = quoted_end(all).ok_or(Malformed("quoted display name has no closing quote"))?;
        let (display, rest) = all.split_at(end);
        let rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        (display, rest.strip_prefix('<').ok_or(Malformed("display name is not followed by <"))?)
    } else if let Some((display, rest)) = cut(all, b'<') {
        let display = trim(display);
        if !display.bytes().all(|b| is_token_char(b) || is_space(b) || b >= 0x80) {
            return Err(Malformed("display name has a character that needs quotes"));
        }
        (display, rest)
    } else {
        return bare(all);
    };
    let (address, params) = bracketed(rest)?;
    Ok(AddressParts { display, address, params })
}

/// Splits address and parameters of a broken value, as far as that can be done.
fn roughly(text: &str) -> (&str, &str) {
    let all = trim(text);
    let name = if all.starts_with('"') { quoted_end(all).unwrap_or_default() } else { 0 };
    match all.get(name..).and_then(|rest| cut(rest, b'<')) {
        Some((_, rest)) => cut(rest, b'>').unwrap_or_else(|| part(rest, b';')),
        None => part(all, b';'),
    }
}

/// Reads what stands after `<`: the address and what follows `>`.
fn bracketed(rest: &str) -> Result<(&str, &str), Malformed> {
    let (address, params) = cut(rest, b'>').ok_or(Malformed("address has no closing >"))?;
    Ok((address, trim(params)))
}

/// Reads an address without brackets: its parameters are the header's.
fn bare(all: &str) -> Result<AddressParts<'_>, Malformed> {
    let (address, params) = part(all, b';');
    let address = trim(address);
    if address.bytes().any(|b| matches!(b, b'?' | b',')) {
        return Err(Malformed("address with a question mark or comma needs < and >"));
    }
    Ok(AddressParts { display: "", address, params })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_and_tag_of_a_broken_value_are_found() {
        for (broken, read) in [
            ("Bell, Alexander <sip:bell@h.test>;tag=43", "<sip:bell@h.test>;tag=43"),
            ("\"no end <sip:bell@h.test>;tag=43", "<sip:bell@h.test>;tag=43"),
            ("\"a <b>\" x <sip:bell@h.test>;x=;tag=43", "<sip:bell@h.test>;tag=43"),
            ("<sip:bell@h.test;tag=43", "<sip:bell@h.test>;tag=43"),
            ("sip:bell@h.test;;tag=43", "<sip:bell@h.test>;tag=43"),
            ("anonymous;tag=43", "<sip:anonymous@anonymous.invalid>;tag=43"),
            ("", "<sip:anonymous@anonymous.invalid>"),
        ] {
            assert_eq!(NameAddr::repaired_tag(broken).unwrap().text(), read, "{broken}");
        }
        assert!(NameAddr::repaired("anonymous;tag=43").is_err());
    }

    #[test]
    fn a_parameter_of_a_contact_costs_nothing_else() {
        let contact = |text: &str| NameAddr::contact(text.into()).unwrap();
        let read = contact("<sip:a@h.test>;expires=;q=7;+sip.instance=\"<urn:uuid:1>\"");
        assert_eq!((read.expires(), read.q(), read.instance().as_deref()), (Some(3600), 1000, Some("<urn:uuid:1>")));
        assert_eq!(contact("<sip:a@h.test>;x==;expires=60").expires(), Some(60));
        assert_eq!(contact("<sip:a@h.test>").expires(), None);
        assert!(NameAddr::contact("Bell, A <sip:a@h.test>".into()).is_err());
    }
}
