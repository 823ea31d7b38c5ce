//! What a dialled string is.

use serde::{Deserialize, Serialize};

/// A dialled string, normalised once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", content = "value")]
pub enum Dialled {
    /// An extension of the tenant.
    Extension(String),
    /// A public number, E.164 with plus.
    Number(String),
    /// A service code of ours: `*57204`.
    Service(String),
    /// A number that must always get through.
    Emergency(String),
    /// None of these.
    Unknown(String),
}
