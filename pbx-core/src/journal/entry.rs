//! The entries of the journal: what the server has promised, one promise each.

use crate::base::ids::{AuditId, CallId, DeviceId, LegId, TenantId};
use crate::base::time::Wall;
use crate::cdr::{CallRecord, WrittenRecord};
use crate::decision::{Decision, Said};
use crate::event::{Direction, Disposition, Party};
use crate::location::{Binding, Refresh};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A promise. Applying an entry twice is the same as applying it once.
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
        /// SIP's Call-ID of the caller's leg.
        sip_call_id: String,
        /// The origin of the call.
        direction: Direction,
        /// The party that calls.
        from: Party,
        /// The dialled string as it came.
        dialled: String,
        /// When the INVITE came.
        at: Wall,
    },
    /// The call was decided: written before a phone rings and before the caller gets an answer.
    CallDecided {
        /// The call.
        call: CallId,
        /// The tenant.
        tenant: TenantId,
        /// The number of steps in earlier entries.
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
        /// The party that answered, where and when.
        answer: CallAnswer,
    },
    /// A leg took the place of another in the talk (before the other one hears of it).
    CallTransferred {
        /// The call.
        call: CallId,
        /// The tenant.
        tenant: TenantId,
        /// The leg that stays in the talk.
        stays: LegId,
        /// The party that it talks with from now on, where and when.
        answer: CallAnswer,
    },
    /// The call ended (before the 200 to the BYE leaves).
    CallEnded {
        /// The call.
        call: CallId,
        /// The tenant.
        tenant: TenantId,
        /// The outcome of the call.
        disposition: Disposition,
        /// The cause's code.
        cause: String,
        /// The final SIP code to the caller.
        sip_code: u16,
        /// When it ended.
        at: Wall,
    },
    /// The finished record. It replaces the entries above, but for the steps of the decision.
    CallRecorded {
        /// The number of steps in earlier entries.
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
    /// A device that could be reached there can be for longer (before the 200 to the REGISTER
    /// leaves).
    BindingRefreshed {
        /// The tenant.
        tenant: TenantId,
        /// The changed fields.
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
        /// When it was removed.
        at: Wall,
    },
    /// A line of the audit.
    Audit(AuditLine),
}

impl Entry {
    /// Makes the entry of a finished record whose steps are in no earlier entry.
    ///
    /// # Errors
    /// When something in it has no JSON.
    pub fn recorded(record: CallRecord) -> serde_json::Result<Self> {
        Ok(Self::CallRecorded { after: 0, record: Box::new(WrittenRecord::new(record)?) })
    }

    /// Returns the tenant and the call that the entry is about.
    pub fn subject(&self) -> (Option<TenantId>, Option<CallId>) {
        match self {
            Self::CallStarted { tenant, call, .. }
            | Self::CallDecided { tenant, call, .. }
            | Self::CallAnswered { tenant, call, .. }
            | Self::CallTransferred { tenant, call, .. }
            | Self::CallEnded { tenant, call, .. } => (Some(*tenant), Some(*call)),
            Self::CallRecorded { record, .. } => (Some(record.brief().tenant), Some(record.brief().id)),
            Self::BindingAdded { tenant, .. }
            | Self::BindingRefreshed { tenant, .. }
            | Self::BindingRemoved { tenant, .. } => (Some(*tenant), None),
            Self::Audit(line) => (line.tenant, None),
        }
    }

    /// Returns when it happened; `None` if the entry does not say.
    pub fn at(&self) -> Option<Wall> {
        match self {
            Self::CallStarted { at, .. } | Self::CallEnded { at, .. } | Self::BindingRemoved { at, .. } => Some(*at),
            Self::CallAnswered { answer, .. } | Self::CallTransferred { answer, .. } => Some(answer.at),
            Self::CallRecorded { record, .. } => Some(record.brief().ended),
            Self::Audit(line) => Some(line.at),
            Self::CallDecided { .. } | Self::BindingAdded { .. } | Self::BindingRefreshed { .. } => None,
        }
    }
}

/// The answer to a call: enough to find the two parties that talked, in the records and in the SIP
/// messages.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CallAnswer {
    /// The party that answered.
    pub by: Party,
    /// When it answered.
    pub at: Wall,
    /// The leg that was answered.
    pub callee: LegId,
    /// SIP's Call-ID of that leg.
    pub sip_call_id: String,
}

/// A line of the audit: who did what to what.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AuditLine {
    /// The line's id.
    pub id: AuditId,
    /// The tenant; `None` for what concerns the whole server.
    pub tenant: Option<TenantId>,
    /// When it happened.
    pub at: Wall,
    /// The actor: an account's e-mail, `import`, `api:<token name>`, or a source address.
    pub actor: String,
    /// A stable code: `person.changed`, `login.failed`, `sip.guessing`.
    pub action: String,
    /// The object that it was done to.
    pub object: String,
    /// The change in codes and values, never with a secret.
    pub detail: serde_json::Value,
}
