//! A way to and from the outside. Trunks belong to the operator; numbers on them to tenants.

use super::peer::Peer;
use crate::base::ids::TrunkId;
use serde::{Deserialize, Serialize};

/// How a trunk is recognised.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrunkKind {
    /// By its source address: not challenged, its P-Asserted-Identity believed (RFC 3325).
    Ip,
}

/// A trunk.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Trunk {
    /// The trunk's id.
    pub id: TrunkId,
    /// The natural key on the server: `carrier`.
    pub slug: String,
    /// How the trunk is recognised.
    pub kind: TrunkKind,
    /// Where it calls from.
    pub peers: Vec<Peer>,
    /// Where it says which number is called.
    pub called_number: CalledNumber,
}

/// Where a trunk says which number is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalledNumber {
    /// In the request line; where that names no number of the trunk's (its user name, say), in
    /// P-Called-Party-ID (RFC 7315 §4.2), else in To.
    #[default]
    Auto,
    /// In the request line, and nowhere else.
    RequestUri,
    /// In P-Called-Party-ID.
    PCalledPartyId,
    /// In the first Diversion (RFC 5806): the number that was called before it was forwarded here.
    Diversion,
    /// In To.
    To,
}
