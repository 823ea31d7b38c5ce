//! Names of header fields, in all their spellings.

use std::fmt;

/// A header that has a name here. Names compare without case and know their compact forms (RFC 3261
/// §7.3.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HeaderName {
    /// RFC 3261.
    Accept,
    /// RFC 3841.
    AcceptContact,
    /// RFC 3261.
    AcceptEncoding,
    /// RFC 3261.
    AcceptLanguage,
    /// RFC 3261.
    AlertInfo,
    /// RFC 3261.
    Allow,
    /// RFC 6665.
    AllowEvents,
    /// RFC 3261.
    AuthenticationInfo,
    /// RFC 3261.
    Authorization,
    /// RFC 3261.
    CallId,
    /// RFC 3261.
    CallInfo,
    /// RFC 3261.
    Contact,
    /// RFC 3261.
    ContentDisposition,
    /// RFC 3261.
    ContentEncoding,
    /// RFC 3261.
    ContentLanguage,
    /// RFC 3261.
    ContentLength,
    /// RFC 3261.
    ContentType,
    /// RFC 3261.
    Cseq,
    /// RFC 3261.
    Date,
    /// RFC 5806.
    Diversion,
    /// RFC 6665.
    Event,
    /// RFC 3261.
    Expires,
    /// RFC 3261.
    From,
    /// RFC 7044.
    HistoryInfo,
    /// RFC 3261.
    InReplyTo,
    /// RFC 3261.
    MaxForwards,
    /// RFC 3261.
    MimeVersion,
    /// RFC 3261.
    MinExpires,
    /// RFC 4028.
    MinSe,
    /// RFC 3325.
    PAssertedIdentity,
    /// RFC 3325.
    PPreferredIdentity,
    /// RFC 3327.
    Path,
    /// RFC 3323.
    Privacy,
    /// RFC 3261.
    ProxyAuthenticate,
    /// RFC 3261.
    ProxyAuthorization,
    /// RFC 3261.
    ProxyRequire,
    /// RFC 3262.
    Rack,
    /// RFC 3326.
    Reason,
    /// RFC 3261.
    RecordRoute,
    /// RFC 3515.
    ReferTo,
    /// RFC 3892.
    ReferredBy,
    /// RFC 3891.
    Replaces,
    /// RFC 3261.
    ReplyTo,
    /// RFC 3261.
    Require,
    /// RFC 3261.
    RetryAfter,
    /// RFC 3261.
    Route,
    /// RFC 3262.
    Rseq,
    /// RFC 3261.
    Server,
    /// RFC 3608.
    ServiceRoute,
    /// RFC 4028.
    SessionExpires,
    /// RFC 3903.
    SipEtag,
    /// RFC 3903.
    SipIfMatch,
    /// RFC 3261.
    Subject,
    /// RFC 6665.
    SubscriptionState,
    /// RFC 3261.
    Supported,
    /// RFC 3261.
    Timestamp,
    /// RFC 3261.
    To,
    /// RFC 3261.
    Unsupported,
    /// RFC 3261.
    UserAgent,
    /// RFC 3261.
    Via,
    /// RFC 3261.
    Warning,
    /// RFC 3261.
    WwwAuthenticate,
    /// Any other name; [`crate::message::Header::name_text`] has its letters.
    Other,
}

