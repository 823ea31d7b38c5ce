//! Log-in passwords: argon2id (RFC 9106) in PHC form.

use super::Plain;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Argon2, Params};

/// A password that can't be hashed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the password can't be hashed: {0}")]
pub struct PasswordError(String);

/// The hash that an unknown log-in is compared with, so that it takes as long as a known one. No
/// password has it.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$q0dMlo7IiYQwy7Vj0DRkvxCXvuXyAqhuSA0Pc0Iak0g";

/// Hashes a log-in password; `salt` is fresh randomness.
///
/// # Errors
/// When the password is longer than the algorithm takes.
pub fn hash_password(password: &Plain, salt: [u8; 16]) -> Result<String, PasswordError> {
    let salt = SaltString::encode_b64(&salt).map_err(|why| PasswordError(why.to_string()))?;
    let hash = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, Params::DEFAULT)
        .hash_password(password.expose().as_bytes(), &salt)
        .map_err(|why| PasswordError(why.to_string()))?;
    Ok(hash.to_string())
}

/// Returns whether the password is that of the hash. Without a hash (an unknown log-in) it takes as
/// long and returns `false`.
pub fn password_matches(password: &Plain, hash: Option<&str>) -> bool {
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else {
        return false;
    };
    let right = Argon2::default().verify_password(password.expose().as_bytes(), &parsed).is_ok();
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_password_matches_and_no_other() {
        let hash = hash_password(&Plain::new("correct horse"), [3; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(password_matches(&Plain::new("correct horse"), Some(&hash)));
        assert!(!password_matches(&Plain::new("Correct horse"), Some(&hash)));
    }

    #[test]
    fn unknown_log_in_is_compared_too_and_never_matches() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!password_matches(&Plain::new(""), None));
        assert!(!password_matches(&Plain::new("anything"), Some("not a hash")));
    }
}
