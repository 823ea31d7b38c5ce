//! What the door answers by itself, keeping nothing (RFC 3261 §8.2.7).

use super::Key;
use super::admit::Verdict;
use hmac::{Hmac, Mac as _};
use pbx_sip::build::{BuildError, ResponseBuilder};
use pbx_sip::digest::Challenge;
use pbx_sip::gate::{Fault, Policy, refuse};
use pbx_sip::{HeaderName, Message, Method, StatusCode};
use sha2::Sha256;

/// What a request outside of a dialog may ask of us.
const ALLOWED: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER";

/// Makes stateless answers.
pub(super) struct Answers {
    key: Key,
}

impl Answers {
    pub(super) const fn new(key: Key) -> Self {
        Self { key }
    }

    /// What the gate lets pass: every method that has a name, no extension yet.
    pub(super) fn policy(&self) -> Policy<'static> {
        Policy::default()
    }

    /// The gate's answer to a fault.
    pub(super) fn fault(&self, request: &Message, fault: &Fault) -> Verdict {
        verdict(refuse(request, fault, &self.tag(request), &self.policy()))
    }

    /// An answer of a bare status.
    pub(super) fn status(&self, request: &Message, status: StatusCode) -> Verdict {
        verdict(self.response(request, status).finish())
    }

    /// 405 (RFC 3261 §8.2.1).
    pub(super) fn not_allowed(&self, request: &Message) -> Verdict {
        let response = self.response(request, StatusCode::METHOD_NOT_ALLOWED);
        verdict(response.header(HeaderName::Allow, ALLOWED).finish())
    }

    /// 200 to an OPTIONS, which tells nothing about anybody (RFC 3261 §11.2).
    pub(super) fn options(&self, request: &Message) -> Verdict {
        let response = self.response(request, StatusCode::OK);
        verdict(response.header(HeaderName::Allow, ALLOWED).header(HeaderName::Accept, "application/sdp").finish())
    }

    /// 401 with these challenges (RFC 7616, RFC 8760).
    pub(super) fn challenge(&self, request: &Message, challenges: &[Challenge]) -> Verdict {
        let response = self.response(request, StatusCode::UNAUTHORIZED);
        let add = |response: ResponseBuilder, challenge| response.header(HeaderName::WwwAuthenticate, challenge);
        verdict(challenges.iter().fold(response, add).finish())
    }

    fn response(&self, request: &Message, status: StatusCode) -> ResponseBuilder {
        ResponseBuilder::new(request, status, None, Some(&self.tag(request)))
    }

    /// A To-tag that every retransmission of the request gets again, also after a restart (RFC 3261 §8.2.7). It is none of
    /// `token`'s, so that the ACK to it is recognised as nobody's.
    fn tag(&self, request: &Message) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(b"tag");
        for name in [HeaderName::CallId, HeaderName::From, HeaderName::Cseq] {
            if let Some(header) = request.header(name) {
                mac.update(header.value().as_bytes());
            }
            mac.update(&[0]);
        }
        if let Ok(via) = request.via() {
            mac.update(via.branch().unwrap_or_default().as_bytes());
        }
        let hash = mac.finalize().into_bytes();
        hash.iter().take(8).fold(String::from("s"), |tag, byte| tag + &format!("{byte:02x}"))
    }
}

/// No ACK is ever answered, nor what can't be.
fn verdict(answer: Result<Message, BuildError>) -> Verdict {
    match answer {
        Ok(message) if !message.cseq().is_ok_and(|cseq| cseq.method == Method::Ack) => {
            Verdict::Answer(message.as_bytes().clone())
        }
        _ => Verdict::Drop,
    }
}
