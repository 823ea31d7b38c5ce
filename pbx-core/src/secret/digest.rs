//! The digest table of phones: H(user:realm:password) of RFC 7616 §3.4.2, for both algorithms.

use super::Plain;
use md5::Md5;
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};

/// H(user:realm:password) for both algorithms: enough to check a digest, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Ha1 {
    /// Lower-case hex of MD5.
    pub md5: String,
    /// Lower-case hex of SHA-256.
    pub sha256: String,
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ha1(secret)")
    }
}

/// Computes the values that a phone's digests are checked with.
pub fn ha1(user: &str, realm: &str, password: &Plain) -> Ha1 {
    let text = format!("{user}:{realm}:{}", password.expose());
    Ha1 { md5: hex(&Md5::digest(&text)), sha256: hex(&Sha256::digest(&text)) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ha1_is_that_of_rfc_7616_section_3_9_1() {
        let ha1 = ha1("Mufasa", "http-auth@example.org", &Plain::new("Circle of Life"));
        assert_eq!(ha1.md5, "3d78807defe7de2157e2b0b6573a855f");
        assert_eq!(ha1.sha256, "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
    }
}
