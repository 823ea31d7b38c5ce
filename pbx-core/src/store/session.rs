//! Log-in sessions of the console.

/// A session as kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The session's id, which the cookie holds: a secret.
    pub id: String,
    /// What the session layer keeps, as JSON.
    pub data: String,
    /// When the session ends.
    pub expires: crate::base::time::Wall,
}
