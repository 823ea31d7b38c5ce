//! API tokens: only their hash is kept.

use crate::base::ids::TokenId;
use crate::base::time::Wall;

/// A token as kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// The token's id.
    pub id: TokenId,
    /// What people call it.
    pub label: String,
    /// What it may be used for: `calls:read`, `people:write`.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Wall,
    /// When it expires; `None`: never.
    pub expires: Option<Wall>,
    /// When it was used last, to the minute.
    pub last_used: Option<Wall>,
}
