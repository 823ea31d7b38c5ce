//! The record that explains a call, and decides it again.
//!
//! Routing reads the world through one port; every read and every verb's outcome is kept with its value. Codes and values
//! only: words are made when shown, in the reader's language.

mod act;
mod ask;
mod decider;
mod facts;
mod recorded;
mod replay;
mod said;
#[cfg(test)]
mod tests;

pub use act::{DEFAULT_REFUSAL, MAX_NOTE, REFUSALS, RING_SECONDS, outcome};
pub use ask::{Act, Ask, Final};
pub use decider::Decider;
pub use facts::{Bound, Facts, Limits, Opening, Resolution};
pub use recorded::Programs;
pub use replay::{Host, replay};
pub use said::Said;

use crate::base::ids::{NumberId, PersonId, TemplateVersionId};
use crate::base::time::Wall;
use crate::base::value::Value;
use crate::script::{FaultKind, ScriptInput};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The whole decision of one call: its steps, or the same put into words ([`Said`]).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Decision<S = Step> {
    /// The configuration that the call saw.
    pub revision: u64,
    /// How much its script might ask for.
    #[serde(default)]
    pub limits: Limits,
    /// The steps, in order.
    pub steps: Vec<S>,
}

impl<S> Default for Decision<S> {
    fn default() -> Self {
        Self { revision: 0, limits: Limits::default(), steps: Vec::new() }
    }
}

/// One step, with when it happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// When it happened.
    pub at: Wall,
    /// What happened.
    #[serde(flatten)]
    pub kind: StepKind,
}

/// What was read, decided or done.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum StepKind {
    /// The dialled string was read.
    Dialled {
        /// The dialled string as it came.
        original: String,
        /// What it means.
        dialled: crate::dial_plan::Dialled,
    },
    /// The bindings that were looked at, most specific first, and the one that won.
    Bound {
        /// Every scope that was asked, and whether it had a binding.
        chain: Vec<(crate::directory::Scope, bool)>,
        /// The template version of the binding that won.
        template: TemplateVersionId,
        /// That template's slug.
        slug: String,
    },
    /// The script was started.
    ScriptStarted {
        /// All that the script is a function of.
        input: Arc<ScriptInput>,
    },
    /// The script asked for a verb.
    Verb {
        /// The verb.
        name: String,
        /// The verb's arguments.
        args: BTreeMap<String, Value>,
        /// The line of the script.
        line: u32,
    },
    /// A destination was resolved to people and their devices.
    Resolved {
        /// The destination as the script named it.
        target: String,
        /// The person who has it, if anybody.
        person: Option<PersonId>,
        /// Each device's slug and contact; `None`: the device could not be reached.
        devices: Vec<(String, Option<String>)>,
    },
    /// The verb's outcome.
    Outcome {
        /// What the script was resumed with.
        outcome: Value,
    },
    /// The script ended by itself.
    ScriptFinished,
    /// The script was stopped.
    ScriptFault {
        /// Why it was stopped.
        kind: FaultKind,
        /// What went wrong, for the script's author.
        message: String,
        /// The line of the script, if known.
        line: Option<u32>,
    },
    /// The fallback took over.
    Fallback {
        /// What the fallback does.
        plan: crate::template::Fallback,
    },
    /// The caller got ringing because no action came in time.
    LocalRinging,
    /// The caller gave up.
    Cancelled,
    /// The number that was dialled through the trunk.
    Did {
        /// The number.
        number: NumberId,
    },
    /// The final answer to the caller.
    Final {
        /// The SIP code.
        code: u16,
        /// The cause's code in the table of `cause`.
        cause: String,
    },
}
