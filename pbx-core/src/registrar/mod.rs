//! The contacts at which devices can be reached right now (RFC 3261 §10.3).
//!
//! One [`Registrar`] lives in each engine and holds the bindings of the engine's tenants. It is
//! plain data; what it has promised to a phone is also in the journal, and comes back with
//! [`Registrar::restore`].

mod behind_nat;
mod keep_alive;
mod reach;
mod register;
mod request;
mod same_phone;
mod stored;

pub(crate) use behind_nat::is_behind_nat;
pub(crate) use keep_alive::KEEP_ALIVE;
pub use reach::Target;
pub use register::Registered;

use crate::base::flow::Flow;
use crate::base::ids::{DeviceId, TenantId};
use crate::base::time::{Instant, Now};
use crate::event::EventKind;
use crate::journal::Entry;
use crate::location::Binding;
use keep_alive::{SPREAD, first_ping, on_beat};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The device that bindings belong to, with its tenant.
type DeviceKey = (TenantId, DeviceId);

/// A binding and the steady moment of its end: the wall clock may jump, a promise to a phone does
/// not.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct TimedBinding {
    binding: Binding,
    until: Instant,
    /// When the phone last registered it.
    #[serde(default)]
    refreshed: Instant,
    /// When its flow wants a keep-alive, if it ever does.
    #[serde(default)]
    ping: Option<Instant>,
}

/// The bindings of some tenants' devices.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Registrar {
    held: BTreeMap<DeviceKey, Box<[TimedBinding]>>,
    ends: BTreeSet<(Instant, DeviceKey)>,
    pings: BTreeSet<(Instant, DeviceKey)>,
    connections: BTreeMap<u64, BTreeSet<DeviceKey>>,
    contacts: usize,
}

/// The changes that no REGISTER made.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Changes {
    /// Entries for the journal.
    pub entries: Vec<Entry>,
    /// Events for the bus, each with its tenant.
    pub events: Vec<(TenantId, EventKind)>,
    /// Flows that want a keep-alive now.
    pub pings: Vec<Flow>,
}

impl Registrar {
    /// Restores the bindings that the journal had promised before a restart; those that have
    /// expired by now are left out.
    pub fn restore(&mut self, now: Now, bindings: Vec<(TenantId, Binding)>) {
        for (tenant, binding) in bindings {
            let left = binding.expires.micros().saturating_sub(now.wall.micros());
            let Ok(left @ 1..) = u64::try_from(left) else { continue };
            let owner = (tenant, binding.device);
            let mut list = self.held.get(&owner).cloned().unwrap_or_default().into_vec();
            list.retain(|held| held.binding.key != binding.key);
            let (binding, until) = (binding.disconnected(), now.mono + Duration::from_micros(left));
            let ping = first_ping(binding.device, &binding, now.mono, SPREAD);
            list.push(TimedBinding { binding, until, refreshed: Instant::default(), ping });
            self.replace(owner, list);
        }
    }

    /// Returns the living bindings of a device, the most preferred first.
    pub fn bindings(&self, tenant: TenantId, device: DeviceId, now: Instant) -> Vec<&Binding> {
        self.living(tenant, device, now).into_iter().map(|held| &held.binding).collect()
    }

    fn living(&self, tenant: TenantId, device: DeviceId, now: Instant) -> Vec<&TimedBinding> {
        let held = self.held.get(&(tenant, device)).map_or(&[][..], AsRef::as_ref);
        let mut living: Vec<&TimedBinding> = held.iter().filter(|held| held.until > now).collect();
        living.sort_by_key(|held| std::cmp::Reverse(held.binding.q));
        living
    }

    /// Returns when [`Registrar::fire`] has something to do next.
    pub fn next_due(&self) -> Option<Instant> {
        let [end, ping] = [&self.ends, &self.pings].map(|due| due.first().map(|(at, _)| *at));
        end.into_iter().chain(ping).min()
    }

    /// Drops the bindings whose time is over, and lists the flows that want a keep-alive,
    /// `keep_alive` after the last.
    pub fn fire(&mut self, now: Now, keep_alive: Duration) -> Changes {
        let mut changes = Changes::default();
        while let Some((_, owner)) = self.ends.first().filter(|(until, _)| *until <= now.mono).copied() {
            self.remove(now, owner, "expired", |held| held.until <= now.mono, &mut changes);
        }
        self.keep_alive(now, keep_alive, &mut changes);
        changes
    }

