//! The door's reports to the audit: once an episode, never once a packet.

use crate::base::ids::{AuditId, TenantId};
use crate::base::time::Wall;
use crate::journal::AuditLine;
use std::net::SocketAddr;

/// The kind of an alarm, with its particulars.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlarmKind {
    /// A source guesses passwords or user names.
    Guessing {
        /// Failures of the source that are not yet forgotten.
        failures: u32,
    },
    /// A phone's credentials can't be used, whatever its password.
    Unusable {
        /// The fault of the credentials, as a stable code.
        fault: &'static str,
    },
    /// More lines of a kind came than a minute takes.
    LeftOut {
        /// The code of those lines.
        code: &'static str,
        /// The number of lines that were left out.
        lines: u32,
    },
    /// Connections were refused or closed for want of room. The source is that of the refused one.
    Crowded {
        /// The number of connections there were.
        connections: usize,
        /// Whether all of them came from this source, and not from all over.
        of_one_source: bool,
    },
    /// A request outside of a call was refused.
    Refused {
        /// The status of our answer.
        status: u16,
        /// The reason phrase of our answer.
        reason: String,
        /// The method of the request.
        method: String,
        /// The user or number that the request asked for.
        dialled: String,
        /// The request's Call-ID.
        sip_call_id: String,
    },
}

/// A line for the audit about something that the door noticed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alarm {
    /// The kind of the alarm.
    pub kind: AlarmKind,
    /// When it was noticed.
    pub at: Wall,
    /// The source that it is about.
    pub source: SocketAddr,
    /// The user name that was last tried, as it was sent.
    pub account: String,
    /// The tenant that has this account; `None` if there is no such account.
    pub tenant: Option<TenantId>,
}

impl Alarm {
    /// Returns the stable code of audit lines and of the console's alarms.
    pub const fn code(&self) -> &'static str {
        match self.kind {
            AlarmKind::Guessing { .. } => "sip.guessing",
            AlarmKind::Unusable { .. } => "sip.credentials",
            AlarmKind::LeftOut { .. } => "sip.left-out",
            AlarmKind::Crowded { .. } => "sip.crowded",
            AlarmKind::Refused { .. } => "sip.refused",
        }
    }

    /// Returns the alarm with this dialled string.
    pub(super) fn about(mut self, asked: String) -> Self {
        if let AlarmKind::Refused { dialled, .. } = &mut self.kind {
            *dialled = asked;
        }
        self
    }

    /// Returns the alarm as a line of the audit.
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

/// Returns what a stranger sent in a form that is fit for a line.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
