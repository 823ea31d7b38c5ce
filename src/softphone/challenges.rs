//! Which of several challenges the phone answers.

use rsip::sip::prelude::{HasHeaders as _, ToTypedHeader as _};
use rsip::sip::{Header, SipMessage};
use rsip::transaction::endpoint::MessageInspector;
use rsip::transport::SipAddr;

/// Passes over challenges that `rsip` cannot read, as RFC 8760 §2.4 wants it of a client: `rsip` looks at the first alone, and does
/// not know `SHA-256` by its name.
pub(super) struct KnownChallenges;

impl MessageInspector for KnownChallenges {
    fn before_send(&self, message: SipMessage, _to: Option<&SipAddr>) -> SipMessage {
        message
    }

    fn after_received(&self, mut message: SipMessage, _from: Option<&SipAddr>) -> SipMessage {
        message.headers_mut().retain(|header| match header {
            Header::WwwAuthenticate(challenge) => challenge.typed().is_ok(),
            Header::ProxyAuthenticate(challenge) => challenge.typed().is_ok(),
            _ => true,
        });
        message
    }
}
