//! Whether a client's digest answer proves that it knows the password.

use super::{Age, Credentials, Ha1, Nonces};

/// A digest answer, and what it is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What the client sent.
    pub credentials: &'a Credentials,
    /// The request's method.
    pub method: &'a str,
    /// The secret of the user that the credentials name; none if there is no such user, which costs the same time.
    pub ha1: Option<&'a Ha1>,
    /// Seconds since 1970, by the wall clock.
    pub now: u64,
}

/// What the check found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The client knows the password and used a nonce of ours. Whether for the first time,
    /// [`NonceCounts`](super::NonceCounts) tells.
    Fresh {
        /// The nonce that the client used.
        nonce: String,
        /// How often the client used the nonce, with this request (RFC 7616 §3.4, `nc`).
        count: u32,
    },
    /// The client knows the password, but the nonce is too old or not ours: challenge again with `stale=true`.
    Stale,
    /// Wrong password, wrong realm or no such user.
    Bad,
}

/// Checks a client's answer. Credentials that can't be read never come this far: see [`Credentials::parse`].
pub fn check(nonces: &Nonces, question: Question<'_>) -> Verdict {
    let Question { credentials, method, ha1, now } = question;
    let nobody: &Ha1 = Ha1::nobody();
    let right = credentials.proves(ha1.unwrap_or(nobody), method);
    let age = nonces.age(&credentials.nonce, now);
    if ha1.is_none() || !right || credentials.realm != nonces.realm() {
        return Verdict::Bad;
    }
    match age {
        Age::Fresh(_) => Verdict::Fresh { nonce: credentials.nonce.clone(), count: credentials.count },
        Age::Expired | Age::Foreign => Verdict::Stale,
    }
}
