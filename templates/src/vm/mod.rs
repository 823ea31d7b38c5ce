//! One sandboxed Luau VM a tenant, and the runs in it.
//!
//! A script is a coroutine in an environment of its own: it yields verbs and is resumed with outcomes. It is a deterministic
//! function of its input and those outcomes: no clock, no addresses, no order that depends on another run.
//!
//! - `compile`: text to bytecode, once a version.
//! - `convert`: values in and out, with limits.
//! - `fault`: what an error of the VM means.
//! - `meter`: counted interrupts, turns and the deadline.
//! - `run`: one script on its way, and how it is taken there again.
//! - `sandbox`: a new VM with only what scripts may use; its Lua half is `sandbox.luau`.
//! - `tenant`: all runs of a tenant, one turn at a time.

mod compile;
mod convert;
mod fault;
mod meter;
mod run;
mod sandbox;
mod tenant;

pub(crate) use compile::Programs;
pub use compile::{SyntaxFault, check_syntax};
pub use meter::{Clock, Limits};
pub(crate) use tenant::Tenant;

use std::sync::Arc;

/// What all VMs of a host share.
#[derive(Clone)]
pub(crate) struct Host {
    /// Compiled scripts.
    pub(crate) programs: Arc<Programs>,
    /// What a script may spend.
    pub(crate) limits: Limits,
    /// The steady clock of the deadline; none where a run must depend on nothing but its input.
    pub(crate) clock: Option<Clock>,
}

impl Host {
    /// A host with an empty cache.
    pub(crate) fn new(limits: Limits, clock: Option<Clock>) -> Self {
        Self { programs: Arc::new(Programs::default()), limits, clock }
    }
}
