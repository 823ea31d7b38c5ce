//! The one port through which routing reads the world.

use super::ask::Final;
use crate::base::ids::{NumberId, PersonId, TemplateVersionId};
use crate::base::time::Wall;
use crate::dial_plan::Dialled;
use crate::directory::Scope;
use crate::script::ScriptInput;
use crate::template::TemplateVersion;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How much a script may ask for. Kept in the record: a change of settings must not change what was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Actions one script may take.
    pub actions: u32,
    /// Lookups one script may make.
    pub lookups: u32,
    /// Seconds that a `ring` without a timeout rings.
    pub ring_timeout_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let settings = crate::base::settings::Settings::default();
        Self { actions: settings.max_actions, lookups: settings.max_lookups, ring_timeout_s: settings.ring_timeout_s }
    }
}

/// What is known when the INVITE comes.
#[derive(Clone, PartialEq, Debug)]
pub struct Opening {
    /// The configuration's revision.
    pub revision: u64,
    /// What the script may ask for.
    pub limits: Limits,
    /// The dialled string as it came.
    pub original: String,
    /// What the dialled string means.
    pub dialled: Dialled,
    /// The number that a trunk delivered; none for calls from devices.
    pub did: Option<NumberId>,
    /// Why the INVITE cannot be carried out at all: a session description that makes no sense.
    pub fault: Option<Final>,
}

/// The binding of a scope.
#[derive(Clone, PartialEq, Debug)]
pub struct Bound {
    /// The template version that the call pins.
    pub template: TemplateVersionId,
    /// The template's slug.
    pub slug: String,
}

/// Whose extension a destination is, and how its devices can be reached.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Resolution {
    /// The person, if it is one's extension.
    pub person: Option<PersonId>,
    /// Each device's slug and contact; `None`: the device cannot be reached.
    pub devices: Vec<(String, Option<String>)>,
}

/// The questions of routing. A living call answers them from the directory and the registrar, a replay from the record.
pub trait Facts {
    /// The wall time of step number `step` (0 is the first).
    fn at(&mut self, step: usize) -> Wall;
    /// What is known at the start.
    fn opening(&mut self) -> Opening;
    /// The person who has this extension.
    fn person_at(&mut self, extension: &str) -> Option<PersonId>;
    /// The binding of exactly this scope.
    fn binding(&mut self, scope: Scope) -> Option<Bound>;
    /// A template version, with its script.
    fn program(&mut self, template: TemplateVersionId) -> Option<Arc<TemplateVersion>>;
    /// Everything that the script of this scope's binding is a function of.
    fn input(&mut self, scope: Scope, program: &TemplateVersion) -> Arc<ScriptInput>;
    /// Resolves a destination of `ring`.
    fn resolve(&mut self, target: &str) -> Resolution;
}
