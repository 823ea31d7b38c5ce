//! Small immutable facts on a bus. Records, lamps, the live console, push and metrics read them,
//! and none of these is called by name.

use crate::base::ids::{CallId, DeviceId, LegId, PersonId, TenantId};
use crate::base::time::Now;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;

/// A fact on the bus.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// The tenant.
    pub tenant: TenantId,
    /// The call it is about.
    pub call: Option<CallId>,
    /// Grows by one with every event of the tenant.
    pub seq: u64,
    /// When it happened, by both clocks.
    pub at: Now,
    /// The fact itself.
    pub kind: EventKind,
}

/// The party at one end, as far as known.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Party {
    /// The number that reaches it: E.164 with plus, or an extension; empty when anonymous.
    pub number: String,
    /// The name of the party, if known.
    pub name: String,
    /// The person, if it is one of the tenant's.
    pub person: Option<PersonId>,
    /// The device, if it is one of the tenant's.
    pub device: Option<DeviceId>,
    /// Whether the caller withholds the number.
    pub anonymous: bool,
}

/// The origin of a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From one of the tenant's devices to another.
    Internal,
    /// From a trunk.
    Inbound,
    /// To a trunk.
    Outbound,
}

/// The outcome of a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// Two parties talked.
    Answered,
    /// It rang and was not answered.
    NoAnswer,
    /// The party that was asked was busy.
    Busy,
    /// The caller hung up before an answer.
    Cancelled,
    /// It was refused: by a template, by a person, or for want of a destination.
    Rejected,
    /// Something broke.
    Failed,
}

/// The kinds of facts, with their particulars.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum EventKind {
    /// An INVITE became a call.
    CallStarted {
        /// Whether the call is internal or comes from a trunk.
        direction: Direction,
        /// The party that calls.
        from: Party,
        /// The dialled string as it came.
        dialled: String,
        /// SIP's Call-ID of the caller's leg.
        sip_call_id: String,
    },
    /// A template was chosen.
    TemplateChosen {
        /// The template's slug.
        template: String,
    },
    /// A leg to a device (or trunk) was started.
    LegStarted {
        /// The leg.
        leg: LegId,
        /// The party that is rung.
        to: Party,
    },
    /// A leg rings.
    LegRinging {
        /// The leg.
        leg: LegId,
    },
    /// A leg ended without an answer.
    LegFailed {
        /// The leg.
        leg: LegId,
        /// The SIP code that ended it.
        code: u16,
    },
    /// The caller and this leg talk.
    Answered {
        /// The leg.
        leg: LegId,
        /// The party that answered.
        by: Party,
    },
    /// A leg took the place of another one in the talk.
    Transferred {
        /// The leg that stays in the talk.
        stays: LegId,
        /// The leg that it talks with from now on.
        leg: LegId,
        /// The party that answered there.
        by: Party,
    },
    /// One side put the other on hold.
    Held {
        /// The leg that did it.
        leg: LegId,
    },
    /// The hold ended.
    Resumed {
        /// The leg that had begun it.
        leg: LegId,
    },
    /// The call is over.
    CallEnded {
        /// How the call ended.
        disposition: Disposition,
        /// The cause's code in the table of `cause`.
        cause: String,
    },
    /// A device can be reached at a contact.
    Registered {
        /// The device.
        device: DeviceId,
        /// The contact URI.
        contact: Arc<str>,
        /// The source address it registered from.
        source: SocketAddr,
        /// The phone's User-Agent, if it sent one.
        user_agent: Arc<str>,
        /// When the registration ends.
        expires: crate::base::time::Wall,
    },
    /// A contact is gone.
    Unregistered {
        /// The device.
        device: DeviceId,
        /// The contact URI.
        contact: Arc<str>,
        /// `expired`, `removed`, `replaced` or `flow-lost`.
        reason: String,
    },
    /// Something that an operator should look at.
    Alarm {
        /// A stable code: `emergency-without-route`, `no-media-ports`, `scan`.
        code: String,
        /// The alarm in words.
        detail: String,
    },
}
