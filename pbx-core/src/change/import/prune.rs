//! Removing what the file does not mention.

use super::Import;
use super::table::Table;
use crate::change::{Change, Object, ObjectId, Step};
use crate::store::{Role, TenantConfig};

pub(super) fn prune(import: &mut Import<'_>, file: &Table<'_>, tenants_too: bool) {
    if !tenants_too {
        refuse_tenants(import, file);
    }
    let gone: Vec<ObjectId> = import
        .state
        .objects()
        .filter(|object| !import.mentioned.contains(&object.id()) && is_covered(import, file, object))
        .map(Object::id)
        .collect();
    // What goes makes place for what comes.
    let removals = gone.into_iter().map(|id| Step { change: Change::Remove(id), origin: file.origin.clone() });
    import.steps.splice(0..0, removals);
}

/// A fault for each tenant that pruning would remove: a file whose list of tenants lost an entry must not cost a company.
fn refuse_tenants(import: &mut Import<'_>, file: &Table<'_>) {
    let state = import.state;
    let gone = |tenant: &&TenantConfig| !import.mentioned.contains(&ObjectId::Tenant(tenant.id));
    let gone: Vec<&TenantConfig> = state.tenants().filter(|_| file.has("tenants")).filter(gone).collect();
    for tenant in gone {
        let message = format!(
            "{:?} is not in this list, and has {} users and {} numbers: --prune takes a whole tenant away only together with \
             --prune-tenants",
            tenant.slug,
            state.people(tenant.id).count(),
            state.numbers(tenant.id).count()
        );
        file.fault("tenants", "bound", message, &mut import.faults);
    }
}

/// Whether the file speaks about things of that kind at all.
fn is_covered(import: &Import<'_>, file: &Table<'_>, object: &Object) -> bool {
    match object {
        Object::Trunk(_) => file.has("trunks"),
        Object::Tenant(_) => file.has("tenants"),
        Object::Account(account) if account.role == Role::Operator => file.has("operators"),
        // A person's own log-in goes with the person: a file without its password still means it.
        Object::Account(account) if account.role == Role::User => false,
        other => other.tenant().is_some_and(|tenant| import.mentioned.contains(&ObjectId::Tenant(tenant))),
    }
}
