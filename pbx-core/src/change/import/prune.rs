//! Removing what the file does not mention.

use super::Import;
use super::table::Table;
use crate::change::{Change, Object, ObjectId, Step};
use crate::store::Role;

pub(super) fn prune(import: &mut Import<'_>, file: &Table<'_>, every_tenant: bool) {
    if !every_tenant {
        keep_one_tenant(import, file);
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

/// A fault if pruning would remove every tenant: a file that was only half written must not cost all companies.
fn keep_one_tenant(import: &mut Import<'_>, file: &Table<'_>) {
    let some_stay = import.mentioned.iter().any(|id| matches!(id, ObjectId::Tenant(_)));
    let gone = import.state.tenants().count();
    if file.has("tenants") && !some_stay && gone > 0 {
        let message =
            format!("the list names no tenant: --prune takes all {gone} away only together with --prune-tenants");
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
