//! What a client says of itself: `Authorization` and `Proxy-Authorization`.

use super::params::{DigestError, DigestParams, Quoted, digest};
use super::{Algorithm, Ha1};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use subtle::ConstantTimeEq as _;

/// A client's answer to a challenge (RFC 7616 §3.4), with `qop=auth`; or as RFC 2069 has it,
/// without one, which RFC 3261 §22.4 wants taken.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The user name that the client claims.
    pub user: String,
    /// The realm of the challenge that is answered.
    pub realm: String,
    /// The server's nonce, as it was sent back.
    pub nonce: String,
    /// The digest URI. A proxy may have changed the Request-URI since, so they need not be equal.
    pub uri: String,
    /// The hash over all of it, in hex.
    pub response: String,
    /// The hash that was used; MD5 if the header names none.
    pub algorithm: Algorithm,
    /// The client's nonce; empty where there is no `qop`.
    pub cnonce: String,
    /// How often the client used the nonce, from one; one where there is no `qop`.
    pub count: u32,
    /// The count as it was written, which is what the hash is made over; `None` where there is no
    /// `qop`.
    pub(super) written: Option<Box<str>>,
    /// The challenge's opaque text, sent back.
    pub opaque: Option<String>,
}

impl Credentials {
    /// Reads the value of an `Authorization` or `Proxy-Authorization` header.
    ///
    /// # Errors
    /// Whatever keeps it from being checked, see [`DigestError`].
    pub fn parse(value: &str) -> Result<Self, DigestError> {
        let auth = digest(value)?;
        let params = DigestParams::of(&auth);
        let qop = params.find("qop")?;
        if qop.as_ref().is_some_and(|qop| !qop.eq_ignore_ascii_case("auth")) {
            return Err(DigestError::Qop);
        }
        let written = qop.is_some().then(|| params.need("nc")).transpose()?;
        let count = written.as_ref().map_or(Some(1), |count| count_of(count)).ok_or(DigestError::Count)?;
        let algorithm = params.find("algorithm")?;
        let algorithm =
            algorithm.map_or(Some(Algorithm::Md5), |a| Algorithm::named(&a)).ok_or(DigestError::Algorithm)?;
        let needs_cnonce = written.is_some() || algorithm.is_session();
        Ok(Self {
            user: params.need("username")?,
            realm: params.need("realm")?,
            nonce: params.need("nonce")?,
            uri: params.need("uri")?,
            response: params.need("response")?,
            algorithm,
            cnonce: if needs_cnonce { params.need("cnonce")? } else { String::new() },
            count,
            written: written.map(Into::into),
            opaque: params.find("opaque")?.map(Cow::into_owned),
        })
    }

    /// Returns whether the client that made these credentials knows this secret. The nonce is not
    /// looked at: see [`check`](super::check).
    pub fn proves(&self, ha1: &Ha1, method: &str) -> bool {
        let given = self.response.to_ascii_lowercase();
        self.expected(ha1, method).as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// Computes what `response` must be for this secret and method (RFC 7616 §3.4.1), in hex.
    pub(super) fn expected(&self, ha1: &Ha1, method: &str) -> String {
        let hash = self.algorithm;
        let (nonce, cnonce) = (self.nonce.as_bytes(), self.cnonce.as_bytes());
        let secret = ha1.hex(hash).as_bytes();
        let session;
        let secret = if hash.is_session() {
            session = hash.hash(&[secret, nonce, cnonce]);
            session.as_bytes()
        } else {
            secret
        };
        let ha2 = hash.hash(&[method.as_bytes(), self.uri.as_bytes()]);
        match &self.written {
            Some(count) => hash.hash(&[secret, nonce, count.as_bytes(), cnonce, b"auth", ha2.as_bytes()]),
            None => hash.hash(&[secret, nonce, ha2.as_bytes()]),
        }
    }
}

/// Reads a nonce count: eight hex digits, not zero. Some phones write fewer.
fn count_of(text: &str) -> Option<u32> {
    let hex = (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if hex { u32::from_str_radix(text, 16).ok().filter(|&n| n > 0) } else { None }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, realm, nonce, uri, response, algorithm, cnonce, written, opaque, .. } = self;
        let (user, realm, nonce, uri) = (Quoted(user), Quoted(realm), Quoted(nonce), Quoted(uri));
        write!(f, "Digest username={user}, realm={realm}, nonce={nonce}, uri={uri}, response={}", Quoted(response))?;
        write!(f, ", algorithm={algorithm}")?;
        if !cnonce.is_empty() {
            write!(f, ", cnonce={}", Quoted(cnonce))?;
        }
        written.as_ref().map_or(Ok(()), |count| write!(f, ", qop=auth, nc={count}"))?;
        opaque.as_ref().map_or(Ok(()), |opaque| write!(f, ", opaque={}", Quoted(opaque)))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({} in {}, {}, use {})", self.user, self.realm, self.algorithm, self.count)
    }
}

/// The user and realm of credentials that can't be read in full.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The user name that the client claims.
    pub user: String,
    /// The realm of the challenge that is answered.
    pub realm: String,
}

impl Claim {
    /// Reads user and realm of credentials that are none, and says what is wrong with them; `None`
    /// for good ones, and for those that name no user or realm.
    pub fn read(value: &str) -> Option<(Self, DigestError)> {
        let fault = Credentials::parse(value).err()?;
        let auth = digest(value).ok()?;
        let params = DigestParams::of(&auth);
        let (user, realm) = (params.need("username").ok()?, params.need("realm").ok()?);
        Some((Self { user, realm }, fault))
    }
}
