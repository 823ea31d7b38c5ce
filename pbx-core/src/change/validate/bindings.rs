//! Templates that are bound exist, and their parameters fit: also after what they name was changed or removed.

use super::check::Check;
use crate::base::ids::TenantId;
use crate::change::Object;
use crate::change::state::State;
use crate::store::BindingConfig;
use crate::template::{TenantNames, check_params};
use std::collections::HashSet;

/// What a tenant has that parameters may name.
struct OfTenant<'a> {
    extensions: HashSet<&'a str>,
    sources: HashSet<&'a str>,
}

impl<'a> OfTenant<'a> {
    fn of(state: &'a State, tenant: TenantId) -> Self {
        Self {
            extensions: state.people(tenant).map(|person| person.extension.as_str()).collect(),
            sources: state.sources(tenant).map(|source| source.slug.as_str()).collect(),
        }
    }
}

impl TenantNames for OfTenant<'_> {
    fn has_extension(&self, extension: &str) -> bool {
        self.extensions.contains(extension)
    }

    fn has_source(&self, slug: &str) -> bool {
        self.sources.contains(slug)
    }
}

pub(super) fn check(check: &mut Check<'_>) {
    for tenant in check.tenants.clone() {
        let known = OfTenant::of(check.after, tenant);
        let bindings: Vec<BindingConfig> = check.after.bindings(tenant).cloned().collect();
        for binding in bindings {
            of_binding(check, tenant, binding, &known);
        }
    }
}

fn of_binding(check: &mut Check<'_>, tenant: TenantId, binding: BindingConfig, known: &OfTenant<'_>) {
    let template = check.catalogue.template(&binding.template);
    let object = Object::Binding(tenant, binding);
    let Object::Binding(_, binding) = &object else { return };
    let Some(template) = template else {
        // One that an earlier release shipped does not stand in the way of other changes.
        if check.touched.contains(&object.id()) {
            let slugs = check.catalogue.slugs();
            let slugs: Vec<&str> = slugs.iter().map(String::as_str).collect();
            let near = crate::base::spelling::nearest(&binding.template, &slugs);
            let hint = near
                .map_or_else(|| format!("there are {}", slugs.join(", ")), |near| format!("did you mean {near:?}?"));
            check.fault(
                &object,
                "template",
                "not-there",
                format!("there is no template {:?}; {hint}", binding.template),
            );
        }
        return;
    };
    for fault in check_params(&template.params, &binding.params, known) {
        let field = format!("params.{}", fault.param);
        check.fault(&object, &field, "params", fault.message);
    }
}
