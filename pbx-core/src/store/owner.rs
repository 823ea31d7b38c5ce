//! Whose a database is.

use uuid::Uuid;

/// What a database remembers of the server that works on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owner {
    /// The database's own random name.
    pub instance: Uuid,
    /// The fingerprint of the key that its secrets are sealed with, salted with the name.
    pub fingerprint: [u8; 32],
}
