//! SIP messages of tenants that are gone: they go with the tenant, because another may have its name tomorrow.

use pbx_core::base::ids::TenantId;
use pbx_core::change::Configuration;
use pbx_core::directory::Directory;
use pbx_core::sip_log::SipLog;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Removes what is kept of tenants that are not there.
pub(crate) fn remove_messages(log: &SipLog, tenants: &HashSet<TenantId>) {
    match log.keep_only(tenants) {
        Ok(0) => {}
        Ok(removed) => tracing::info!(tenants = removed, "SIP messages of removed tenants are removed"),
        Err(error) => tracing::error!(%error, "SIP messages of a removed tenant could not be removed"),
    }
}

/// Does so whenever a tenant goes, and again when one comes: a call of the old one may have gone on meanwhile.
pub(crate) fn follow(log: Arc<SipLog>, configuration: &Configuration) -> JoinHandle<()> {
    let mut changes = configuration.subscribe();
    let mut known = tenants(&changes.borrow_and_update());
    tokio::spawn(async move {
        while changes.changed().await.is_ok() {
            let now = tenants(&changes.borrow_and_update());
            if now != known {
                let (log, stay) = (log.clone(), now.intersection(&known).copied().collect());
                // The hook of panics has reported it; the next change tries again.
                let _ = tokio::task::spawn_blocking(move || remove_messages(&log, &stay)).await;
                known = now;
            }
        }
    })
}

pub(crate) fn tenants(directory: &Directory) -> HashSet<TenantId> {
    directory.tenants().map(|tenant| tenant.id).collect()
}
