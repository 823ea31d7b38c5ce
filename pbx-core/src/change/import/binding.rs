//! The template that decides for a tenant, a person or a number.

use super::gathered::Import;
use super::table::Table;
use crate::base::ids::TenantId;
use crate::change::{Change, NewSecret, Object, ObjectId, Step};
use crate::directory::Scope;
use crate::store::BindingConfig;

/// Reads `template` and `params` of a table. Without either, what is bound stays; `template: null` unbinds.
pub(super) fn binding(import: &mut Import<'_>, table: &Table<'_>, tenant: TenantId, scope: Scope) {
    let id = ObjectId::Binding(tenant, scope);
    let old = match import.state.get(id) {
        Some(Object::Binding(_, old)) => Some(old.clone()),
        _ => None,
    };
    let faults = &mut import.faults;
    let (template, params) = (table.optional("template", faults), table.params(faults));
    let given = params.is_some();
    let template = match template {
        // Not mentioned for pruning: it goes with the rest that is not there any more.
        Some(None) => {
            if old.is_some() {
                let change = Change::Remove(id);
                import.steps.push(Step { change, origin: table.origin.clone() });
                import.mentioned.insert(id);
            }
            return;
        }
        Some(Some(template)) => Some(template),
        None => old.as_ref().map(|old| old.template.clone()),
    };
    let Some(template) = template else {
        if given {
            table.fault("params", "required", "params need a template", faults);
        }
        return;
    };
    if !table.has("template") && !given {
        return;
    }
    let old_params = old.filter(|old| old.template == template).map(|old| old.params);
    let params = params.or(old_params).unwrap_or_default();
    let binding = BindingConfig { scope, template, params };
    import.put(Object::Binding(tenant, binding), NewSecret::Keep, &table.origin);
}