impl HeaderName {
    /// Reads a name in any case, long or compact. A name we do not know is [`HeaderName::Other`].
    pub fn parse(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    pub(crate) fn of_bytes(text: &[u8]) -> Self {
        if let [letter] = text {
            return Self::compact(*letter);
        }
        let candidates = LONG.get(text.len()).copied().unwrap_or_default();
        // Nearly everybody spells as the registry does, and to compare without case takes longer.
        let spelt = candidates.iter().find(|name| name.as_str().as_bytes() == text);
        let alike = || candidates.iter().find(|name| name.as_str().as_bytes().eq_ignore_ascii_case(text));
        spelt.or_else(alike).copied().unwrap_or(Self::Other)
    }

    const fn compact(letter: u8) -> Self {
        match letter.to_ascii_lowercase() {
            b'a' => Self::AcceptContact,
            b'c' => Self::ContentType,
            b'e' => Self::ContentEncoding,
            b'f' => Self::From,
            b'i' => Self::CallId,
            b'k' => Self::Supported,
            b'l' => Self::ContentLength,
            b'm' => Self::Contact,
            b'o' => Self::Event,
            b'r' => Self::ReferTo,
            b'b' => Self::ReferredBy,
            b's' => Self::Subject,
            b't' => Self::To,
            b'u' => Self::AllowEvents,
            b'v' => Self::Via,
            b'x' => Self::SessionExpires,
            _ => Self::Other,
        }
    }

    /// Returns the long form as the registry spells it; `*` for [`HeaderName::Other`].
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "Accept",
            Self::AcceptContact => "Accept-Contact",
            Self::AcceptEncoding => "Accept-Encoding",
            Self::AcceptLanguage => "Accept-Language",
            Self::AlertInfo => "Alert-Info",
            Self::Allow => "Allow",
            Self::AllowEvents => "Allow-Events",
            Self::AuthenticationInfo => "Authentication-Info",
            Self::Authorization => "Authorization",
            Self::CallId => "Call-ID",
            Self::CallInfo => "Call-Info",
            Self::Contact => "Contact",
            Self::ContentDisposition => "Content-Disposition",
            Self::ContentEncoding => "Content-Encoding",
            Self::ContentLanguage => "Content-Language",
            Self::ContentLength => "Content-Length",
            Self::ContentType => "Content-Type",
            Self::Cseq => "CSeq",
            Self::Date => "Date",
            Self::Diversion => "Diversion",
            Self::Event => "Event",
            Self::Expires => "Expires",
            Self::From => "From",
            Self::HistoryInfo => "History-Info",
            Self::InReplyTo => "In-Reply-To",
            Self::MaxForwards => "Max-Forwards",
            Self::MimeVersion => "MIME-Version",
            Self::MinExpires => "Min-Expires",
            Self::MinSe => "Min-SE",
            Self::PAssertedIdentity => "P-Asserted-Identity",
            Self::PPreferredIdentity => "P-Preferred-Identity",
            Self::Path => "Path",
            Self::Privacy => "Privacy",
            Self::ProxyAuthenticate => "Proxy-Authenticate",
            Self::ProxyAuthorization => "Proxy-Authorization",
            Self::ProxyRequire => "Proxy-Require",
            Self::Rack => "RAck",
            Self::Reason => "Reason",
            Self::RecordRoute => "Record-Route",
            Self::ReferTo => "Refer-To",
            Self::ReferredBy => "Referred-By",
            Self::Replaces => "Replaces",
            Self::ReplyTo => "Reply-To",
            Self::Require => "Require",
            Self::RetryAfter => "Retry-After",
            Self::Route => "Route",
            Self::Rseq => "RSeq",
            Self::Server => "Server",
            Self::ServiceRoute => "Service-Route",
            Self::SessionExpires => "Session-Expires",
            Self::SipEtag => "SIP-ETag",
            Self::SipIfMatch => "SIP-If-Match",
            Self::Subject => "Subject",
            Self::SubscriptionState => "Subscription-State",
            Self::Supported => "Supported",
            Self::Timestamp => "Timestamp",
            Self::To => "To",
            Self::Unsupported => "Unsupported",
            Self::UserAgent => "User-Agent",
            Self::Via => "Via",
            Self::Warning => "Warning",
            Self::WwwAuthenticate => "WWW-Authenticate",
            Self::Other => "*",
        }
    }
}

/// The long names by their length, so that a look-up compares one or two.
const LONG: [&[HeaderName]; 21] = [
    &[],
    &[],
    &[HeaderName::To],
    &[HeaderName::Via],
    &[HeaderName::Cseq, HeaderName::Date, HeaderName::From, HeaderName::Path, HeaderName::Rack, HeaderName::Rseq],
    &[HeaderName::Allow, HeaderName::Event, HeaderName::Route],
    &[HeaderName::Accept, HeaderName::MinSe, HeaderName::Reason, HeaderName::Server],
    &[
        HeaderName::CallId,
        HeaderName::Contact,
        HeaderName::Expires,
        HeaderName::Privacy,
        HeaderName::Require,
        HeaderName::Subject,
        HeaderName::Warning,
    ],
    &[HeaderName::ReferTo, HeaderName::Replaces, HeaderName::ReplyTo, HeaderName::SipEtag],
    &[HeaderName::CallInfo, HeaderName::Diversion, HeaderName::Supported, HeaderName::Timestamp],
    &[HeaderName::AlertInfo, HeaderName::UserAgent],
    &[
        HeaderName::InReplyTo,
        HeaderName::MinExpires,
        HeaderName::ReferredBy,
        HeaderName::RetryAfter,
        HeaderName::Unsupported,
    ],
    &[
        HeaderName::AllowEvents,
        HeaderName::ContentType,
        HeaderName::HistoryInfo,
        HeaderName::MimeVersion,
        HeaderName::MaxForwards,
        HeaderName::RecordRoute,
        HeaderName::SipIfMatch,
    ],
    &[HeaderName::Authorization, HeaderName::ProxyRequire, HeaderName::ServiceRoute],
    &[HeaderName::AcceptContact, HeaderName::ContentLength],
    &[HeaderName::AcceptEncoding, HeaderName::AcceptLanguage, HeaderName::SessionExpires],
    &[HeaderName::ContentEncoding, HeaderName::ContentLanguage, HeaderName::WwwAuthenticate],
    &[],
    &[HeaderName::ProxyAuthenticate, HeaderName::SubscriptionState],
    &[
        HeaderName::AuthenticationInfo,
        HeaderName::ContentDisposition,
        HeaderName::PAssertedIdentity,
        HeaderName::ProxyAuthorization,
    ],
    &[HeaderName::PPreferredIdentity],
];

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_in_any_case() {
        for name in LONG.iter().copied().flatten() {
            assert_eq!(HeaderName::parse(name.as_str()), *name);
            assert_eq!(HeaderName::parse(&name.as_str().to_uppercase()), *name);
            assert_eq!(HeaderName::parse(&name.as_str().to_lowercase()), *name);
        }
    }

    #[test]
    fn compact_names_are_known() {
        assert_eq!(HeaderName::parse("v"), HeaderName::Via);
        assert_eq!(HeaderName::parse("I"), HeaderName::CallId);
        assert_eq!(HeaderName::parse("X-Unknown"), HeaderName::Other);
        assert_eq!(HeaderName::parse(""), HeaderName::Other);
    }
}
