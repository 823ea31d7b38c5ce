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

use crate::ids::{NumberId, PersonId, TemplateVersionId};
use crate::script::{FaultKind, ScriptInput};
use crate::time::Wall;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The whole decision of one call: its steps, or the same put into words ([`Said`]).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Decision<S = Step> {
    /// The configuration that the call saw.
    pub revision: u64,
    /// What its script might ask for.
    #[serde(default)]
    pub limits: Limits,
    /// In order.
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
    /// When.
    pub at: Wall,
    /// What.
    #[serde(flatten)]
    pub kind: StepKind,
}

/// What was read, decided or done.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum StepKind {
    /// What the dialled string is.
    Dialled {
        /// As it came.
        original: String,
        /// What it was taken for.
        dialled: crate::dial_plan::Dialled,
    },
    /// The bindings that were looked at, most specific first, and the one that won.
    Bound {
        /// Every scope that was asked, and whether it had a binding.
        chain: Vec<(crate::directory::Scope, bool)>,
        /// The winner's version.
        template: TemplateVersionId,
        /// Its slug.
        slug: String,
    },
    /// The script was started.
    ScriptStarted {
        /// All that it is a function of.
        input: Arc<ScriptInput>,
    },
    /// The script asked for a verb.
    Verb {
        /// The verb.
        name: String,
        /// Its arguments.
        args: BTreeMap<String, Value>,
        /// The line of the script.
        line: u32,
    },
    /// A destination was resolved to people and their devices.
    Resolved {
        /// As the script named it.
        target: String,
        /// The person, if any.
        person: Option<PersonId>,
        /// Each device and how it could be reached (none: it could not).
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
        /// Why.
        kind: FaultKind,
        /// For its author.
        message: String,
        /// The line of the script, if known.
        line: Option<u32>,
    },
    /// The fallback took over.
    Fallback {
        /// What it does.
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
