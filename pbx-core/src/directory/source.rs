//! A named place in the tenant's own systems that templates may ask for data.

use crate::ids::SourceId;
use crate::value::Value;
use serde::{Deserialize, Serialize};

/// The protocol that a source speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// GET of a URL that answers JSON; 404 means "unknown" and is no fault.
    HttpJson,
}

/// A data source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The source's id.
    pub id: SourceId,
    /// The name that templates use: `customers`.
    pub slug: String,
    /// The protocol that it speaks.
    pub kind: SourceKind,
    /// URL with `{placeholders}`, each replaced URL-encoded.
    pub url: String,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: u32,
    /// Hosts it may reach besides the URL's own (exact names).
    pub allowed_hosts: Vec<String>,
    /// Whether the operator lets it reach private, loopback and link-local addresses.
    pub allow_private: bool,
    /// What stands in for its answer while it is slow or down; nothing if no default is declared.
    #[serde(default)]
    pub default: Option<Value>,
}
