//! What depends on a header, and so whether one that can't be read costs its message.
//!
//! A header that routing, identity or security depends on is needed: a request in which it can't be
//! read is refused. Any other informs: one that can't be read counts as absent. ACK, BYE, CANCEL
//! and responses need only what says whose they are, for each that is lost leaves a call that
//! nobody can end (`Message::is_follow_up`).

use crate::header_name::HeaderName;
use crate::message::Message;
use crate::method::Method;

/// The messages that need a header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Needed {
    /// Every message.
    Always,
    /// Every request that is no follow-up.
    Asking,
    /// A request that makes or refreshes a dialog or a binding.
    Target,
    /// A request with a body.
    Body,
    /// SUBSCRIBE, NOTIFY and PUBLISH.
    Event,
    /// REFER.
    Refer,
    /// None.
    Never,
}

/// Headers, the messages that need them, and why.
type Row = (&'static [HeaderName], Needed, &'static str);

/// Every header that has a name here.
const TABLE: &[Row] = {
    use HeaderName as H;
    use Needed::{Always, Asking, Body, Event, Never, Refer, Target};
    &[
        (&[H::Via], Always, "answers go back by it, and it names the transaction"),
        (&[H::From, H::To, H::CallId], Always, "they name the dialog"),
        (&[H::Cseq], Always, "it names the method that is answered, and the order within a dialog"),
        (&[H::ContentLength], Asking, "where the body ends; without a readable one a datagram ends it"),
        (&[H::MaxForwards], Asking, "it ends loops"),
        (&[H::Route, H::RecordRoute, H::Path], Asking, "later requests go by them"),
        (&[H::Require, H::ProxyRequire], Asking, "what must be understood"),
        (&[H::Authorization, H::ProxyAuthorization], Asking, "who asks"),
        (&[H::Contact], Target, "where later requests go; of its parameters each stands for itself"),
        (&[H::ContentType], Body, "what the body is"),
        (&[H::ContentEncoding], Body, "how the body is packed"),
        (&[H::Event], Event, "what is subscribed to"),
        (&[H::ReferTo], Refer, "whom to call"),
        (&[H::Expires, H::MinExpires], Never, "an hour stands for one that can't be read (RFC 3261 §10.2.1.1)"),
        (&[H::SessionExpires, H::MinSe], Never, "a session without a timer is one that is not refreshed"),
        (&[H::RetryAfter], Never, "who does not know how long to wait waits as long as it likes"),
        (&[H::Accept, H::AcceptEncoding, H::AcceptLanguage, H::AcceptContact], Never, "absent: everything is taken"),
        (
            &[H::Allow, H::AllowEvents, H::Supported, H::Unsupported],
            Never,
            "what could be asked for; a refusal says it too",
        ),
        (&[H::PAssertedIdentity, H::PPreferredIdentity], Never, "From says who calls where nobody vouches for it"),
        (&[H::Privacy], Never, "each wish is read by itself; no form of it is broken"),
        (&[H::Diversion, H::HistoryInfo, H::ReferredBy, H::InReplyTo, H::ReplyTo], Never, "how it came to this call"),
        (&[H::Reason, H::Warning, H::Subject, H::Date, H::Timestamp], Never, "words for people and logs"),
        (&[H::UserAgent, H::Server, H::CallInfo, H::AlertInfo], Never, "who made the message, and how to ring"),
        (
            &[H::ContentDisposition, H::ContentLanguage, H::MimeVersion],
            Never,
            "absent: the body is a session (RFC 3261 §20.11)",
        ),
        (
            &[H::AuthenticationInfo, H::ProxyAuthenticate, H::WwwAuthenticate],
            Never,
            "of responses: a challenge that can't be read is not answered",
        ),
        (&[H::ServiceRoute], Never, "of responses to a REGISTER of ours"),
        (
            &[H::Rack, H::Rseq, H::Replaces, H::SipEtag, H::SipIfMatch, H::SubscriptionState],
            Never,
            "of extensions that are not carried out here; who carries one out needs its header",
        ),
        (&[H::Other], Never, "nobody knows what it is"),
    ]
};

/// A set of header names.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct HeaderSet(u128);

impl HeaderSet {
    /// Collects the names that these messages need.
    const fn needed(by: Needed) -> Self {
        let (mut set, mut row) = (0, 0);
        while row < TABLE.len() {
            let (names, needed, _) = TABLE[row];
            let mut at = 0;
            while at < names.len() {
                if needed as u8 == by as u8 {
                    set |= 1 << names[at] as u32;
                }
                at += 1;
            }
            row += 1;
        }
        Self(set)
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns whether the name is in the set.
    pub(crate) const fn has(self, name: HeaderName) -> bool {
        self.0 & 1 << name as u32 != 0
    }

    /// Adds a name.
    pub(crate) const fn add(&mut self, name: HeaderName) {
        self.0 |= 1 << name as u32;
    }
}

const ALWAYS: HeaderSet = HeaderSet::needed(Needed::Always);
const ASKING: HeaderSet = HeaderSet::needed(Needed::Asking).and(ALWAYS);
const TARGET: HeaderSet = HeaderSet::needed(Needed::Target);
const BODY: HeaderSet = HeaderSet::needed(Needed::Body);
const EVENT: HeaderSet = HeaderSet::needed(Needed::Event);
const REFER: HeaderSet = HeaderSet::needed(Needed::Refer);

/// Collects the headers that must be readable in this message, if they are there.
pub(crate) fn needed_in(message: &Message) -> HeaderSet {
    use Method as M;
    if message.is_follow_up() {
        return ALWAYS;
    }
    let asking = match message.method() {
        Some(M::Invite | M::Register | M::Update) => ASKING.and(TARGET),
        Some(M::Subscribe | M::Notify) => ASKING.and(TARGET).and(EVENT),
        Some(M::Publish) => ASKING.and(EVENT),
        Some(M::Refer) => ASKING.and(TARGET).and(REFER),
        _ => ASKING,
    };
    if message.body().is_empty() { asking } else { asking.and(BODY) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_has_one_row_and_a_reason() {
        let mut seen = HeaderSet::default();
        for (names, _, why) in TABLE {
            assert!(!why.is_empty());
            for name in *names {
                assert!(!seen.has(*name), "{name} has two rows");
                seen.add(*name);
            }
        }
        let last = HeaderName::Other as u32;
        assert_eq!(seen.0.count_ones(), last + 1, "a header has no row");
    }
}
