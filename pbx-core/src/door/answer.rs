//! Answers of the door that leave no state behind (RFC 3261 §8.2.7).

use super::verdict::Verdict;
use crate::sip_methods::{ALLOW, ALLOWED};
use pbx_sip::ResponseBuilder;
use pbx_sip::digest::{Challenge, Keyed};
use pbx_sip::gate::{Fault, Policy, refuse};
use pbx_sip::{HeaderName, Message, Method, StatusCode, Via};

/// Seconds after which the guard has forgotten one failure at an account
/// (`GuardLimits::pair_refill`).
const LATER_S: u32 = 10;

/// A secret key of the door: 32 random bytes.
pub type DoorKey = [u8; 32];

/// The writer of stateless answers.
pub(super) struct Answers {
    key: Keyed,
}

impl Answers {
    pub(super) fn new(key: DoorKey) -> Self {
        Self { key: Keyed::new(key) }
    }

    /// Returns the gate's policy: every method that has a name, no extension yet.
    pub(super) fn policy(&self) -> Policy<'static> {
        Policy { allowed: &ALLOWED, ..Policy::default() }
    }

    /// Writes the gate's answer to a fault.
    pub(super) fn fault(&self, request: &Message, fault: &Fault) -> Verdict {
        verdict(request, refuse(request, fault, &self.tag(request), &self.policy()))
    }

    /// Writes an answer with a bare status.
    pub(super) fn status(&self, request: &Message, status: StatusCode) -> Verdict {
        verdict(request, self.response(request, status))
    }

    /// Answers a request by its method. A 405 and the 200 to an OPTIONS name our methods (RFC 3261
    /// §8.2.1, §11.2), the 200 also what bodies we read; it says nothing about anybody.
    pub(super) fn by_method(&self, request: &Message, status: StatusCode) -> Verdict {
        let mut response = self.response(request, status);
        if matches!(status, StatusCode::OK | StatusCode::METHOD_NOT_ALLOWED) {
            response = response.header(HeaderName::Allow, &*ALLOW);
        }
        if status == StatusCode::OK {
            response = response.header(HeaderName::Accept, "application/sdp");
        }
        verdict(request, response)
    }

    /// Writes a 401 with these challenges (RFC 7616, RFC 8760).
    pub(super) fn challenge(&self, request: &Message, challenges: &[Challenge]) -> Verdict {
        let response = self.response(request, StatusCode::UNAUTHORIZED);
        let add = |response: ResponseBuilder, challenge| response.header(HeaderName::WwwAuthenticate, challenge);
        verdict(request, challenges.iter().fold(response, add))
    }

    /// Writes a 480 for a call for help from where passwords were guessed, with the time after
    /// which to try again (RFC 3261 §21.4.18).
    pub(super) fn later(&self, request: &Message) -> Verdict {
        let response = self.response(request, StatusCode::TEMPORARILY_UNAVAILABLE);
        verdict(request, response.header(HeaderName::RetryAfter, LATER_S.to_string()))
    }

    fn response(&self, request: &Message, status: StatusCode) -> ResponseBuilder {
        ResponseBuilder::new(request, status, None, Some(&self.tag(request)))
    }

    /// Returns a To-tag that every retransmission of the request gets again, also after a restart
    /// (RFC 3261 §8.2.7). It has another form than the tags of `token`, so that its ACK is taken
    /// for no call's.
    fn tag(&self, request: &Message) -> String {
        let value = |name| request.header(name).map(|header| header.value()).unwrap_or_default();
        let (call_id, from, cseq) = (value(HeaderName::CallId), value(HeaderName::From), value(HeaderName::Cseq));
        let branch = request.via().ok().and_then(Via::branch).unwrap_or_default();
        let parts = ["tag", &call_id, "\0", &from, "\0", &cseq, "\0", branch];
        let mark =
            self.key.hash(parts.map(str::as_bytes)).iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte));
        format!("s{mark:016x}")
    }
}

/// Returns the answer as a verdict: an ACK is never answered, nor a request that can't be.
fn verdict(request: &Message, answer: ResponseBuilder) -> Verdict {
    if request.is(&Method::Ack) {
        return Verdict::Drop;
    }
    answer.reply().map_or(Verdict::Drop, |answer| Verdict::Answer(answer.bytes))
}
