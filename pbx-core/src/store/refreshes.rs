//! Refreshes of registrations that SQL has not been told: a phone says every few minutes that it is still there, and the
//! newest of what it said is enough.

use crate::base::ids::{DeviceId, TenantId};
use crate::journal::Entry;
use crate::location::Refresh;
use std::collections::BTreeMap;

/// The newest refresh of each binding. Told a journal's entries in order, it knows which still count.
#[derive(Debug, Default)]
pub(super) struct Refreshes(BTreeMap<(TenantId, DeviceId), Vec<Refresh>>);

impl Refreshes {
    /// The journal tells more. Told twice is told once.
    pub(super) fn hear(&mut self, entry: &Entry) {
        match entry {
            Entry::BindingRefreshed { tenant, refresh } => {
                self.forget(*tenant, refresh.device, &refresh.key);
                let list = self.0.entry((*tenant, refresh.device)).or_default();
                // Most devices have one contact: not the room for four that a list begins with.
                list.reserve_exact(1);
                list.push(refresh.clone());
            }
            Entry::BindingAdded { tenant, binding } => self.forget(*tenant, binding.device, &binding.key),
            Entry::BindingRemoved { tenant, device, key, .. } => self.forget(*tenant, *device, key),
            _ => {}
        }
    }

    /// The binding is gone, or was written anew.
    fn forget(&mut self, tenant: TenantId, device: DeviceId, key: &str) {
        if let Some(list) = self.0.get_mut(&(tenant, device)) {
            list.retain(|refresh| *refresh.key != *key);
            if list.is_empty() {
                self.0.remove(&(tenant, device));
            }
        }
    }

    /// Each with whose it is.
    pub(super) fn iter(&self) -> impl Iterator<Item = (TenantId, &Refresh)> {
        self.0.iter().flat_map(|((tenant, _), list)| list.iter().map(|refresh| (*tenant, refresh)))
    }

    /// Whether SQL knows them all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// SQL knows them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
