//! The facts of a call, answered from its record.

use super::ask::Final;
use super::facts::{Bound, Facts, Opening, Resolution};
use super::{Decision, StepKind};
use crate::base::ids::{PersonId, TemplateVersionId};
use crate::base::time::Wall;
use crate::base::value::Value;
use crate::cause;
use crate::dial_plan::Dialled;
use crate::directory::Scope;
use crate::script::ScriptInput;
use crate::template::TemplateVersion;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The causes of an INVITE that could not be carried out at all.
const FAULTS: [&str; 4] =
    [cause::BAD_OFFER.code, cause::NOT_ACCEPTABLE.code, cause::DEVICE_FULL.code, cause::TENANT_FULL.code];

/// Finds the text of a version that a record names.
pub trait Programs {
    /// The version's text; none if it is no longer kept.
    fn program(&self, template: TemplateVersionId) -> Option<Arc<TemplateVersion>>;
}

/// The scopes that were asked, the winner's version, and its slug.
type Won<'a> = (&'a [(Scope, bool)], TemplateVersionId, &'a str);

/// Answers every question from the record.
pub(super) struct Recorded<'a> {
    record: &'a Decision,
    programs: &'a dyn Programs,
    resolved: usize,
}

impl<'a> Recorded<'a> {
    pub(super) fn new(record: &'a Decision, programs: &'a dyn Programs) -> Self {
        Self { record, programs, resolved: 0 }
    }

    fn find<T>(&self, pick: impl Fn(&'a StepKind) -> Option<T>) -> Option<T> {
        self.record.steps.iter().find_map(|step| pick(&step.kind))
    }

    fn chain(&self) -> Option<Won<'a>> {
        self.find(|step| match step {
            StepKind::Bound { chain, template, slug } => Some((chain.as_slice(), *template, slug.as_str())),
            _ => None,
        })
    }
}

impl Facts for Recorded<'_> {
    fn at(&mut self, step: usize) -> Wall {
        self.record.steps.get(step).map(|step| step.at).unwrap_or_default()
    }

    fn opening(&mut self) -> Opening {
        let (original, dialled) = self
            .find(|step| match step {
                StepKind::Dialled { original, dialled } => Some((original.clone(), dialled.clone())),
                _ => None,
            })
            .unwrap_or_else(|| (String::new(), Dialled::Unknown(String::new())));
        let did = self.find(|step| match step {
            StepKind::Did { number } => Some(*number),
            _ => None,
        });
        let fault = self.record.steps.get(1).and_then(|step| match &step.kind {
            StepKind::Final { code, cause } if FAULTS.contains(&cause.as_str()) => Some(Final::new(*code, cause)),
            _ => None,
        });
        Opening { revision: self.record.revision, limits: self.record.limits, original, dialled, did, fault }
    }

    fn person_at(&mut self, _extension: &str) -> Option<PersonId> {
        self.chain()?.0.iter().find_map(|(scope, _)| match scope {
            Scope::Extension(person) => Some(*person),
            _ => None,
        })
    }

    fn binding(&mut self, scope: Scope) -> Option<Bound> {
        let (chain, template, slug) = self.chain()?;
        let bound = chain.iter().any(|(asked, bound)| *asked == scope && *bound);
        bound.then(|| Bound { template, slug: slug.to_owned() })
    }

    fn program(&mut self, template: TemplateVersionId) -> Option<Arc<TemplateVersion>> {
        self.programs.program(template)
    }

    fn input(&mut self, _scope: Scope, program: &TemplateVersion) -> Arc<ScriptInput> {
        let recorded = self.find(|step| match step {
            StepKind::ScriptStarted { input } => Some(Arc::clone(input)),
            _ => None,
        });
        recorded.unwrap_or_else(|| {
            Arc::new(ScriptInput {
                template: program.id,
                call: Value::Null,
                params: BTreeMap::new(),
                now: Value::Null,
                seed: 0,
            })
        })
    }

    fn resolve(&mut self, target: &str) -> Resolution {
        let mut seen = 0;
        for step in &self.record.steps {
            let StepKind::Resolved { target: recorded, person, devices } = &step.kind else { continue };
            seen += 1;
            if seen > self.resolved {
                self.resolved = seen;
                if recorded != target {
                    break;
                }
                return Resolution { person: *person, devices: devices.clone() };
            }
        }
        Resolution::default()
    }
}