    /// Lists the flows that want a keep-alive now.
    fn keep_alive(&mut self, now: Now, every: Duration, changes: &mut Changes) {
        while let Some((at, owner)) = self.pings.first().filter(|(at, _)| *at <= now.mono).copied() {
            self.pings.remove(&(at, owner));
            let Some(list) = self.held.get_mut(&owner) else { continue };
            let next = on_beat(now.mono, every);
            for held in list.iter_mut().filter(|held| held.ping == Some(at)) {
                changes.pings.extend(next.map(|_| held.binding.flow));
                held.ping = next;
                self.pings.extend(next.map(|next| (next, owner)));
            }
        }
    }

    /// Takes the connection from the bindings that came by it, and drops those whose phone can be
    /// reached by nothing else: behind a NAT, or registered as a flow (RFC 5626 §5.3). The others
    /// are dialled at their contact (RFC 3261 §18.1.1).
    pub fn flow_lost(&mut self, now: Now, flow: &Flow) -> Changes {
        let mut changes = Changes::default();
        for owner in self.connections.get(&flow.connection).cloned().unwrap_or_default() {
            let gone = |held: &TimedBinding| {
                let binding = &held.binding;
                binding.flow == *flow && (binding.is_outbound() || binding.clone().disconnected().behind_nat)
            };
            self.remove(now, owner, "flow-lost", gone, &mut changes);
            let mut list = self.held.get(&owner).cloned().unwrap_or_default().into_vec();
            for held in list.iter_mut().filter(|held| held.binding.flow == *flow) {
                held.binding = held.binding.clone().disconnected();
            }
            self.replace(owner, list);
        }
        changes
    }

    /// Drops every binding of a device that was deleted or got another password.
    pub fn forget(&mut self, now: Now, tenant: TenantId, device: DeviceId) -> Changes {
        let mut changes = Changes::default();
        self.remove(now, (tenant, device), "removed", |_| true, &mut changes);
        changes
    }

    /// Returns the devices that have bindings here.
    pub fn devices(&self) -> impl Iterator<Item = (TenantId, DeviceId)> {
        self.held.keys().copied()
    }

    /// Returns how many bindings there are.
    pub const fn len(&self) -> usize {
        self.contacts
    }

    /// Returns whether there is no binding.
    pub const fn is_empty(&self) -> bool {
        self.contacts == 0
    }

    fn remove(
        &mut self,
        now: Now,
        owner: DeviceKey,
        reason: &str,
        gone: impl Fn(&TimedBinding) -> bool,
        changes: &mut Changes,
    ) {
        let (out, kept): (Vec<TimedBinding>, Vec<TimedBinding>) =
            self.held.get(&owner).cloned().unwrap_or_default().into_vec().into_iter().partition(gone);
        for TimedBinding { binding, .. } in out {
            changes.entries.push(removal(now, owner, &binding));
            if !is_listed(&kept, &binding) {
                changes.events.push((owner.0, unregistered(&binding, reason)));
            }
        }
        self.replace(owner, kept);
    }

    /// Replaces a device's bindings and all that is derived from them; the only place where they
    /// change.
    fn replace(&mut self, owner: DeviceKey, list: Vec<TimedBinding>) {
        for TimedBinding { binding, until, ping, .. } in self.held.remove(&owner).unwrap_or_default() {
            self.contacts -= 1;
            self.ends.remove(&(until, owner));
            ping.map(|at| self.pings.remove(&(at, owner)));
            let id = binding.flow.connection;
            if let Some(owners) = self.connections.get_mut(&id) {
                owners.remove(&owner);
                if owners.is_empty() {
                    self.connections.remove(&id);
                }
            }
        }
        for TimedBinding { binding, until, ping, .. } in &list {
            self.contacts += 1;
            self.ends.insert((*until, owner));
            self.pings.extend(ping.map(|at| (at, owner)));
            if binding.flow.connection != 0 {
                self.connections.entry(binding.flow.connection).or_default().insert(owner);
            }
        }
        if !list.is_empty() {
            self.held.insert(owner, list.into());
        }
    }
}

/// Returns whether another flow leads to the same contact (RFC 5626 §4.2), which then is not gone.
fn is_listed(list: &[TimedBinding], binding: &Binding) -> bool {
    list.iter().any(|held| held.binding.contact == binding.contact)
}

fn removal(now: Now, (tenant, device): DeviceKey, binding: &Binding) -> Entry {
    Entry::BindingRemoved { tenant, device, key: binding.key.clone(), at: now.wall }
}

fn unregistered(binding: &Binding, reason: &str) -> EventKind {
    EventKind::Unregistered { device: binding.device, contact: binding.contact.clone(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests;
