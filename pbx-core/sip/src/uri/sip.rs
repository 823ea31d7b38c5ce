//! A SIP or SIPS URI (RFC 3261 §19.1.1).

use super::Host;
use super::escape::unescape;
use crate::params::Params;
use crate::text::{Span, Text};
use std::borrow::Cow;

/// `sip:user:password@host:port;uri-parameters?headers`, with the places of its parts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SipUri {
    pub(super) text: Text,
    pub(super) secure: bool,
    pub(super) user: Option<Span>,
    pub(super) password: Option<Span>,
    pub(super) host: Span,
    pub(super) port: Option<u16>,
    pub(super) params: Span,
    pub(super) headers: Option<Span>,
}

impl SipUri {
    /// Returns the URI as it was written.
    pub const fn text(&self) -> &Text {
        &self.text
    }

    /// Returns whether the scheme is `sips:`.
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Returns the user part as written, with escapes.
    pub fn user(&self) -> Option<&str> {
        self.user.map(|span| span.get(&self.text))
    }

    /// Returns the user part without escapes. Bytes that are not UTF-8 become replacement
    /// characters.
    pub fn user_unescaped(&self) -> Option<Cow<'_, str>> {
        self.user().map(unescape)
    }

    /// Returns the password as written.
    pub fn password(&self) -> Option<&str> {
        self.password.map(|span| span.get(&self.text))
    }

    /// Returns the host.
    pub fn host(&self) -> Host<'_> {
        let host = self.host.get(&self.text);
        Host::parse(host).unwrap_or(Host::Name(host))
    }

    /// Returns the port, if it is written.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns the parameters.
    pub fn params(&self) -> Params<'_> {
        Params::new(self.params.get(&self.text))
    }

    /// Returns the `transport` parameter as written.
    pub fn transport(&self) -> Option<&str> {
        self.params().value("transport")
    }

    /// Returns whether it is a loose route (RFC 3261 §19.1.1 `lr`).
    pub fn is_loose_route(&self) -> bool {
        self.params().has("lr")
    }

    /// Returns what follows `?`, as written.
    pub fn headers(&self) -> Option<&str> {
        self.headers.map(|span| span.get(&self.text))
    }

    /// Makes a copy that no longer shares the message's buffer.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { text: self.text.detached(), ..*self }
    }
}
