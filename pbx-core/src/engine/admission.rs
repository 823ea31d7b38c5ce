//! Whether there is room for one more call: how many a company, and one phone of it, may have at
//! once, and how many media ports a company may hold. So no password and no company takes all ports
//! of the machine.

use crate::base::ids::{DeviceId, TenantId};
use crate::base::settings::Settings;
use crate::call::core::CallCore;
use crate::cause::{self, Cause};
use std::collections::HashMap;
use std::hash::Hash;

/// The calls that go on, counted by company and by phone. One counts until it has ended, not for as
/// long as its last transactions and reports are awaited.
#[derive(Debug, Default)]
pub(crate) struct Running {
    of_tenant: HashMap<TenantId, u32>,
    of_device: HashMap<DeviceId, u32>,
}

impl Running {
    pub(crate) fn began(&mut self, call: &CallCore) {
        *self.of_tenant.entry(call.id.tenant).or_default() += 1;
        if let Some(device) = call.request.device {
            *self.of_device.entry(device).or_default() += 1;
        }
    }

    pub(crate) fn ended(&mut self, call: &CallCore) {
        one_less(&mut self.of_tenant, call.id.tenant);
        if let Some(device) = call.request.device {
            one_less(&mut self.of_device, device);
        }
    }

    /// Explains why one more call of this company, begun by this phone, would be too many; returns
    /// `None` if it would not be.
    pub(crate) fn refusal(
        &self,
        settings: &Settings,
        tenant: TenantId,
        device: Option<DeviceId>,
    ) -> Option<&'static Cause> {
        let is_full = |calls: Option<&u32>, most: u32| most > 0 && calls.is_some_and(|calls| *calls >= most);
        if is_full(self.of_tenant.get(&tenant), settings.calls_per_tenant) {
            return Some(&cause::TENANT_FULL);
        }
        let calls = device.and_then(|device| self.of_device.get(&device));
        is_full(calls, settings.calls_per_device).then_some(&cause::DEVICE_FULL)
    }
}

fn one_less<K: Hash + Eq>(calls: &mut HashMap<K, u32>, whose: K) {
    if let Some(count) = calls.get_mut(&whose) {
        *count -= 1;
        if *count == 0 {
            calls.remove(&whose);
        }
    }
}
