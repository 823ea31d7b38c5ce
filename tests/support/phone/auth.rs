//! Answers to challenges (RFC 7616), computed by `rsip`.

use super::super::company::password;
use super::Phone;
use super::message::Reading;
use rsip::sip::headers::Header;
use rsip::sip::headers::auth::{Algorithm, AuthQop};
use rsip::sip::prelude::*;
use rsip::sip::typed::WwwAuthenticate;
use rsip::sip::{DigestGenerator, Method, Response, Uri};

impl Phone {
    /// The value of Authorization that answers a 401: to the first challenge that `rsip` can read, which knows no `SHA-256`
    /// in RFC 7616's spelling and so behaves like the many phones that know only MD5.
    pub(crate) fn answer_to(&mut self, response: &Response, method: Method, uri: &str) -> String {
        let challenges: Vec<WwwAuthenticate> = response
            .headers()
            .iter()
            .filter_map(|header| match header {
                Header::WwwAuthenticate(value) => value.typed().ok(),
                _ => None,
            })
            .collect();
        let challenge = challenges.first().expect("a challenge that rsip reads in a 401");
        let user = self.user.clone().expect("only those with an account are challenged");
        let (secret, cnonce) = (password(&user), self.mint("c"));
        let algorithm = challenge.algorithm.unwrap_or(Algorithm::Md5);
        let target = Uri::try_from(uri).expect("a URI of ours");
        let qop = AuthQop::Auth { cnonce: cnonce.clone(), nc: 1 };
        let digest = DigestGenerator {
            username: &user,
            password: &secret,
            nonce: &challenge.nonce,
            uri: &target,
            realm: &challenge.realm,
            method: &method,
            qop: Some(&qop),
            algorithm,
        };
        format!(
            "Digest username=\"{user}\", realm=\"{}\", nonce=\"{}\", uri=\"{uri}\", response=\"{}\", algorithm={algorithm}, \
             qop=auth, nc=00000001, cnonce=\"{cnonce}\"",
            challenge.realm,
            challenge.nonce,
            digest.compute()
        )
    }

    /// Whether a response asks for credentials that were not given yet, or whose nonce was too old.
    pub(super) fn may_answer(response: &Response, tries: u32) -> bool {
        let stale = response.named("WWW-Authenticate").is_some_and(|value| value.contains("stale=true"));
        tries == 0 || (stale && tries < 3)
    }
}
