//! `Digest name=value, name="value", …`: what challenges and credentials have in common (RFC 3261
//! §25.1).

use crate::Auth;
use crate::params::{quote, unquote};
use std::borrow::Cow;
use std::fmt;
use thiserror::Error;

/// The reason why a challenge or credentials can't be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum DigestError {
    /// Another scheme than Digest.
    #[error("the scheme is not Digest")]
    Scheme,
    /// The list of parameters can't be read.
    #[error("the parameters can't be read")]
    Grammar,
    /// A parameter that must be there is not, or is empty.
    #[error("the parameter `{0}` is missing")]
    Missing(&'static str),
    /// A parameter is there twice.
    #[error("the parameter `{0}` is there twice")]
    Twice(&'static str),
    /// A hash that we don't know.
    #[error("the algorithm is none of MD5, MD5-sess, SHA-256, SHA-256-sess")]
    Algorithm,
    /// A quality of protection that we don't do.
    #[error("the qop is not `auth`")]
    Qop,
    /// A nonce count that is not up to eight hex digits, or is zero.
    #[error("the nonce count is not up to eight hex digits above zero")]
    Count,
}

/// The parameters of a Digest header.
pub(super) struct DigestParams<'a>(Vec<(&'a str, &'a str)>);

/// Reads a header's value, if its scheme is Digest.
pub(super) fn digest(value: &str) -> Result<Auth, DigestError> {
    let auth = Auth::parse(value).map_err(|_| DigestError::Grammar)?;
    if auth.scheme().eq_ignore_ascii_case("digest") { Ok(auth) } else { Err(DigestError::Scheme) }
}

impl<'a> DigestParams<'a> {
    /// Collects the parameters of a header's value.
    pub(super) fn of(auth: &'a Auth) -> Self {
        Self(auth.pairs().collect())
    }

    /// Finds a parameter and takes off its quotes; `None` if it is not there.
    pub(super) fn find(&self, name: &'static str) -> Result<Option<Cow<'a, str>>, DigestError> {
        let mut found = self.0.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let first = found.next();
        if found.next().is_some() { Err(DigestError::Twice(name)) } else { Ok(first.map(|(_, value)| unquote(value))) }
    }

    /// Finds a parameter that must be there and not be empty.
    pub(super) fn need(&self, name: &'static str) -> Result<String, DigestError> {
        let found = self.find(name)?.filter(|value| !value.is_empty());
        found.map(Cow::into_owned).ok_or(DigestError::Missing(name))
    }
}

/// Shows a value as a quoted string.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.contains(['"', '\\']) && !self.0.contains(char::is_control) {
            return write!(f, "\"{}\"", self.0);
        }
        f.write_str(&quote(self.0))
    }
}
