//! A server's challenge, `WWW-Authenticate` or `Proxy-Authenticate`, and how a client answers it.

use super::params::{DigestError, DigestParams, Quoted, digest};
use super::{Algorithm, Credentials, Ha1};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A challenge (RFC 7616 §3.3).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Challenge {
    /// The realm that the user name and password are for.
    pub realm: String,
    /// The nonce to answer with.
    pub nonce: String,
    /// The hash that the client shall use.
    pub algorithm: Algorithm,
    /// The last answer was to a nonce that is no longer good: try again without asking anyone for a
    /// password.
    pub stale: bool,
    /// Opaque text that the client sends back as it is.
    pub opaque: Option<String>,
    /// The server counts the uses of its nonces: `qop="auth"`. Old ones do not (RFC 2069).
    pub qop: bool,
}

impl Challenge {
    /// Makes a challenge with a nonce of [`Nonces`](super::Nonces).
    pub fn new(realm: impl Into<String>, nonce: impl Into<String>, algorithm: Algorithm, stale: bool) -> Self {
        Self { realm: realm.into(), nonce: nonce.into(), algorithm, stale, opaque: None, qop: true }
    }

    /// Reads the value of a `WWW-Authenticate` or `Proxy-Authenticate` header.
    ///
    /// # Errors
    /// Whatever keeps it from being answered, see [`DigestError`].
    pub fn parse(value: &str) -> Result<Self, DigestError> {
        let auth = digest(value)?;
        let params = DigestParams::of(&auth);
        let qop = params.find("qop")?;
        if qop.as_ref().is_some_and(|qop| !qop.split(',').any(|q| q.trim().eq_ignore_ascii_case("auth"))) {
            return Err(DigestError::Qop);
        }
        let algorithm = params.find("algorithm")?;
        Ok(Self {
            realm: params.need("realm")?,
            nonce: params.need("nonce")?,
            algorithm: algorithm
                .map_or(Some(Algorithm::Md5), |a| Algorithm::named(&a))
                .ok_or(DigestError::Algorithm)?,
            stale: params.find("stale")?.is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
            opaque: params.find("opaque")?.map(Cow::into_owned),
            qop: qop.is_some(),
        })
    }

    /// Answers as a client that knows the password: `cnonce` is fresh randomness, `count` how often
    /// this nonce was used, from one.
    pub fn answer(&self, user: &str, password: &str, method: &str, uri: &str, cnonce: &str, count: u32) -> Credentials {
        let mut credentials = Credentials {
            user: user.to_owned(),
            realm: self.realm.clone(),
            nonce: self.nonce.clone(),
            uri: uri.to_owned(),
            response: String::new(),
            algorithm: self.algorithm,
            cnonce: cnonce.to_owned(),
            count,
            written: self.qop.then(|| format!("{count:08x}").into()),
            opaque: self.opaque.clone(),
        };
        credentials.response = credentials.expected(&Ha1::of(user, &self.realm, password), method);
        credentials
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (realm, nonce) = (Quoted(&self.realm), Quoted(&self.nonce));
        write!(f, "Digest realm={realm}, nonce={nonce}, algorithm={}", self.algorithm)?;
        if self.qop {
            f.write_str(", qop=\"auth\"")?;
        }
        if self.stale {
            f.write_str(", stale=true")?;
        }
        self.opaque.as_ref().map_or(Ok(()), |opaque| write!(f, ", opaque={}", Quoted(opaque)))
    }
}
