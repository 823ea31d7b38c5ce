//! What the door wants somebody to know: once an episode, never once a packet.

use crate::ids::{AuditId, TenantId};
use crate::journal::AuditLine;
use crate::time::Wall;
use std::net::SocketAddr;

/// What was noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AlarmKind {
    /// A source guesses passwords or user names.
    Guessing,
}

/// Something noticed at the door.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alarm {
    /// What.
    pub kind: AlarmKind,
    /// When.
    pub at: Wall,
    /// From where.
    pub source: SocketAddr,
    /// The user name that was tried last, as it was sent.
    pub account: String,
    /// Whose account that is, if it is one.
    pub tenant: Option<TenantId>,
    /// How many failures of the source are not yet forgotten.
    pub failures: u32,
}

impl Alarm {
    /// The stable code of audit lines and of the console's alarms.
    pub const fn code(&self) -> &'static str {
        match self.kind {
            AlarmKind::Guessing => "sip.guessing",
        }
    }

    /// As a line of the audit.
    pub fn audit(&self, id: AuditId) -> AuditLine {
        AuditLine {
            id,
            tenant: self.tenant,
            at: self.at,
            actor: self.source.to_string(),
            action: self.code().to_owned(),
            object: self.account.chars().filter(|c| !c.is_control()).take(64).collect(),
            detail: serde_json::json!({ "failures": self.failures }),
        }
    }
}
