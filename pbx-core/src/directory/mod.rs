//! The configuration of all tenants, people, devices, numbers, trunks and sources, as one immutable
//! snapshot.
//!
//! A snapshot is read without locks and swapped whole when configuration changes; `revision` says
//! which one a call saw.

mod assignment;
mod device;
mod number;
mod peer;
mod person;
mod source;
mod tenant;
mod trunk;

pub use assignment::{Assignment, Scope};
pub use device::{Device, DeviceRef, MediaRule};
pub use number::Number;
pub use peer::Peer;
pub use person::Person;
pub use source::{SECRET_HEADER, Source, SourceKind};
pub use tenant::{Holiday, Tenant};
pub use trunk::{CalledNumber, Trunk, TrunkKind};

use crate::base::ids::{DeviceId, NumberId, TenantId, TrunkId};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The whole configuration that calls read, at one revision.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The revision, which grows by one with every change and is recorded in every decision.
    pub revision: u64,
    /// The digest realm of this server: one for all tenants.
    pub realm: String,
    tenants: HashMap<TenantId, Arc<Tenant>>,
    trunks: HashMap<TrunkId, Arc<Trunk>>,
    sip_users: HashMap<String, (TenantId, DeviceId)>,
    /// The places that the trunks call from, the most exact first.
    peers: Vec<(Peer, TrunkId)>,
    /// Those of them that are one address and port: every request is looked up here.
    exact_peers: HashMap<SocketAddr, TrunkId>,
    dids: HashMap<(TrunkId, String), (TenantId, NumberId)>,
    trunk_countries: HashMap<TrunkId, Vec<String>>,
}

impl Directory {
    /// Indexes what the store holds. Later duplicates of a unique key are ignored: `Change` refuses
    /// them before.
    pub fn new(revision: u64, realm: String, tenants: Vec<Tenant>, trunks: Vec<Trunk>) -> Self {
        Self::of_shared(revision, realm, tenants.into_iter().map(Arc::new).collect(), trunks)
    }

    /// Does the same with tenants that may be shared with an earlier snapshot.
    pub fn of_shared(revision: u64, realm: String, tenants: Vec<Arc<Tenant>>, trunks: Vec<Trunk>) -> Self {
        let mut directory = Self { revision, realm, ..Self::default() };
        for trunk in trunks {
            directory.peers.extend(trunk.peers.iter().map(|peer| (*peer, trunk.id)));
            for address in trunk.peers.iter().filter_map(Peer::address) {
                directory.exact_peers.entry(address).or_insert(trunk.id);
            }
            directory.trunks.insert(trunk.id, Arc::new(trunk));
        }
        directory.peers.sort_by_key(|(peer, _)| std::cmp::Reverse(peer.exactness()));
        for tenant in tenants {
            for device in tenant.devices.values() {
                directory.sip_users.entry(device.sip_user.clone()).or_insert((tenant.id, device.id));
            }
            for number in tenant.numbers.values() {
                if let Some(trunk) = number.trunk {
                    directory.dids.entry((trunk, number.e164.clone())).or_insert((tenant.id, number.id));
                    let countries = directory.trunk_countries.entry(trunk).or_default();
                    if !countries.contains(&tenant.country) {
                        countries.push(tenant.country.clone());
                    }
                }
            }
            directory.tenants.insert(tenant.id, tenant);
        }
        directory
    }

    /// Returns a tenant by its id.
    pub fn tenant(&self, id: TenantId) -> Option<&Arc<Tenant>> {
        self.tenants.get(&id)
    }

    /// Returns every tenant, in no order.
    pub fn tenants(&self) -> impl Iterator<Item = &Arc<Tenant>> {
        self.tenants.values()
    }

    /// Returns a trunk by its id.
    pub fn trunk(&self, id: TrunkId) -> Option<&Arc<Trunk>> {
        self.trunks.get(&id)
    }

    /// Returns every trunk, in no order.
    pub fn trunks(&self) -> impl Iterator<Item = &Arc<Trunk>> {
        self.trunks.values()
    }

    /// Returns the device with this SIP user name, and its tenant. User names are unique over all
    /// tenants and compared exactly (RFC 3261 §19.1.4).
    pub fn device_of_sip_user(&self, user: &str) -> Option<(&Arc<Tenant>, &Device)> {
        let (tenant, device) = self.sip_users.get(user)?;
        let tenant = self.tenants.get(tenant)?;
        Some((tenant, tenant.devices.get(device)?))
    }

    /// Returns the trunk that calls from this address and port, by the most exact of its peers.
    pub fn trunk_of_peer(&self, source: SocketAddr) -> Option<&Arc<Trunk>> {
        let exact = self.exact_peers.get(&source);
        let of_network = || self.peers.iter().find(|(peer, _)| peer.address().is_none() && peer.is_at(source));
        self.trunks.get(exact.or_else(|| of_network().map(|(_, trunk)| trunk))?)
    }

    /// Returns the only trunk with a peer at this address, on any port.
    pub fn trunk_at(&self, host: IpAddr) -> Option<&Arc<Trunk>> {
        let mut here = self.peers.iter().filter(|(peer, _)| peer.network().contains(host)).map(|(_, trunk)| trunk);
        let first = here.next()?;
        here.all(|other| other == first).then(|| self.trunks.get(first))?
    }

    /// Returns the number that a trunk delivers, and its tenant. Trunk and number decide together:
    /// two carriers may deliver one number.
    pub fn number_of_did(&self, trunk: TrunkId, e164: &str) -> Option<(&Arc<Tenant>, &Number)> {
        let (tenant, number) = self.dids.get(&(trunk, e164.to_owned()))?;
        let tenant = self.tenants.get(tenant)?;
        Some((tenant, tenant.numbers.get(number)?))
    }

    /// Returns the devices of an earlier snapshot that are gone or have another password now, so
    /// that their registrations no longer count.
    pub fn lapsed_since(&self, before: &Self) -> Vec<(TenantId, DeviceId)> {
        let mut lapsed = Vec::new();
        for old in before.tenants.values() {
            let new = self.tenant(old.id);
            if new.is_some_and(|new| Arc::ptr_eq(old, new)) {
                continue;
            }
            let still = |id| new.and_then(|new| new.devices.get(id));
            let all = old.devices.values();
            let gone = all.filter(|device| still(&device.id).is_none_or(|now| now.ha1 != device.ha1));
            lapsed.extend(gone.map(|device| (old.id, device.id)));
        }
        lapsed
    }

    /// Returns the countries of the tenants that have numbers on a trunk, by which a national form
    /// that it delivers is read.
    pub fn countries_of_trunk(&self, trunk: TrunkId) -> &[String] {
        self.trunk_countries.get(&trunk).map_or(&[], Vec::as_slice)
    }
}
