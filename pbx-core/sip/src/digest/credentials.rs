//! What a client says of itself: `Authorization` and `Proxy-Authorization`.

use super::params::{Malformed, Params, Quoted, digest};
use super::{Algorithm, Ha1};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use subtle::ConstantTimeEq as _;

/// A client's answer to a challenge (RFC 7616 §3.4), with `qop=auth`.
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
    /// The client's nonce.
    pub cnonce: String,
    /// How often the client used the nonce, from one.
    pub count: u32,
    /// The challenge's opaque text, sent back.
    pub opaque: Option<String>,
}

impl Credentials {
    /// Reads the value of an `Authorization` or `Proxy-Authorization` header.
    ///
    /// # Errors
    /// Whatever keeps it from being checked, see [`Malformed`].
    pub fn parse(value: &str) -> Result<Self, Malformed> {
        let auth = digest(value)?;
        let params = Params::of(&auth);
        let qop = params.find("qop")?.ok_or(Malformed::Qop)?;
        if !qop.eq_ignore_ascii_case("auth") {
            return Err(Malformed::Qop);
        }
        let algorithm = params.find("algorithm")?;
        let count = params.need("nc")?;
        Ok(Self {
            user: params.need("username")?,
            realm: params.need("realm")?,
            nonce: params.need("nonce")?,
            uri: params.need("uri")?,
            response: params.need("response")?,
            algorithm: algorithm.map_or(Some(Algorithm::Md5), |a| Algorithm::named(&a)).ok_or(Malformed::Algorithm)?,
            cnonce: params.need("cnonce")?,
            count: count_of(&count).ok_or(Malformed::Count)?,
            opaque: params.find("opaque")?.map(Cow::into_owned),
        })
    }

    /// Whether the client that made these credentials knows this secret. The nonce is not looked at: see
    /// [`check`](super::check).
    pub fn proves(&self, ha1: &Ha1, method: &str) -> bool {
        let given = self.response.to_ascii_lowercase();
        self.expected(ha1, method).as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// What `response` must be for this secret and method (RFC 7616 §3.4.1), in hex.
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
        let count = format!("{:08x}", self.count);
        hash.hash(&[secret, nonce, count.as_bytes(), cnonce, b"auth", ha2.as_bytes()])
    }
}

/// Reads a nonce count: eight hex digits, not zero.
fn count_of(text: &str) -> Option<u32> {
    let hex = text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if hex { u32::from_str_radix(text, 16).ok().filter(|&n| n > 0) } else { None }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, realm, nonce, uri, response, algorithm, cnonce, count, opaque } = self;
        let (user, realm, nonce, uri) = (Quoted(user), Quoted(realm), Quoted(nonce), Quoted(uri));
        write!(f, "Digest username={user}, realm={realm}, nonce={nonce}, uri={uri}, response={}", Quoted(response))?;
        write!(f, ", algorithm={algorithm}, cnonce={}, qop=auth, nc={count:08x}", Quoted(cnonce))?;
        opaque.as_ref().map_or(Ok(()), |opaque| write!(f, ", opaque={}", Quoted(opaque)))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({} in {}, {}, use {})", self.user, self.realm, self.algorithm, self.count)
    }
}
