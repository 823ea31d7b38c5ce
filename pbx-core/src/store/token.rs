//! API tokens: only their hash is kept.

use crate::ids::TokenId;
use crate::time::Wall;

/// A token as kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What people call it.
    pub label: String,
    /// What it may do: `calls:read`, `people:write`.
    pub scopes: Vec<String>,
    /// Since when.
    pub created: Wall,
    /// Until when; none: until it is removed.
    pub expires: Option<Wall>,
    /// When it was used last, to the minute.
    pub last_used: Option<Wall>,
}
