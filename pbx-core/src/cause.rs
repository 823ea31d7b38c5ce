//! Why a call ended or was refused: the one table that records, log, console and docs read.

use crate::event::Disposition;

/// One cause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cause {
    /// Stable: stored in records, never changed once released.
    pub code: &'static str,
    /// The SIP status that the caller gets (RFC 3261 §21); 200 for what ends an answered call.
    pub sip: u16,
    /// ITU-T Q.850 cause value, for `Reason: Q.850` and for carriers.
    pub q850: u8,
    /// How a call that ends so is counted.
    pub disposition: Disposition,
    /// A short English text for logs and docs; the console has its own words in each language.
    pub text: &'static str,
}

/// Every cause.
pub const CAUSES: &[Cause] = &[
    cause("normal", 200, 16, Disposition::Answered, "hung up after an answer"),
    cause("answered", 200, 16, Disposition::Answered, "answered"),
    cause("completed-elsewhere", 200, 26, Disposition::Answered, "answered on another device"),
    FLOW_LOST,
    FAR_END_VANISHED,
    cause("cut", 200, 41, Disposition::Answered, "cut by a restart or by the deadline of a drain"),
    cause("operator-hung-up", 200, 16, Disposition::Answered, "ended from the console"),
    cause("caller-cancelled", 487, 16, Disposition::Cancelled, "the caller hung up before an answer"),
    cause("no-answer", 480, 19, Disposition::NoAnswer, "it rang and nobody answered"),
    cause("nobody-reachable", 480, 20, Disposition::NoAnswer, "no device could be reached"),
    cause("unavailable", 480, 31, Disposition::NoAnswer, "the device was temporarily unavailable"),
    cause("busy", 486, 17, Disposition::Busy, "whoever was asked was busy"),
    cause("busy-everywhere", 600, 17, Disposition::Busy, "whoever was asked was busy everywhere"),
    cause("declined", 603, 21, Disposition::Rejected, "whoever was asked declined"),
    cause("template-rejected", 603, 21, Disposition::Rejected, "the template refused the call"),
    cause("not-found", 404, 1, Disposition::Rejected, "nobody has this number"),
    cause("ambiguous", 484, 28, Disposition::Rejected, "the number is not complete"),
    cause("forbidden", 403, 57, Disposition::Rejected, "the caller may not do this"),
    cause("loop", 482, 25, Disposition::Failed, "the request came back to us"),
    cause("too-many-hops", 483, 25, Disposition::Failed, "the call passed through us too often"),
    cause("not-acceptable", 488, 88, Disposition::Failed, "no codec in common"),
    cause("bad-offer", 400, 88, Disposition::Failed, "the session description could not be read"),
    cause("script-failed", 480, 41, Disposition::Failed, "the template failed and has no fallback that works"),
    cause("no-media-ports", 503, 34, Disposition::Failed, "no media port is free"),
    cause("no-route", 503, 3, Disposition::Failed, "no trunk leads there"),
    cause("over-limit", 486, 34, Disposition::Failed, "a limit of the tenant or the user is reached"),
    cause("overload", 503, 42, Disposition::Failed, "the server has more to do than it can"),
    cause("draining", 503, 41, Disposition::Failed, "the server takes no new calls"),
    cause("no-ack", 408, 102, Disposition::Failed, "the caller never confirmed our answer"),
    cause("timeout", 408, 102, Disposition::Failed, "the other side did not answer in time"),
    cause("far-end-failed", 502, 38, Disposition::Failed, "the other side failed"),
];

/// An answered call whose phone answers nothing any more.
pub const FAR_END_VANISHED: Cause =
    cause("far-end-vanished", 200, 27, Disposition::Answered, "a phone was gone, and answered nothing any more");
/// An answered call whose phone lost its connection, and to which there is no other way.
pub const FLOW_LOST: Cause = cause("flow-lost", 200, 27, Disposition::Answered, "the phone's connection was lost");

const fn cause(code: &'static str, sip: u16, q850: u8, disposition: Disposition, text: &'static str) -> Cause {
    Cause { code, sip, q850, disposition, text }
}

/// The cause with this code.
pub fn of_code(code: &str) -> Option<&'static Cause> {
    CAUSES.iter().find(|cause| cause.code == code)
}

/// The cause that a final answer (300–699) of a called device stands for.
pub fn of_answer(status: u16) -> &'static Cause {
    let code = match status {
        486 => "busy",
        600 => "busy-everywhere",
        603 | 607 => "declined",
        480 => "unavailable",
        408 => "timeout",
        404 | 410 | 604 => "not-found",
        401 | 403 | 407 => "forbidden",
        482 => "loop",
        483 => "too-many-hops",
        484 | 485 => "ambiguous",
        487 => "caller-cancelled",
        488 | 606 | 415 => "not-acceptable",
        503 => "overload",
        _ => "far-end-failed",
    };
    of_code(code).unwrap_or(&CAUSES[CAUSES.len() - 1])
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

    #[test]
    fn every_answer_has_a_cause() {
        for status in 300..700 {
            assert!(of_code(of_answer(status).code).is_some(), "{status}");
        }
        assert_eq!(of_answer(486).disposition, Disposition::Busy);
        assert_eq!(of_answer(480).code, "unavailable");
        assert_eq!(of_answer(603).code, "declined");
        assert_eq!(of_answer(500).code, "far-end-failed");
    }
}
