//! A way to and from the outside. Trunks belong to the operator; numbers on them to tenants.

use crate::ids::TrunkId;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

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
    /// The exact addresses it calls from; on a connection the IP alone counts.
    pub peers: Vec<SocketAddr>,
}
