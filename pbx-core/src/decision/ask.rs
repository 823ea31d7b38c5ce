//! What the decider wants done, and how it all ends.

use crate::cause::{self, Cause};
use crate::script::ScriptInput;
use crate::template::TemplateVersion;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What routing wants next. Each is answered by exactly one call of the [`super::Decider`], except the last.
#[derive(Clone, PartialEq, Debug)]
pub enum Ask {
    /// Run this script from its start; answered by `script`.
    Start {
        /// The text.
        program: Arc<TemplateVersion>,
        /// What it is given.
        input: Arc<ScriptInput>,
    },
    /// Go on with the script; answered by `script`.
    Resume {
        /// The verb's outcome.
        outcome: Value,
    },
    /// Carry out a verb; answered by `outcome`.
    Do(Act),
    /// Nothing until an answer comes that is already asked for.
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
        /// For how long.
        timeout_s: u32,
    },
    /// Ask a source of the tenant.
    Lookup {
        /// Its name.
        source: String,
        /// What its placeholders become, besides the call's own.
        args: BTreeMap<String, String>,
    },
}

/// The causes by which the world, and not the call's own routing, ends a decision.
pub(super) const STOPS: [&str; 3] = [cause::NO_MEDIA_PORTS.code, cause::OPERATOR_HUNG_UP.code, cause::CUT.code];

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
    /// Of a cause, with its own code.
    pub fn of(cause: &Cause) -> Self {
        Self::new(cause.sip, cause.code)
    }

    /// Of a code and a cause.
    pub fn new(code: u16, cause: &str) -> Self {
        Self { code, cause: cause.to_owned(), reason: None }
    }
}
