//! What the exchange and the script host say to each other.
//!
//! A script is a coroutine: it yields a verb, and is resumed with the verb's outcome. The engine emits [`ScriptJob`]s and is
//! fed [`ScriptReply`]s; who runs them (a pool of threads, or a test inline) is not its business.

use crate::base::ids::{CallId, TemplateVersionId, TenantId};
use crate::base::value::Value;
use crate::template::TemplateVersion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One run of a script: the call's only one for now; unique within the server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RunId {
    /// The call it decides.
    pub call: CallId,
    /// Which run of that call.
    pub seq: u16,
}

/// Everything a script is a function of. Recorded as it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScriptInput {
    /// The template version that runs (pinned at INVITE).
    pub template: TemplateVersionId,
    /// `call`: read-only facts about the call, see docs/TEMPLATE-API.md.
    pub call: Value,
    /// `param`: the binding's parameters with the manifest's defaults filled in.
    pub params: BTreeMap<String, Value>,
    /// `now`: the moment in the tenant's zone, and its holiday if it is one; nothing for a script that does not ask.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub now: Value,
    /// The seed of `math.random`.
    pub seed: u64,
}

/// What the engine asks of the script host.
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
        /// All that the script is a function of.
        input: Arc<ScriptInput>,
        /// Outcomes of verbs that were carried out before: the script is taken through them without yielding
        /// (after a restart or a retired VM). Empty at a first start.
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

/// What the script host tells the engine: one for each start or resume.
#[derive(Clone, PartialEq, Debug)]
pub struct ScriptReply {
    /// The tenant.
    pub tenant: TenantId,
    /// The run.
    pub run: RunId,
    /// What the script did.
    pub step: ScriptStep,
}

/// What a script did with its turn.
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
        /// Why it was stopped.
        kind: FaultKind,
        /// What went wrong, for the script's author; never reaches a phone.
        message: String,
        /// The line of the script, if known.
        line: Option<u32>,
    },
}

/// Why a script was stopped.
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
