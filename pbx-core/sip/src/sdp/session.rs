//! A session description as it was written.

use super::Address;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The `o=` line (RFC 8866 §5.2). A number that can't be read is 0.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The user name, or `-`.
    pub user: String,
    /// The session's id, `sess-id`.
    pub id: u64,
    /// The version, `sess-version`: rises by one with each change.
    pub version: u64,
    /// The address of the host that made the session.
    pub address: Address,
}

/// An `a=` line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attribute {
    /// The name, before the colon.
    pub name: String,
    /// The value, after the colon; `None` for a flag.
    pub value: Option<String>,
}

/// An `m=` line and what belongs to it (RFC 8866 §5.14).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Media {
    /// `audio`, `video` or another.
    pub kind: String,
    /// The port; 0: refused or over.
    pub port: u16,
    /// `RTP/AVP` or another.
    pub protocol: String,
    /// The formats: payload numbers, for RTP.
    pub formats: Vec<String>,
    /// The `c=` line of this media line.
    pub connection: Option<Address>,
    /// The attributes of this media line.
    pub attributes: Vec<Attribute>,
}

/// A session description. Lines that nobody here needs are not kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Session {
    /// The `o=` line: who made the session.
    pub origin: Origin,
    /// The `c=` line for all media that have none of their own.
    pub connection: Option<Address>,
    /// The attributes of the whole session.
    pub attributes: Vec<Attribute>,
    /// The media, in their order.
    pub media: Vec<Media>,
}

impl Session {
    /// With an address in the place of every host name: where its signalling came from is the best
    /// that is known without asking anybody. Most phones that write a name write their own.
    #[must_use]
    pub fn with_names_at(mut self, address: IpAddr) -> Self {
        let media = self.media.iter_mut().filter_map(|media| media.connection.as_mut());
        for named in media.chain(self.connection.as_mut()).chain([&mut self.origin.address]) {
            if matches!(named, Address::Name(_)) {
                *named = address.into();
            }
        }
        self
    }
}

impl Attribute {
    /// Makes `a=name:value`.
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: Some(value.into()) }
    }

    /// Makes `a=name`.
    pub fn flag(name: &str) -> Self {
        Self { name: name.to_owned(), value: None }
    }
}

impl Media {
    /// Returns the value of the first attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.name == name).and_then(|a| a.value.as_deref())
    }

    /// Returns whether it is audio over plain RTP (`RTP/AVP`, `RTP/AVPF`), which is all that a leg
    /// can do.
    pub fn is_plain_audio(&self) -> bool {
        let plain = ["RTP/AVP", "RTP/AVPF"].iter().any(|protocol| self.protocol.eq_ignore_ascii_case(protocol));
        self.kind.eq_ignore_ascii_case("audio") && plain
    }

    /// Makes a copy of the media line, refused (RFC 3264 §6).
    pub(super) fn refused(&self) -> Self {
        let formats = if self.formats.is_empty() { vec!["0".to_owned()] } else { self.formats.clone() };
        let (kind, protocol) = (self.kind.clone(), self.protocol.clone());
        Self { kind, port: 0, protocol, formats, connection: None, attributes: Vec::new() }
    }
}
