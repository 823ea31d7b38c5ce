//! A named place in the tenant's own systems that templates may ask for data.

use crate::base::ids::{SourceId, TenantId};
use crate::base::value::Value;
use crate::secret::Sealed;
use serde::{Deserialize, Serialize};

/// The protocol that a source speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// GET of a URL that answers JSON; 404 means "unknown" and is no fault.
    HttpJson,
}

/// The header that carries a source's secret, unless it names another.
pub const SECRET_HEADER: &str = "Authorization";

/// A data source. It can't be serialised: it holds a secret.
#[derive(Clone, PartialEq, Debug)]
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
    /// The answer that stands in while the source is slow or down; `None` if no default is
    /// declared.
    pub default: Option<Value>,
    /// The header that carries the secret.
    pub header: String,
    /// The credential by which the source knows the company, sealed for [`Source::sealed_for`]. It
    /// is sent to the URL's own host and shown nowhere.
    pub secret: Option<Sealed>,
}

impl Source {
    /// Returns scheme, host and port of the URL, as written.
    fn origin(&self) -> &str {
        let host = self.url.find("://").map_or(0, |at| at + 3);
        let end = self.url[host..].find(['/', '?', '#']).map_or(self.url.len(), |at| host + at);
        &self.url[..end]
    }

    /// Returns the owner that its secret is sealed for: this source at this host. Leading the URL
    /// to another host takes the secret.
    pub fn sealed_for(&self, tenant: TenantId) -> String {
        format!("{tenant}/{} {}", self.id, self.origin().to_ascii_lowercase())
    }
}
