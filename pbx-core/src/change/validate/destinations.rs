//! A public number must lead somewhere: it is nobody's, so a template that rings the dialled person rings nobody.

use super::check::Check;
use crate::base::ids::TenantId;
use crate::change::state::State;
use crate::change::{Catalogue, DEFAULT_TEMPLATE, Object, ObjectId};
use crate::directory::Scope;
use crate::store::NumberConfig;
use crate::template::Fallback;

pub(super) fn check(check: &mut Check<'_>, before: &State) {
    let after = check.after;
    for tenant in check.tenants.clone() {
        let dead: Vec<&NumberConfig> =
            after.numbers(tenant).filter(|number| is_told(check, before, tenant, number)).collect();
        for number in dead {
            let scope = Scope::Number(number.id);
            if let Some(own) = after.get(ObjectId::Binding(tenant, scope)) {
                let why =
                    "it rings the person who was dialled, and a number is nobody's: choose one that says who rings";
                check.fault(own, "template", "no-destination", why);
            } else {
                let why = format!(
                    "the tenant's default, {}, would decide, and rings the person who was dialled, but a number is \
                     nobody's: give the number a template that says who rings",
                    template(after, tenant, scope)
                );
                check.fault(&Object::Number(tenant, number.clone()), "template", "no-destination", why);
            }
        }
    }
}

/// Whether this batch makes the number lead nowhere: a number that led nowhere before does not stand in the way of other changes.
fn is_told(check: &Check<'_>, before: &State, tenant: TenantId, number: &NumberConfig) -> bool {
    let scope = Scope::Number(number.id);
    let ids = [ObjectId::Number(tenant, number.id), ObjectId::Binding(tenant, scope)];
    let was_alive = || !rings_the_dialled(check.catalogue, before, tenant, scope);
    rings_the_dialled(check.catalogue, check.after, tenant, scope)
        && (ids.iter().any(|id| check.touched.contains(id)) || was_alive())
}

/// The slug of the template that decides at this scope: the scope's own, else the tenant's default, else the server's.
fn template(state: &State, tenant: TenantId, scope: Scope) -> &str {
    let bound = |scope| match state.get(ObjectId::Binding(tenant, scope)) {
        Some(Object::Binding(_, binding)) => Some(binding.template.as_str()),
        _ => None,
    };
    bound(scope).or_else(|| bound(Scope::Tenant)).unwrap_or(DEFAULT_TEMPLATE)
}

fn rings_the_dialled(catalogue: &dyn Catalogue, state: &State, tenant: TenantId, scope: Scope) -> bool {
    let version = catalogue.template(template(state, tenant, scope));
    version.is_some_and(|version| matches!(&version.fallback, Fallback::Ring { param, .. } if param == "called"))
}
