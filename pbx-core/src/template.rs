//! A call-control template as the exchange sees it: text, typed parameters and what happens if it
//! fails.
//!
//! The `templates` room reads manifests into this; this room never runs Lua.

mod param;
mod params;

pub use param::{MAX_DESTINATIONS, ParamFault, WEEKDAYS};
pub use params::{BindingFault, TenantNames, check_params};

use crate::base::ids::TemplateVersionId;
use crate::base::value::Value;
use serde::{Deserialize, Serialize};

/// One immutable version of a template.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TemplateVersion {
    /// The id, derived from slug and content: the same text is the same version.
    pub id: TemplateVersionId,
    /// The template's name in assignments: `vip-by-lookup`.
    pub slug: String,
    /// The SHA-256 of manifest and script, in lower-case hex.
    pub sha256: String,
    /// The template's name for people.
    pub title: String,
    /// One sentence about the template.
    pub summary: String,
    /// The script.
    pub lua: String,
    /// The manifest as written.
    pub manifest: String,
    /// The typed parameters.
    pub params: Vec<ParamSpec>,
    /// The way out when the script fails, runs over budget or ends without an action.
    pub fallback: Fallback,
}

impl TemplateVersion {
    /// Returns whether the script may read the clock. That shows in its text: the sandbox has no
    /// `_G`, `getfenv` or `loadstring`.
    pub fn tells_time(&self) -> bool {
        memchr::memmem::find(self.lua.as_bytes(), b"now").is_some()
    }
}

/// One parameter of a template.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ParamSpec {
    /// The parameter's name in assignments and as `param.NAME` in scripts.
    pub name: String,
    /// The parameter's label in forms.
    pub label: String,
    /// One sentence of help.
    #[serde(default)]
    pub help: String,
    /// The parameter's type.
    #[serde(rename = "type")]
    pub kind: ParamKind,
    /// The value when the assignment gives none; a parameter without one is required.
    #[serde(default)]
    pub default: Option<Value>,
    /// The people who may change the parameter.
    #[serde(default)]
    pub editable_by: EditableBy,
}

/// The type of a parameter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParamKind {
    /// Any text up to 1,000 characters.
    Text,
    /// A whole number between bounds.
    Integer {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// Seconds between bounds.
    Seconds {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// True or false.
    Bool,
    /// An extension, or a list of extensions rung together.
    Destination,
    /// The name of one of the tenant's data sources.
    Source,
    /// Opening hours: a table from `mon`…`sun` to a list of `"HH:MM-HH:MM"`.
    WeeklyHours,
    /// One of these words.
    Choice(Vec<String>),
}

/// The people who may change a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditableBy {
    /// Tenant admins.
    #[default]
    Admin,
    /// Tenant admins, and the person whose extension the assignment is for.
    User,
}

/// The way out for a call whose script cannot decide.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// Ring this destination, or the one that this parameter holds.
    Ring {
        /// The parameter that names the destination; `called` means the person that was dialled.
        param: String,
        /// Seconds of ringing.
        timeout: u32,
    },
    /// Refuse with this SIP code (400–699).
    Reject(u16),
}
