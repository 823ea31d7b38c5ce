//! What goes into the engine and what comes out. The engine is asked, it never asks.

use crate::base::flow::{Flow, Routes};
use crate::base::ids::{CallId, DeviceId, TenantId};
use crate::base::settings::Settings;
use crate::base::time::{Instant, Now};
use crate::base::value::Value;
use crate::directory::Directory;
use crate::door::Who;
use crate::event::Event;
use crate::journal::Entry;
use crate::script::{ScriptJob, ScriptReply};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The state of the world that the engine may look at while it handles one input.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The moment, by both clocks.
    pub now: Now,
    /// The configuration.
    pub directory: &'a Directory,
    /// The flows that lead to addresses.
    pub routes: &'a dyn Routes,
    /// Timers and limits.
    pub settings: &'a Settings,
}

/// An event that the engine handles.
#[derive(Clone, Debug)]
pub enum Input {
    /// A message that passed the gate, for a slot of this engine.
    Message {
        /// The flow that it came by.
        flow: Flow,
        /// The message.
        message: pbx_sip::Message,
        /// Who sent the message.
        who: Who,
    },
    /// A connection is gone.
    FlowLost(Flow),
    /// A moment that was asked for with `WakeAt` has come.
    Wake,
    /// A script's turn is over.
    Script(ScriptReply),
    /// A data source has answered.
    QueryResult(Answer),
    /// A media thread reports something.
    Media(pbx_media::Fact),
    /// A command from the console or the shell.
    Command(Command),
}

/// A command that comes from outside of SIP.
#[derive(Clone, Debug)]
pub enum Command {
    /// End a call.
    HangUp {
        /// The tenant.
        tenant: TenantId,
        /// The call.
        call: CallId,
    },
    /// Forget where a device was registered: it was deleted or has another password.
    Forget {
        /// The tenant.
        tenant: TenantId,
        /// The device.
        device: DeviceId,
    },
    /// Take no new calls (503 with Retry-After); emergency calls still pass.
    Drain,
    /// End what still runs; records say that they were cut.
    Cut,
}

/// A question to a data source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Query {
    /// The tenant.
    pub tenant: TenantId,
    /// The call.
    pub call: CallId,
    /// The number of the question within the call.
    pub seq: u16,
    /// The source's name.
    pub source: String,
    /// What the placeholders of the source's URL become.
    pub args: BTreeMap<String, String>,
}

/// The answer to a query.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The tenant.
    pub tenant: TenantId,
    /// The call.
    pub call: CallId,
    /// The number of the question within the call.
    pub seq: u16,
    /// What the source said.
    pub result: AnswerResult,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
}

/// The outcome of a question to a source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "status", content = "value")]
pub enum AnswerResult {
    /// The data.
    Found(Value),
    /// The source does not know it, which is no fault.
    Unknown,
    /// Not in time.
    Timeout,
    /// The source failed, is not reachable, or may not be asked: a stable code for the record.
    Failed(String),
}

/// An effect that the engine wants carried out, in the order of the batch.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send these bytes; a failure comes back as `FlowLost` where the transport can tell.
    Send {
        /// The flow to send them on.
        flow: Flow,
        /// One whole message.
        bytes: Bytes,
        /// The tenant and call that the message belongs to, if any: for the SIP log.
        about: Option<(TenantId, CallId)>,
    },
    /// Tell the SIP log that a received message belongs to this call.
    Received {
        /// The tenant.
        tenant: TenantId,
        /// The call.
        call: CallId,
        /// The flow that it came by.
        flow: Flow,
        /// The message.
        bytes: Bytes,
    },
    /// Command a media thread.
    Media(pbx_media::Command),
    /// Give the script host a job.
    Script(ScriptJob),
    /// Ask a data source.
    Query(Query),
    /// Promise: on disk before any later `Send` of the same batch.
    Journal(Entry),
    /// Publish an event.
    Publish(Arc<Event>),
    /// Send `Input::Wake` at this moment; replaces an earlier wish.
    WakeAt(Instant),
}
