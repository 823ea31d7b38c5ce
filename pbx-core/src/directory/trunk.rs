//! A line to a carrier or to another switch. Trunks belong to the operator; numbers on them to
//! tenants.

use super::peer::Peer;
use crate::base::ids::TrunkId;
use serde::{Deserialize, Serialize};

/// The way in which a trunk is recognised.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrunkKind {
    /// By its source address: not challenged, its P-Asserted-Identity believed (RFC 3325).
    Ip,
}

/// A line to a carrier or to another switch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Trunk {
    /// The trunk's id.
    pub id: TrunkId,
    /// The natural key on the server: `carrier`.
    pub slug: String,
    /// The way in which the trunk is recognised.
    pub kind: TrunkKind,
    /// The places that it calls from.
    pub peers: Vec<Peer>,
    /// The header that has the number that is called.
    pub called_number: CalledNumber,
}

/// The header in which a trunk names the number that is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalledNumber {
    /// The Request-URI; where that has no number of the trunk's (but its user name, say),
    /// P-Called-Party-ID (RFC 7315 §4.2), else To.
    #[default]
    Auto,
    /// The Request-URI and no other.
    RequestUri,
    /// P-Called-Party-ID.
    PCalledPartyId,
    /// The first Diversion (RFC 5806): the number that was called before it was forwarded here.
    Diversion,
    /// To.
    To,
}
