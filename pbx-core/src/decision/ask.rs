//! What the decider wants done, and how it all ends.

use crate::base::value::Value;
use crate::cause::{self, Cause};
use crate::script::ScriptInput;
use crate::template::TemplateVersion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What routing wants next. Each is answered by exactly one call of the [`super::Decider`], except the last.
#[derive(Clone, PartialEq, Debug)]
pub enum Ask {
    /// Run this script from its start; answered by `script`.
    Start {
        /// The template version with the script.
        program: Arc<TemplateVersion>,
        /// All that the script is a function of.
        input: Arc<ScriptInput>,
    },
    /// Go on with the script; answered by `script`.
    Resume {
        /// The verb's outcome.
        outcome: Value,
    },
    /// Carry out a verb; answered by `outcome`.
    Do(Act),
    /// Wait for an answer that was asked for already.
    Wait,
    /// Give the caller this answer; nothing follows.
    End(Final),
}

/// A verb for the call to carry out.
#[derive(Clone, PartialEq, Debug)]
pub enum Act {
    /// Ring these destinations together. What each is was just resolved and recorded.
    Ring {
        /// Extensions.
        targets: Vec<String>,
        /// Seconds of ringing.
        timeout_s: u32,
    },
    /// Ask a source of the tenant.
    Lookup {
        /// The source's name.
        source: String,
        /// What the placeholders of the source's URL become.
        args: BTreeMap<String, String>,
    },
}

/// The causes by which the world, and not the call's own routing, ends a decision.
pub(super) const STOPS: [&str; 4] =
    [cause::NO_MEDIA_PORTS.code, cause::TENANT_PORTS.code, cause::OPERATOR_HUNG_UP.code, cause::CUT.code];

/// The final answer to the caller.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Final {
    /// The SIP code; 200: the caller is connected.
    pub code: u16,
    /// The cause's code in the table of `cause`.
    pub cause: String,
    /// The reason phrase that a template wants; without it the standard's for that code.
    pub reason: Option<String>,
}

impl Final {
    /// The final answer of a cause, with the cause's own code.
    pub fn of(cause: &Cause) -> Self {
        Self::new(cause.sip, cause.code)
    }

    /// A final answer without a reason phrase of its own.
    pub fn new(code: u16, cause: &str) -> Self {
        Self { code, cause: cause.to_owned(), reason: None }
    }
}
