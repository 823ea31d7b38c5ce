//! Removing what the file does not mention, but for whole tenants: those are named to the caller.

use super::gathered::Import;
use super::table::Table;
use crate::base::ids::TenantId;
use crate::change::{Change, Object, ObjectId, Step};
use crate::store::Role;

pub(super) fn prune(import: &mut Import<'_>, file: &Table<'_>) {
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

/// The tenants that are missing from the file's list of them; a file without a list speaks of none.
pub(super) fn unnamed(import: &Import<'_>, file: &Table<'_>) -> Vec<(TenantId, String)> {
    if !file.has("tenants") {
        return Vec::new();
    }
    let missing = import.state.tenants().filter(|tenant| !import.mentioned.contains(&ObjectId::Tenant(tenant.id)));
    missing.map(|tenant| (tenant.id, tenant.slug.clone())).collect()
}

/// Whether the file speaks about things of that kind at all.
fn is_covered(import: &Import<'_>, file: &Table<'_>, object: &Object) -> bool {
    match object {
        Object::Trunk(_) => file.has("trunks"),
        // One company's export must not cost all the others: see `unnamed`.
        Object::Tenant(_) => false,
        Object::Account(account) if account.role == Role::Operator => file.has("operators"),
        // A person's own log-in goes with the person: a file without its password still means it.
        Object::Account(account) if account.role == Role::User => false,
        other => other.tenant().is_some_and(|tenant| import.mentioned.contains(&ObjectId::Tenant(tenant))),
    }
}
