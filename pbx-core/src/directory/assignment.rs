//! The templates that run for calls. The most specific assignment wins.

use crate::base::ids::{NumberId, PersonId, TemplateVersionId};
use crate::base::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The calls that an assignment is for, from the least specific to the most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Calls to numbers and extensions that have no assignment of their own.
    Tenant,
    /// Calls to a person's extension.
    Extension(PersonId),
    /// Calls to a public number.
    Number(NumberId),
}

/// A template with its parameters, for a scope.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Assignment {
    /// The calls that the assignment is for.
    pub scope: Scope,
    /// The version that runs.
    pub template: TemplateVersionId,
    /// Parameters, checked against the manifest when they were written.
    pub params: BTreeMap<String, Value>,
}
