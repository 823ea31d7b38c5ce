//! Where devices can be reached right now (RFC 3261 §10.3).
//!
//! One [`Registrar`] lives in each engine and holds the bindings of the engine's tenants. It is plain data; what it has
//! promised to a phone is also in the journal, and comes back with [`Registrar::restore`].

mod binding;
mod reach;
mod register;
mod request;
mod stored;

pub use reach::Target;
pub(crate) use reach::address_of;
pub use register::Registered;

use crate::event::EventKind;
use crate::flow::Flow;
use crate::ids::{DeviceId, TenantId};
use crate::journal::Entry;
use crate::location::Binding;
use crate::time::{Instant, Now};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The tenant and device that bindings belong to.
type Owner = (TenantId, DeviceId);

/// A binding and the steady moment of its end: the wall's time may jump, a promise to a phone does not.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Held {
    binding: Binding,
    until: Instant,
}

/// The bindings of some tenants' devices.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "stored::Stored", into = "stored::Stored")]
pub struct Registrar {
    held: BTreeMap<Owner, Box<[Held]>>,
    ends: BTreeSet<(Instant, Owner)>,
    connections: BTreeMap<u64, BTreeSet<Owner>>,
    contacts: usize,
}

/// What changed without a REGISTER.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Changes {
    /// Entries for the journal.
    pub entries: Vec<Entry>,
    /// Events for the bus, each with its tenant.
    pub events: Vec<(TenantId, EventKind)>,
}

impl Registrar {
    /// Restores the bindings that the journal had promised before a restart; those that have expired by now are left out.
    pub fn restore(&mut self, now: Now, bindings: Vec<(TenantId, Binding)>) {
        for (tenant, binding) in bindings {
            let left = binding.expires.micros().saturating_sub(now.wall.micros());
            let Ok(left @ 1..) = u64::try_from(left) else { continue };
            let owner = (tenant, binding.device);
            let mut list = self.held.get(&owner).cloned().unwrap_or_default().into_vec();
            list.retain(|held| held.binding.key != binding.key);
            list.push(Held { until: now.mono + Duration::from_micros(left), binding: binding.disconnected() });
            self.replace(owner, list);
        }
    }

    /// The living bindings of a device, the most preferred first.
    pub fn bindings(&self, tenant: TenantId, device: DeviceId, now: Instant) -> Vec<&Binding> {
        let held = self.held.get(&(tenant, device)).map_or(&[][..], AsRef::as_ref);
        let mut living: Vec<&Binding> = held.iter().filter(|held| held.until > now).map(|held| &held.binding).collect();
        living.sort_by_key(|binding| std::cmp::Reverse(binding.q));
        living
    }

    /// When [`Registrar::expire`] has something to do next.
    pub fn next_expiry(&self) -> Option<Instant> {
        self.ends.first().map(|(until, _)| *until)
    }

    /// Drops the bindings whose time is over.
    pub fn expire(&mut self, now: Now) -> Changes {
        let mut changes = Changes::default();
        while let Some((_, owner)) = self.ends.first().filter(|(until, _)| *until <= now.mono).copied() {
            self.remove(now, owner, "expired", |held| held.until <= now.mono, &mut changes);
        }
        changes
    }

    /// Drops the bindings that came by a connection that is gone (RFC 5626 §5.3: there is no way to them any more).
    pub fn flow_lost(&mut self, now: Now, flow: &Flow) -> Changes {
        let mut changes = Changes::default();
        for owner in self.connections.get(&flow.connection).cloned().unwrap_or_default() {
            self.remove(now, owner, "flow-lost", |held| held.binding.flow == *flow, &mut changes);
        }
        changes
    }

    /// Drops every binding of a device: it was deleted or its password changed.
    pub fn forget(&mut self, now: Now, tenant: TenantId, device: DeviceId) -> Changes {
        let mut changes = Changes::default();
        self.remove(now, (tenant, device), "removed", |_| true, &mut changes);
        changes
    }

    /// The devices that have bindings here.
    pub fn devices(&self) -> impl Iterator<Item = (TenantId, DeviceId)> {
        self.held.keys().copied()
    }

    /// How many bindings there are.
    pub const fn len(&self) -> usize {
        self.contacts
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.contacts == 0
    }

    fn remove(&mut self, now: Now, owner: Owner, reason: &str, gone: impl Fn(&Held) -> bool, changes: &mut Changes) {
        let (out, kept): (Vec<Held>, Vec<Held>) =
            self.held.get(&owner).cloned().unwrap_or_default().into_vec().into_iter().partition(gone);
        for Held { binding, .. } in out {
            changes.entries.push(removal(now, owner, &binding));
            changes.events.push((owner.0, unregistered(&binding, reason)));
        }
        self.replace(owner, kept);
    }

    /// The one place where bindings change: the list and all that is derived from it.
    fn replace(&mut self, owner: Owner, list: Vec<Held>) {
        for Held { binding, until } in self.held.remove(&owner).unwrap_or_default() {
            self.contacts -= 1;
            self.ends.remove(&(until, owner));
            let id = binding.flow.connection;
            if let Some(owners) = self.connections.get_mut(&id) {
                owners.remove(&owner);
                if owners.is_empty() {
                    self.connections.remove(&id);
                }
            }
        }
        for Held { binding, until } in &list {
            self.contacts += 1;
            self.ends.insert((*until, owner));
            if binding.flow.transport.is_reliable() {
                self.connections.entry(binding.flow.connection).or_default().insert(owner);
            }
        }
        if !list.is_empty() {
            self.held.insert(owner, list.into());
        }
    }
}

fn removal(now: Now, (tenant, device): Owner, binding: &Binding) -> Entry {
    Entry::BindingRemoved { tenant, device, key: binding.key.clone(), at: now.wall }
}

fn unregistered(binding: &Binding, reason: &str) -> EventKind {
    EventKind::Unregistered { device: binding.device, contact: binding.contact.clone(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests;
