//! Addresses: SIP and SIPS URIs (RFC 3261 §19.1), tel URIs (RFC 3966), and others kept as they are.

mod build;
mod compare;
pub mod escape;
mod host;
mod parse;
mod sip;
mod tel;

pub use build::SipUriBuilder;
pub use host::Host;
pub use sip::SipUri;
pub use tel::TelUri;

use crate::text::Text;
use std::fmt;

/// An address. `==` compares letters; [`Uri::is_equivalent`] compares as RFC 3261 §19.1.4 wants.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Uri {
    /// `sip:` or `sips:`.
    Sip(SipUri),
    /// `tel:`.
    Tel(TelUri),
    /// Any other scheme, as written.
    Other(Text),
}

impl Uri {
    /// Returns the address as it was written.
    pub fn as_str(&self) -> &str {
        self.text().as_str()
    }

    /// Returns the address as it was written, as text that shares the message's buffer.
    pub const fn text(&self) -> &Text {
        match self {
            Self::Sip(uri) => uri.text(),
            Self::Tel(uri) => uri.text(),
            Self::Other(text) => text,
        }
    }

    /// Returns the scheme as written, without its colon.
    pub fn scheme(&self) -> &str {
        self.as_str().split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// Returns the SIP or SIPS URI; `None` for another scheme.
    pub const fn as_sip(&self) -> Option<&SipUri> {
        match self {
            Self::Sip(uri) => Some(uri),
            _ => None,
        }
    }

    /// Returns the tel URI; `None` for another scheme.
    pub const fn as_tel(&self) -> Option<&TelUri> {
        match self {
            Self::Tel(uri) => Some(uri),
            _ => None,
        }
    }

    /// Reads whom the URI names: the user of a SIP URI, unescaped; of others what stands behind the
    /// scheme.
    pub fn addressee(&self) -> String {
        match self {
            Self::Sip(uri) => uri.user_unescaped().map(std::borrow::Cow::into_owned).unwrap_or_default(),
            Self::Tel(_) | Self::Other(_) => self.as_str().split_once(':').map_or("", |(_, rest)| rest).to_owned(),
        }
    }

    /// Returns whether it is the URN of the emergency services, `urn:service:sos`, or of one of
    /// them, such as `urn:service:sos.fire` (RFC 5031 §4.2): what phones send that know a call for
    /// help from others. Labels are compared without case (§3).
    pub fn is_sos(&self) -> bool {
        const SOS: &str = "urn:service:sos";
        let Self::Other(text) = self else { return false };
        let (head, rest) = text.split_at_checked(SOS.len()).unwrap_or_default();
        head.eq_ignore_ascii_case(SOS) && (rest.is_empty() || rest.starts_with('.'))
    }

    /// Makes a copy that no longer shares the message's buffer.
    #[must_use]
    pub fn detached(&self) -> Self {
        match self {
            Self::Sip(uri) => Self::Sip(uri.detached()),
            Self::Tel(uri) => Self::Tel(uri.detached()),
            Self::Other(text) => Self::Other(text.detached()),
        }
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<SipUri> for Uri {
    fn from(uri: SipUri) -> Self {
        Self::Sip(uri)
    }
}
