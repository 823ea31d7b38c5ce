//! Whether a client's digest answer proves that it knows the password.

use super::{Age, Credentials, Ha1, Nonces};
use std::net::IpAddr;

/// A digest answer, and what it is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What the client sent.
    pub credentials: &'a Credentials,
    /// The request's method.
    pub method: &'a str,
    /// The secret of the user that the credentials name; none if there is no such user, which costs
    /// the same time.
    pub ha1: Option<&'a Ha1>,
    /// Where the request came from: a nonce is good for the address that it was issued to.
    pub client: IpAddr,
    /// Seconds by the clock that the nonces are issued by.
    pub now: u64,
}

/// The outcome of a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DigestVerdict {
    /// The client knows the password and used a nonce of ours. Whether for the first time,
    /// [`NonceCounts`](super::NonceCounts) tells.
    Fresh {
        /// The nonce that the client used.
        nonce: String,
        /// How often the client used the nonce, with this request (RFC 7616 §3.4, `nc`).
        count: u32,
    },
    /// The nonce is too old, or was never given to this client: challenge again with `stale=true`.
    /// The answer was not looked at, so it tells nothing about a password, right or wrong (RFC 7616
    /// §3.3 asks only for a nonce that is no good), and one that was made up out of nothing is no
    /// guess.
    Stale,
    /// Wrong password, wrong realm or no such user, with a nonce that this client was given.
    Bad,
}

/// Checks a client's answer. Credentials that can't be read never come this far: see
/// [`Credentials::parse`].
pub fn check(nonces: &Nonces, question: Question<'_>) -> DigestVerdict {
    let Question { credentials, method, ha1, client, now } = question;
    match nonces.age(&credentials.nonce, client, now) {
        Age::Fresh(_) => {}
        Age::Expired | Age::Foreign => return DigestVerdict::Stale,
    }
    let nobody: &Ha1 = Ha1::nobody();
    let right = credentials.proves(ha1.unwrap_or(nobody), method);
    if ha1.is_none() || !right || credentials.realm != nonces.realm() {
        return DigestVerdict::Bad;
    }
    DigestVerdict::Fresh { nonce: credentials.nonce.clone(), count: credentials.count }
}
