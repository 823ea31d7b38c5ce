//! The state as the directory that calls read. Tenants that did not change are shared with the snapshot before.

use super::edit::owner;
use super::state::State;
use super::{Catalogue, DEFAULT_TEMPLATE, Object, ObjectId};
use crate::base::ids::{DeviceId, PersonId, TenantId};
use crate::directory::{Assignment, Device, Directory, Number, Person, Scope, Tenant};
use crate::secret::{Keys, ha1};
use crate::store::{BindingConfig, DeviceConfig, TenantConfig};
use crate::template::TemplateVersion;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What a snapshot is made with.
pub(super) struct Maker<'a> {
    pub(super) keys: &'a Keys,
    pub(super) realm: &'a str,
    pub(super) catalogue: &'a dyn Catalogue,
}

impl Maker<'_> {
    /// `touched`: the tenants that differ from `before`.
    pub(super) fn directory(&self, state: &State, before: &Directory, touched: &HashSet<TenantId>) -> Directory {
        let kept = |id: TenantId| before.tenant(id).filter(|_| !touched.contains(&id)).cloned();
        let tenants =
            state.tenants().map(|tenant| kept(tenant.id).unwrap_or_else(|| Arc::new(self.tenant(state, tenant))));
        let trunks = state.trunks().cloned().collect();
        Directory::of_shared(state.revision, self.realm.to_owned(), tenants.collect(), trunks)
    }

    fn tenant(&self, state: &State, config: &TenantConfig) -> Tenant {
        let id = config.id;
        let mut tenant = Tenant {
            id,
            slug: config.slug.clone(),
            name: config.name.clone(),
            domains: config.domains.clone(),
            timezone: config.timezone.clone(),
            country: config.country.clone(),
            language: config.language.clone(),
            holidays: config.holidays.clone(),
            people: HashMap::new(),
            devices: state.devices(id).map(|device| (device.id, self.device(id, device))).collect(),
            numbers: HashMap::new(),
            sources: state.sources(id).map(|source| (source.id, source.clone())).collect(),
            extensions: state.people(id).map(|person| (person.extension.clone(), person.id)).collect(),
            assignments: Vec::new(),
            templates: HashMap::new(),
        };
        for number in state.numbers(id) {
            let number = Number { id: number.id, e164: number.e164.clone(), trunk: number.trunk };
            tenant.numbers.insert(number.id, number);
        }
        add_people(&mut tenant, state);
        self.bind(&mut tenant, state);
        tenant
    }

    fn device(&self, tenant: TenantId, device: &DeviceConfig) -> Device {
        let open = device.secret.as_ref().and_then(|secret| {
            self.keys
                .open(&owner(tenant, device.id), secret)
                .inspect_err(|why| tracing::error!(%tenant, device = %device.id, %why, "a device can't log in"))
                .ok()
        });
        Device {
            id: device.id,
            slug: device.slug.clone(),
            label: device.label.clone(),
            person: device.person,
            sip_user: device.sip_user.clone(),
            ha1: open.map(|plain| ha1(&device.sip_user, self.realm, &plain)),
            contact: device.contact.clone(),
            media: device.media,
        }
    }

    fn bind(&self, tenant: &mut Tenant, state: &State) {
        let of_tenant =
            BindingConfig { scope: Scope::Tenant, template: DEFAULT_TEMPLATE.to_owned(), params: BTreeMap::new() };
        let has_default = state.get(ObjectId::Binding(tenant.id, Scope::Tenant)).is_some();
        let default = (!has_default).then_some(&of_tenant);
        for binding in default.into_iter().chain(state.bindings(tenant.id)) {
            // A template that this release ships no longer: the next less specific binding decides.
            if let Some(version) = self.catalogue.template(&binding.template) {
                // What was valid when it was written may not be for a newer version: the script's host tells then.
                let params = version.checked_params(&binding.params).unwrap_or_else(|_| binding.params.clone());
                tenant.assignments.push(Assignment { scope: binding.scope, template: version.id, params });
                tenant.templates.insert(version.id, version);
            }
        }
    }

    /// Every version that the state's bindings run.
    pub(super) fn versions(&self, state: &State) -> Vec<Arc<TemplateVersion>> {
        let mut slugs: HashSet<&str> = HashSet::from([DEFAULT_TEMPLATE]);
        slugs.extend(state.objects().filter_map(|object| match object {
            Object::Binding(_, binding) => Some(binding.template.as_str()),
            _ => None,
        }));
        slugs.into_iter().filter_map(|slug| self.catalogue.template(slug)).collect()
    }
}

fn add_people(tenant: &mut Tenant, state: &State) {
    let mut devices: HashMap<PersonId, Vec<(u32, DeviceId)>> = HashMap::new();
    for device in state.devices(tenant.id) {
        devices.entry(device.person).or_default().push((device.position, device.id));
    }
    for person in state.people(tenant.id) {
        let mut own = devices.remove(&person.id).unwrap_or_default();
        own.sort();
        let person = Person {
            id: person.id,
            slug: person.slug.clone(),
            name: person.name.clone(),
            extension: person.extension.clone(),
            email: person.email.clone(),
            devices: own.into_iter().map(|(_, id)| id).collect(),
        };
        tenant.people.insert(person.id, person);
    }
}
