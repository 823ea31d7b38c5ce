//! The world of a living call, as routing asks for it.

use crate::base::ids::{CallId, DeviceId, NumberId, PersonId, TemplateVersionId, TenantId};
use crate::base::time::Wall;
use crate::base::value::Value;
use crate::call::core::Core;
use crate::call::leg::identity;
use crate::context::ctx::Ctx;
use crate::context::io::World;
use crate::decision::{Bound, Facts, Final, Limits, Opening, Resolution};
use crate::dial_plan::Dialled;
use crate::directory::{Device, Scope, Tenant};
use crate::event::{Direction, Party};
use crate::registrar::{Registrar, Target};
use crate::script::ScriptInput;
use crate::template::TemplateVersion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One place to ring, found while a destination was resolved.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Fork {
    pub(crate) party: Party,
    pub(crate) target: Target,
}

/// A living call's part in the facts of its routing.
pub(crate) struct CallFacts<'a> {
    pub(crate) id: CallId,
    pub(crate) direction: Direction,
    pub(crate) from: &'a Party,
    pub(crate) original: &'a str,
    pub(crate) dialled: &'a Dialled,
    pub(crate) did: Option<NumberId>,
    /// The device that calls: it is not rung by its own call.
    pub(crate) device: Option<DeviceId>,
    pub(crate) seed: u64,
    /// Why the INVITE cannot be carried out, if so: its session description makes no sense.
    pub(crate) fault: Option<&'a Final>,
}

/// Answers the decider's questions from the directory and the registrar, and keeps where a `ring`
/// can ring.
pub(crate) struct LiveFacts<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) registrar: &'a Registrar,
    /// The tenant; `None` if it was removed while the call ran.
    pub(crate) tenant: Option<&'a Tenant>,
    pub(crate) owner: TenantId,
    pub(crate) call: CallFacts<'a>,
    /// What the destinations were resolved to.
    pub(crate) found: Found,
}

/// The phones that the destinations of a `ring` were resolved to.
#[derive(Default)]
pub(crate) struct Found {
    /// Where they can be rung.
    pub(crate) forks: Vec<Fork>,
    /// Whether one of the destinations is a person's.
    pub(crate) is_assigned: bool,
}

impl<'a> LiveFacts<'a> {
    /// Looks at the world as this call's routing sees it.
    pub(crate) fn of(core: &'a Core<'_>, ctx: &'a Ctx<'_>) -> Self {
        let (call, request) = (&*core.call, &core.call.request);
        Self {
            world: ctx.world,
            registrar: &ctx.shared.registrar,
            tenant: ctx.world.directory.tenant(call.id.tenant).map(AsRef::as_ref),
            owner: call.id.tenant,
            call: CallFacts {
                id: call.id.call,
                direction: call.record.direction(),
                from: call.record.from(),
                original: call.record.dialled(),
                dialled: &request.dialled,
                did: request.did,
                device: request.device,
                seed: request.seed,
                fault: request.fault.as_ref(),
            },
            found: Found::default(),
        }
    }

    /// Finds where an extension can be rung.
    pub(crate) fn find(core: &'a Core<'_>, ctx: &'a Ctx<'_>, extension: &str) -> Found {
        let mut facts = Self::of(core, ctx);
        facts.resolve(extension);
        facts.found
    }
}

