//! The messages between the exchange and the script host.
//!
//! A script is a coroutine: it yields a verb, and is resumed with the verb's outcome. The engine
//! emits [`ScriptJob`]s and is fed [`ScriptReply`]s; a pool of threads runs them, or a test inline.

use crate::base::ids::{CallId, TemplateVersionId, TenantId};
use crate::base::value::Value;
use crate::template::TemplateVersion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A run of a script; unique within the server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RunId {
    /// The call it decides.
    pub call: CallId,
    /// The number of the run within its call.
    pub seq: u16,
}

/// The input that a script is a function of. It is recorded as it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScriptInput {
    /// The template version that runs (pinned at INVITE).
    pub template: TemplateVersionId,
    /// `call`: read-only facts about the call, see docs/TEMPLATE-API.md.
    pub call: Value,
    /// `param`: the assignment's parameters with the manifest's defaults filled in.
    pub params: BTreeMap<String, Value>,
    /// `now`: the moment in the tenant's zone, and its holiday if it is one; null for a script that
    /// does not ask.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub now: Value,
    /// The seed of `math.random`.
    pub seed: u64,
}

/// A job for the script host.
#[derive(Clone, Debug)]
pub enum ScriptJob {
    /// Run a script from its start.
    Start {
        /// The tenant.
        tenant: TenantId,
        /// The run.
        run: RunId,
        /// The template version with the script.
        program: Arc<TemplateVersion>,
        /// The input that the script is a function of.
        input: Arc<ScriptInput>,
        /// Outcomes of verbs that were carried out before: the script is taken through them without
        /// yielding (after a restart or a retired VM). Empty at a first start.
        replayed: Vec<Value>,
    },
    /// Go on with the outcome of the verb that it yielded.
    Resume {
        /// The tenant.
        tenant: TenantId,
        /// The run.
        run: RunId,
        /// The outcome table: always has `status`.
        outcome: Value,
    },
    /// Forget the run; nothing is answered.
    Cancel {
        /// The tenant.
        tenant: TenantId,
        /// The run.
        run: RunId,
    },
}

/// The script host's reply to a start or a resume.
#[derive(Clone, PartialEq, Debug)]
pub struct ScriptReply {
    /// The tenant.
    pub tenant: TenantId,
    /// The run.
    pub run: RunId,
    /// The step that the script took.
    pub step: ScriptStep,
}

/// The step that a script took in its turn.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum ScriptStep {
    /// The script asks for a verb; the arguments are already checked against the verb's spec.
    Verb {
        /// The verb: `ring`, `lookup`, `reject` or `note`.
        name: String,
        /// Named arguments.
        args: BTreeMap<String, Value>,
        /// The line of the script.
        line: u32,
    },
    /// The script ran to its end.
    Finished,
    /// The script was stopped: the fallback decides.
    Fault {
        /// The kind of fault.
        kind: FaultKind,
        /// The fault in words for the script's author; it never reaches a phone.
        message: String,
        /// The line of the script, if known.
        line: Option<u32>,
    },
}

/// The faults that stop a script.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The text does not compile.
    Syntax,
    /// The script raised an error, or misused a verb.
    Error,
    /// The script used up its counted interrupts.
    Budget,
    /// The script used up its memory.
    Memory,
    /// The script held its thread too long by the clock (a second limit behind the interrupts).
    Deadline,
    /// The script asked for too many actions.
    Actions,
}
