//! The owners of dialogs and timers, and the purposes of transactions.

use crate::base::flow::Flow;
use crate::base::ids::{CallId, LegId, Slot, TenantId};
use serde::{Deserialize, Serialize};

/// A call and its tenant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct CallRef {
    pub(crate) tenant: TenantId,
    pub(crate) call: CallId,
}

impl CallRef {
    /// Returns the slot that the tenant lives in.
    pub(crate) fn slot(self) -> Slot {
        self.tenant.slot()
    }

    /// Returns what the SIP log files a message of this call under.
    pub(crate) fn about(self) -> Option<(TenantId, CallId)> {
        Some((self.tenant, self.call))
    }
}

/// The owner of something that outlives one input.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) enum Owner {
    Call(CallId),
    Leg(LegId),
}

/// The user of a transaction (RFC 3261 §17): what it is for, and where its messages go.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct TransactionUser {
    pub(crate) flow: Flow,
    /// The tenant and call, for the SIP log.
    pub(crate) about: Option<(TenantId, CallId)>,
    pub(crate) purpose: Purpose,
}

impl TransactionUser {
    /// Returns the user of a transaction that belongs to nothing.
    pub(crate) const fn nobody(flow: Flow) -> Self {
        Self { flow, about: None, purpose: Purpose::AnsweredAtOnce }
    }
}

/// The purpose of a transaction: responses and failures go where it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// A request that was answered at once, or one of ours whose response changes nothing: it is
    /// remembered for its retransmissions alone.
    AnsweredAtOnce,
    /// A request of this leg.
    Answer(LegId),
    /// The INVITE that rings this leg.
    Invite(LegId),
    /// A change of this leg's session.
    Reinvite(LegId),
    /// OPTIONS in this leg's dialog: is it still there?
    Probe(LegId),
    /// The end of this leg.
    Bye(LegId),
    /// How far something has come that this leg asked for.
    Notify(LegId),
}

impl Purpose {
    /// Returns the leg that the transaction is of.
    pub(crate) const fn leg(self) -> Option<LegId> {
        match self {
            Self::AnsweredAtOnce => None,
            Self::Answer(leg)
            | Self::Invite(leg)
            | Self::Reinvite(leg)
            | Self::Probe(leg)
            | Self::Bye(leg)
            | Self::Notify(leg) => Some(leg),
        }
    }
}
