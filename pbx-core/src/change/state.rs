//! The whole configuration in memory, by id: changes are tried on it before they are written.

use super::{Object, ObjectId};
use crate::base::ids::{AccountId, DeviceId, NumberId, PersonId, SourceId, TenantId, TrunkId};
use crate::directory::{Scope, Trunk};
use crate::store::sql::Everything;
use crate::store::{Account, BindingConfig, DeviceConfig, NumberConfig, PersonConfig, TenantConfig};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Every object by its id. A clone is cheap: objects are shared.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) revision: u64,
    objects: BTreeMap<ObjectId, Arc<Object>>,
}

impl State {
    pub(super) fn of(everything: Everything) -> Self {
        let mut state = Self { revision: everything.revision, objects: BTreeMap::new() };
        everything.trunks.into_iter().map(Object::Trunk).for_each(|object| state.put(object));
        everything.tenants.into_iter().map(Object::Tenant).for_each(|object| state.put(object));
        everything.people.into_iter().map(|(t, o)| Object::Person(t, o)).for_each(|object| state.put(object));
        everything.devices.into_iter().map(|(t, o)| Object::Device(t, o)).for_each(|object| state.put(object));
        everything.sources.into_iter().map(|(t, o)| Object::Source(t, o)).for_each(|object| state.put(object));
        everything.numbers.into_iter().map(|(t, o)| Object::Number(t, o)).for_each(|object| state.put(object));
        everything.bindings.into_iter().map(|(t, o)| Object::Binding(t, o)).for_each(|object| state.put(object));
        everything.accounts.into_iter().map(Object::Account).for_each(|object| state.put(object));
        state
    }

    pub(super) fn put(&mut self, object: Object) {
        self.objects.insert(object.id(), Arc::new(object));
    }

    pub(super) fn remove(&mut self, id: ObjectId) -> bool {
        self.objects.remove(&id).is_some()
    }

    pub(super) fn get(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(&id).map(Arc::as_ref)
    }

    pub(super) fn shared(&self, id: ObjectId) -> Option<&Arc<Object>> {
        self.objects.get(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&ObjectId, &Arc<Object>)> {
        self.objects.iter()
    }

    pub(super) fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values().map(Arc::as_ref)
    }

    fn range(&self, first: ObjectId, last: ObjectId) -> impl Iterator<Item = &Object> {
        self.objects.range(first..=last).map(|(_, object)| object.as_ref())
    }

    pub(super) fn tenant(&self, id: TenantId) -> Option<&TenantConfig> {
        match self.get(ObjectId::Tenant(id)) {
            Some(Object::Tenant(tenant)) => Some(tenant),
            _ => None,
        }
    }

    pub(super) fn tenants(&self) -> impl Iterator<Item = &TenantConfig> {
        let (first, last) = (TenantId(Uuid::nil()), TenantId(Uuid::max()));
        self.range(ObjectId::Tenant(first), ObjectId::Tenant(last)).filter_map(|object| match object {
            Object::Tenant(tenant) => Some(tenant),
            _ => None,
        })
    }

    pub(super) fn trunks(&self) -> impl Iterator<Item = &Trunk> {
        let (first, last) = (TrunkId(Uuid::nil()), TrunkId(Uuid::max()));
        self.range(ObjectId::Trunk(first), ObjectId::Trunk(last)).filter_map(|object| match object {
            Object::Trunk(trunk) => Some(trunk),
            _ => None,
        })
    }

    pub(super) fn accounts(&self) -> impl Iterator<Item = &Account> {
        let (first, last) = (AccountId(Uuid::nil()), AccountId(Uuid::max()));
        self.range(ObjectId::Account(first), ObjectId::Account(last)).filter_map(|object| match object {
            Object::Account(account) => Some(account),
            _ => None,
        })
    }

    pub(super) fn people(&self, tenant: TenantId) -> impl Iterator<Item = &PersonConfig> {
        let (first, last) = (PersonId(Uuid::nil()), PersonId(Uuid::max()));
        self.range(ObjectId::Person(tenant, first), ObjectId::Person(tenant, last)).filter_map(|object| match object {
            Object::Person(_, person) => Some(person),
            _ => None,
        })
    }

    pub(super) fn devices(&self, tenant: TenantId) -> impl Iterator<Item = &DeviceConfig> {
        let (first, last) = (DeviceId(Uuid::nil()), DeviceId(Uuid::max()));
        self.range(ObjectId::Device(tenant, first), ObjectId::Device(tenant, last)).filter_map(|object| match object {
            Object::Device(_, device) => Some(device),
            _ => None,
        })
    }

    pub(super) fn sources(&self, tenant: TenantId) -> impl Iterator<Item = &crate::directory::Source> {
        let (first, last) = (SourceId(Uuid::nil()), SourceId(Uuid::max()));
        self.range(ObjectId::Source(tenant, first), ObjectId::Source(tenant, last)).filter_map(|object| match object {
            Object::Source(_, source) => Some(source),
            _ => None,
        })
    }

    pub(super) fn numbers(&self, tenant: TenantId) -> impl Iterator<Item = &NumberConfig> {
        let (first, last) = (NumberId(Uuid::nil()), NumberId(Uuid::max()));
        self.range(ObjectId::Number(tenant, first), ObjectId::Number(tenant, last)).filter_map(|object| match object {
            Object::Number(_, number) => Some(number),
            _ => None,
        })
    }

    pub(super) fn bindings(&self, tenant: TenantId) -> impl Iterator<Item = &BindingConfig> {
        let last = Scope::Number(NumberId(Uuid::max()));
        let range = self.range(ObjectId::Binding(tenant, Scope::Tenant), ObjectId::Binding(tenant, last));
        range.filter_map(|object| match object {
            Object::Binding(_, binding) => Some(binding),
            _ => None,
        })
    }
}