impl LiveFacts<'_> {
    fn assignment_of(&self, scope: Scope) -> Option<&crate::directory::Assignment> {
        self.tenant?.assignments.iter().find(|assignment| assignment.scope == scope)
    }

    fn targets(&self, device: &Device) -> Vec<Target> {
        self.registrar.targets(self.world.now.mono, self.world.routes, self.owner, device)
    }

    /// Makes the table `call` that the script reads.
    fn call_table(&self) -> Value {
        let from = self.call.from;
        let or_null = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
        let dialled_person = match self.call.dialled {
            Dialled::Extension(extension) => self.tenant.and_then(|tenant| tenant.person_at(extension)),
            _ => None,
        };
        let number = self.call.did.and_then(|did| self.tenant?.numbers.get(&did)).map(|number| number.e164.as_str());
        let caller = Value::table([
            ("number", or_null(&from.number)),
            ("name", or_null(&from.name)),
            ("anonymous", from.anonymous.into()),
            ("extension", if self.call.direction == Direction::Internal { or_null(&from.number) } else { Value::Null }),
        ]);
        let callee = Value::table([
            ("dialled", self.call.original.into()),
            ("extension", dialled_person.map_or(Value::Null, |person| person.extension.as_str().into())),
            ("name", dialled_person.map_or(Value::Null, |person| person.name.as_str().into())),
            ("number", number.map_or(Value::Null, Value::from)),
        ]);
        let direction = match self.call.direction {
            Direction::Internal => "internal",
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
        };
        Value::table([
            ("id", self.call.id.to_string().into()),
            ("direction", direction.into()),
            ("caller", caller),
            ("callee", callee),
        ])
    }
}

impl Facts for LiveFacts<'_> {
    fn at(&mut self, _step: usize) -> Wall {
        self.world.now.wall
    }

    fn opening(&mut self) -> Opening {
        let settings = self.world.settings;
        Opening {
            revision: self.world.directory.revision,
            limits: Limits {
                actions: settings.max_actions,
                lookups: settings.max_lookups,
                ring_timeout_s: settings.ring_timeout_s,
            },
            original: self.call.original.to_owned(),
            dialled: self.call.dialled.clone(),
            did: self.call.did,
            fault: self.call.fault.cloned(),
        }
    }

    fn person_at(&mut self, extension: &str) -> Option<PersonId> {
        self.tenant?.person_at(extension).map(|person| person.id)
    }

    fn binding(&mut self, scope: Scope) -> Option<Bound> {
        let binding = self.assignment_of(scope)?;
        let slug = self.tenant?.templates.get(&binding.template).map(|version| version.slug.clone());
        Some(Bound { template: binding.template, slug: slug.unwrap_or_default() })
    }

    fn program(&mut self, template: TemplateVersionId) -> Option<Arc<TemplateVersion>> {
        self.tenant?.templates.get(&template).cloned()
    }

    fn input(&mut self, scope: Scope, program: &TemplateVersion) -> Arc<ScriptInput> {
        let mut params: BTreeMap<String, Value> = BTreeMap::new();
        for spec in &program.params {
            if let Some(default) = &spec.default {
                params.insert(spec.name.clone(), default.clone());
            }
        }
        if let Some(binding) = self.assignment_of(scope) {
            params.extend(binding.params.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        let asked = self.tenant.filter(|_| program.tells_time());
        let now = asked.map_or(Value::Null, |tenant| crate::call::setup::moment::table(tenant, self.world.now.wall));
        Arc::new(ScriptInput { template: program.id, call: self.call_table(), params, now, seed: self.call.seed })
    }

    fn resolve(&mut self, target: &str) -> Resolution {
        let Some(tenant) = self.tenant else { return Resolution::default() };
        let Some(person) = tenant.person_at(target) else { return Resolution::default() };
        self.found.is_assigned = true;
        let mut devices = Vec::with_capacity(person.devices.len());
        for device in tenant.devices_of(person) {
            if Some(device.id) == self.call.device {
                continue;
            }
            let targets = self.targets(device);
            if targets.is_empty() {
                devices.push((device.slug.clone(), None));
            }
            for target in targets {
                devices.push((device.slug.clone(), Some(target.uri.clone())));
                let party = identity::of_person(person, Some(device));
                if !self.found.forks.iter().any(|fork| fork.target == target) {
                    self.found.forks.push(Fork { party, target });
                }
            }
        }
        Resolution { person: Some(person.id), devices }
    }
}
