//! The token that unsafe requests must carry: the session's once logged in, a cookie's double on the log-in form.

use crate::assets::hex;
use crate::ports::Ports;
use sha2::{Digest, Sha256};

/// The hidden field of every form.
pub(crate) const CSRF_FIELD: &str = "csrf";
/// The header that scripts send instead.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";
/// Where the session keeps it.
pub(crate) const CSRF_KEY: &str = "csrf";

/// The cookie that the log-in form's field must double. By HTTPS nobody but us can plant one: neither plain HTTP nor a
/// neighbouring host may set a name with this prefix (RFC 6265bis §4.1.3.2).
pub(crate) const fn form_cookie(https: bool) -> &'static str {
    if https { "__Host-ringdown-form" } else { "ringdown-form" }
}

/// A new token.
pub(crate) fn mint(ports: &Ports) -> String {
    hex(&ports.bytes::<16>())
}

/// Whether the token that came is the one that was given out; the time it takes tells nothing.
pub(crate) fn matches(given: &str, came: &str) -> bool {
    !given.is_empty() && Sha256::digest(given) == Sha256::digest(came)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_token_matches_and_never_an_empty_one() {
        assert!(matches("ab", "ab"));
        assert!(!matches("ab", "ac"));
        assert!(!matches("", ""));
    }
}
