//! What the server keeps instead of a password.

use super::Algorithm;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::LazyLock;

/// `H(user ":" realm ":" password)` for both hashes, in hex. As good as the password within the
/// realm: keep it as secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ha1 {
    md5: String,
    sha256: String,
}

impl Ha1 {
    /// Computes both hashes of a user's password in a realm.
    pub fn of(user: &str, realm: &str, password: &str) -> Self {
        let parts = [user.as_bytes(), realm.as_bytes(), password.as_bytes()];
        Self { md5: Algorithm::Md5.hash(&parts), sha256: Algorithm::Sha256.hash(&parts) }
    }

    /// Takes hashes that were made elsewhere, in hex; `None` if one has another length than its
    /// algorithm's, or is not hex.
    pub fn from_hex(md5: &str, sha256: &str) -> Option<Self> {
        let fits = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
        (fits(md5, 32) && fits(sha256, 64))
            .then(|| Self { md5: md5.to_ascii_lowercase(), sha256: sha256.to_ascii_lowercase() })
    }

    /// Returns the hash for this algorithm, in hex.
    pub fn hex(&self, algorithm: Algorithm) -> &str {
        match algorithm {
            Algorithm::Md5 | Algorithm::Md5Sess => &self.md5,
            Algorithm::Sha256 | Algorithm::Sha256Sess => &self.sha256,
        }
    }

    /// Returns a secret that nobody has: an unknown user is checked against it, which takes the
    /// same time as a wrong password.
    pub(super) fn nobody() -> &'static Self {
        static NOBODY: LazyLock<Ha1> = LazyLock::new(|| Ha1 { md5: "0".repeat(32), sha256: "0".repeat(64) });
        &NOBODY
    }
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ha1(secret)")
    }
}
