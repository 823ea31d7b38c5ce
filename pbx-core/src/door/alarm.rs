//! What the door wants somebody to know: once an episode, never once a packet.

use crate::base::ids::{AuditId, TenantId};
use crate::base::time::Wall;
use crate::journal::AuditLine;
use std::net::SocketAddr;

/// What was noticed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlarmKind {
    /// A source guesses passwords or user names.
    Guessing {
        /// How many failures of the source are not yet forgotten.
        failures: u32,
    },
    /// A phone's credentials can't be used, whatever its password.
    Unusable {
        /// What is wrong with them, as a stable code.
        fault: &'static str,
    },
    /// More lines of a kind would have come than a minute takes.
    LeftOut {
        /// The code of those lines.
        code: &'static str,
        /// How many were not written.
        lines: u32,
    },
    /// Connections were refused or closed for want of room. The source is the one that found none.
    Crowded {
        /// How many there were.
        connections: usize,
        /// Whether they were all of this one source; else of the server.
        of_one_source: bool,
    },
    /// A request outside of a call was refused.
    Refused {
        /// Our answer.
        status: u16,
        /// Why, as the sender was told.
        reason: String,
        /// What it wanted.
        method: String,
        /// Whom it wanted.
        dialled: String,
        /// Its Call-ID.
        sip_call_id: String,
    },
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
}

impl Alarm {
    /// The stable code of audit lines and of the console's alarms.
    pub const fn code(&self) -> &'static str {
        match self.kind {
            AlarmKind::Guessing { .. } => "sip.guessing",
            AlarmKind::Unusable { .. } => "sip.credentials",
            AlarmKind::LeftOut { .. } => "sip.left-out",
            AlarmKind::Crowded { .. } => "sip.crowded",
            AlarmKind::Refused { .. } => "sip.refused",
        }
    }

    /// The same, about this dialled string.
    pub(super) fn about(mut self, asked: String) -> Self {
        if let AlarmKind::Refused { dialled, .. } = &mut self.kind {
            *dialled = asked;
        }
        self
    }

    /// As a line of the audit.
    pub fn audit(&self, id: AuditId) -> AuditLine {
        AuditLine {
            id,
            tenant: self.tenant,
            at: self.at,
            actor: self.source.to_string(),
            action: self.code().to_owned(),
            object: printable(&self.account),
            detail: self.detail(),
        }
    }

    fn detail(&self) -> serde_json::Value {
        match &self.kind {
            AlarmKind::Guessing { failures } => serde_json::json!({ "failures": failures }),
            AlarmKind::Unusable { fault } => serde_json::json!({ "fault": fault }),
            AlarmKind::LeftOut { code, lines } => serde_json::json!({ "of": code, "lines": lines }),
            AlarmKind::Crowded { connections, of_one_source } => {
                serde_json::json!({ "connections": connections, "of_one_source": of_one_source })
            }
            AlarmKind::Refused { status, reason, method, dialled, sip_call_id } => serde_json::json!({
                "status": status,
                "reason": printable(reason),
                "method": printable(method),
                "dialled": printable(dialled),
                "sip_call_id": printable(sip_call_id),
            }),
        }
    }
}

/// What a stranger sent, fit for a line.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
