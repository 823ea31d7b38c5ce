//! The causes by which calls end or are refused: the one table. Each end of a call names one of its
//! constants; the code is in the record, the log and the console's words, the Q.850 value and the
//! text in the Reason of our BYE (RFC 3326).

use crate::event::Disposition;

/// A cause by which calls end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cause {
    /// The stable code: stored in records, never changed once released.
    pub code: &'static str,
    /// The SIP status that the caller gets (RFC 3261 §21) unless a template wants another; 200
    /// where it ends an answered call.
    pub sip: u16,
    /// The cause value of ITU-T Q.850.
    pub q850: u8,
    /// How a call that ends by this cause is counted.
    pub disposition: Disposition,
    /// A short English text for logs and traces; the console has its own words in each language.
    pub text: &'static str,
}

impl Cause {
    /// Returns the value of a Reason header (RFC 3326).
    pub fn reason(&self) -> String {
        format!("Q.850;cause={};text=\"{}\"", self.q850, self.text)
    }
}

macro_rules! causes {
    ($($name:ident: $code:literal, $sip:literal, $q850:literal, $disposition:ident, $text:literal;)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $text, ".")]
            pub const $name: Cause =
                Cause { code: $code, sip: $sip, q850: $q850, disposition: Disposition::$disposition, text: $text };
        )*

        /// All causes.
        pub const CAUSES: &[Cause] = &[$($name),*];
    };
}

causes! {
    NORMAL: "normal", 200, 16, Answered, "hung up after an answer";
    ANSWERED: "answered", 200, 16, Answered, "answered";
    FLOW_LOST: "flow-lost", 200, 27, Answered, "the phone's connection was lost and it did not come back";
    FAR_END_VANISHED: "far-end-vanished", 200, 27, Answered, "a phone was gone and answered nothing any more";
    CUT: "cut", 200, 41, Answered, "cut by the deadline of a drain";
    SERVER_RESTART: "server-restart", 500, 41, Failed, "the server died while the call ran";
    OPERATOR_HUNG_UP: "operator-hung-up", 200, 16, Answered, "ended from the console";
    CALLER_CANCELLED: "caller-cancelled", 487, 16, Cancelled, "the caller hung up before an answer";
    NO_ANSWER: "no-answer", 480, 19, NoAnswer, "it rang and nobody answered";
    NOBODY_REACHABLE: "nobody-reachable", 480, 20, NoAnswer, "no device could be reached";
    BUSY: "busy", 486, 17, Busy, "whoever was asked was busy";
    DECLINED: "declined", 603, 21, Rejected, "whoever was asked declined";
    TEMPLATE_REJECTED: "template-rejected", 603, 21, Rejected, "the template refused the call";
    NOT_FOUND: "not-found", 404, 1, Rejected, "nobody has this number";
    NOT_ACCEPTABLE: "not-acceptable", 488, 88, Failed, "no codec in common";
    BAD_OFFER: "bad-offer", 400, 88, Failed, "the session description could not be read";
    SCRIPT_FAILED: "script-failed", 480, 41, Failed, "the template failed and has no fallback that works";
    DEVICE_FULL: "device-full", 486, 42, Rejected, "the phone has as many calls as it may have";
    TENANT_FULL: "tenant-full", 486, 42, Rejected, "the company has as many calls as it may have";
    TENANT_PORTS: "tenant-ports", 486, 42, Rejected, "the company's calls hold as many media ports as they may have";
    NO_MEDIA_PORTS: "no-media-ports", 503, 34, Failed, "no media port is free";
    NO_ROUTE: "no-route", 503, 3, Failed, "no trunk leads there";
    NO_ACK: "no-ack", 408, 102, Failed, "the caller never confirmed our answer";
    FAR_END_FAILED: "far-end-failed", 502, 38, Failed, "the other side failed";
}

/// Returns the cause with this code; `None` if there is none.
pub fn of_code(code: &str) -> Option<&'static Cause> {
    CAUSES.iter().find(|cause| cause.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_stable_words() {
        let codes: BTreeSet<_> = CAUSES.iter().map(|cause| cause.code).collect();
        assert_eq!(codes.len(), CAUSES.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }

    #[test]
    fn every_status_is_one_that_a_caller_may_get() {
        assert!(CAUSES.iter().all(|cause| cause.sip == 200 || (400..700).contains(&cause.sip)));
        assert!(CAUSES.iter().all(|cause| (1..=127).contains(&cause.q850)));
    }
}
