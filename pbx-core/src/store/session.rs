//! Log-in sessions of the console.

/// A session as kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// Its id: what the cookie holds. A secret.
    pub id: String,
    /// What the session layer keeps, as JSON.
    pub data: String,
    /// Until when.
    pub expires: crate::time::Wall,
}
