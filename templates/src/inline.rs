//! The host for tests, cases and replays: the pool's VM code, run on the spot and without a clock.

use crate::vm::{Host, Limits, Tenant};
use pbx_core::base::ids::TenantId;
use pbx_core::script::{ScriptJob, ScriptReply};
use std::collections::HashMap;

/// Runs each job to its reply before it returns. The same jobs give the same replies.
pub struct Inline {
    host: Host,
    tenants: HashMap<TenantId, Tenant>,
}

impl Default for Inline {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Inline {
    /// A host with these limits; the time limits do nothing here.
    pub fn new(limits: Limits) -> Self {
        Self { host: Host::new(limits, None), tenants: HashMap::new() }
    }

    /// What the job leads to; nothing for a cancellation.
    pub fn run(&mut self, job: ScriptJob) -> Option<ScriptReply> {
        let (ScriptJob::Start { tenant: id, .. }
        | ScriptJob::Resume { tenant: id, .. }
        | ScriptJob::Cancel { tenant: id, .. }) = job;
        let tenant = self.tenants.entry(id).or_insert_with(|| Tenant::new(id));
        tenant.accept(job);
        let mut reply = None;
        while reply.is_none() && tenant.has_work() {
            reply = tenant.turn(&self.host);
        }
        reply
    }

    /// Drops all VMs, as an idle or short machine would: runs go on all the same.
    pub fn retire_vms(&mut self) {
        self.tenants.values_mut().for_each(Tenant::retire_vm);
    }
}
