//! Secrets: the server's key file, what is sealed with it, and log-in passwords. Nothing here shows
//! itself in Debug or Display.

mod digest;
mod key_file;
mod password;
mod sealed;

pub use digest::{Ha1, ha1};
pub use key_file::{KeyFileError, Keys};
pub use password::{PasswordError, hash_password, password_matches};
pub use sealed::{Plain, Sealed, Unsealable};
