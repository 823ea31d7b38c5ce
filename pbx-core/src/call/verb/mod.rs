//! The verbs of call control, one a file: what a script may ask for, and what the engine then does.

pub mod lookup;
pub mod note;
pub mod reject;
pub mod ring;
mod spec;

pub use spec::{ArgFault, ArgKind, ArgSpec, OutcomeSpec, VerbSpec};

use crate::base::value::Value;
use std::collections::BTreeMap;

/// Every verb that a script may yield, in the order of the documentation.
pub const SPECS: &[&VerbSpec] = &[&ring::SPEC, &lookup::SPEC, &reject::SPEC, &note::SPEC];

/// Checks a verb's named arguments against its spec and brings them into the form that the engine
/// reads.
///
/// # Errors
/// An [`ArgFault`] for the script's author: an unknown verb, or an unknown, missing or wrong
/// argument.
pub fn check(name: &str, args: BTreeMap<String, Value>) -> Result<BTreeMap<String, Value>, ArgFault> {
    match SPECS.iter().find(|spec| spec.name == name) {
        Some(spec) => spec.check(args),
        None => Err(ArgFault::NoVerb(name.chars().take(40).collect())),
    }
}
