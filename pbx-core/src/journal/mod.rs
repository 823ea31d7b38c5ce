//! Promises first to the journal: what the wire has promised is appended before the answer leaves.
//!
//! Engines append ([`Journal`]), SQL is fed from it in batches (`store::Projector`), a start reads what SQL has not yet
//! ([`Recovery`]). What is applied twice is applied once.

mod aside;
mod disk;
mod file;
mod frame;
mod open_call;
mod open_calls;
mod recover;
mod walk;

pub use aside::Unread;
pub use disk::{Disk, Files, SegmentFile};
pub use file::{Journal, JournalLimits};
pub use open_call::{CUT, CallAnswer, CallEnd, OpenCall};
pub use open_calls::{EntryEffect, OpenCalls};
pub use recover::{Portion, Recovery, read_on};

use crate::base::ids::{CallId, DeviceId, LegId, TenantId};
use crate::base::time::Wall;
use crate::cdr::{CallRecord, WrittenRecord};
use crate::decision::{Decision, Said};
use crate::event::{Direction, Disposition, Party};
use crate::location::{Binding, Refresh};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A place in the journal: everything before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Position {
    /// The segment file.
    pub segment: u64,
    /// Bytes into it.
    pub offset: u64,
}

/// How far SQL has been told the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Everything before it but refreshes of registrations.
    pub projected: Position,
    /// Those as well; never after `projected`.
    pub refreshed: Position,
}

/// One promise. Applying an entry twice is the same as applying it once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Entry {
    /// An INVITE became a call.
    CallStarted {
        /// The call.
        call: CallId,
        /// The tenant.
        tenant: TenantId,
        /// The caller's leg.
        #[serde(default = "LegId::untold")]
        caller: LegId,
        /// SIP's Call-ID.
        sip_call_id: String,
        /// From where.
        direction: Direction,
        /// Who calls.
        from: Party,
        /// As dialled.
        dialled: String,
        /// When.
        at: Wall,
    },
    /// Why the call goes where it goes, before anybody is rung and before the caller hears of it.
    CallDecided {
        /// The call.
        call: CallId,
        /// The tenant.
        tenant: TenantId,
        /// How many steps were told before.
        after: usize,
        /// The steps since then.
        decision: Box<Decision<Said>>,
    },
    /// The caller got a 200.
    CallAnswered {
        /// The call.
        call: CallId,
        /// The tenant.
        tenant: TenantId,
        /// Who took it, where and when.
        answer: CallAnswer,
    },
    /// Somebody hung up (before the 200 to the BYE leaves).
    CallEnded {
        /// The call.
        call: CallId,
        /// The tenant.
        tenant: TenantId,
        /// How.
        disposition: Disposition,
        /// The cause's code.
        cause: String,
        /// The final SIP code to the caller.
        sip_code: u16,
        /// When.
        at: Wall,
    },
    /// The finished record: replaces what the entries above told, but for the steps of the decision.
    CallRecorded {
        /// How many steps were told before.
        after: usize,
        /// The record, with the steps since then.
        record: Box<WrittenRecord>,
    },
    /// A device can be reached (before the 200 to the REGISTER leaves).
    BindingAdded {
        /// The tenant.
        tenant: TenantId,
        /// The binding; replaces one of the same device and contact key.
        binding: Box<Binding>,
    },
    /// A device that could be reached there can be for longer (before the 200 to the REGISTER leaves).
    BindingRefreshed {
        /// The tenant.
        tenant: TenantId,
        /// What changed.
        refresh: Refresh,
    },
    /// A device can no longer be reached there.
    BindingRemoved {
        /// The tenant.
        tenant: TenantId,
        /// The device.
        device: DeviceId,
        /// The binding's key.
        key: Arc<str>,
        /// When.
        at: Wall,
    },
    /// A line of the audit.
    Audit(AuditLine),
}

impl Entry {
    /// A finished record of which nothing was told before.
    ///
    /// # Errors
    /// When something in it has no JSON.
    pub fn recorded(record: CallRecord) -> serde_json::Result<Self> {
        Ok(Self::CallRecorded { after: 0, record: Box::new(WrittenRecord::new(record)?) })
    }

    /// Whose it is, and of which call.
    pub fn subject(&self) -> (Option<TenantId>, Option<CallId>) {
        match self {
            Self::CallStarted { tenant, call, .. }
            | Self::CallDecided { tenant, call, .. }
            | Self::CallAnswered { tenant, call, .. }
            | Self::CallEnded { tenant, call, .. } => (Some(*tenant), Some(*call)),
            Self::CallRecorded { record, .. } => (Some(record.brief().tenant), Some(record.brief().id)),
            Self::BindingAdded { tenant, .. }
            | Self::BindingRefreshed { tenant, .. }
            | Self::BindingRemoved { tenant, .. } => (Some(*tenant), None),
            Self::Audit(line) => (line.tenant, None),
        }
    }

    /// When it happened, if it tells.
    pub fn at(&self) -> Option<Wall> {
        match self {
            Self::CallStarted { at, .. } | Self::CallEnded { at, .. } | Self::BindingRemoved { at, .. } => Some(*at),
            Self::CallAnswered { answer, .. } => Some(answer.at),
            Self::CallRecorded { record, .. } => Some(record.brief().ended),
            Self::Audit(line) => Some(line.at),
            Self::CallDecided { .. } | Self::BindingAdded { .. } | Self::BindingRefreshed { .. } => None,
        }
    }
}

/// Who did what to what.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AuditLine {
    /// Its id.
    pub id: crate::base::ids::AuditId,
    /// Whose; none for what concerns the whole server.
    pub tenant: Option<TenantId>,
    /// When.
    pub at: Wall,
    /// Who: an account's e-mail, `import`, `api:<token name>`, or a source address.
    pub actor: String,
    /// A stable code: `person.changed`, `login.failed`, `sip.guessing`.
    pub action: String,
    /// What it was done to.
    pub object: String,
    /// What changed: codes and values, never a secret.
    pub detail: serde_json::Value,
}
