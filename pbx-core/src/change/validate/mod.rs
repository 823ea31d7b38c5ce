//! Whether a state may be: each touched object by its own grammar, names that must be unique, references that must exist,
//! templates' parameters. Every fault is found, not the first.

mod bindings;
mod destinations;
mod grammar;
mod header;
mod objects;
mod references;
mod unique;

pub(super) use header::is_header_value;

use super::diff::{Act, Diff, ObjectDiff};
use super::state::State;
use super::{Catalogue, Fault, Object, ObjectId, Origin, shown};
use crate::base::ids::TenantId;
use std::collections::{HashMap, HashSet};

/// What the checks share.
struct Check<'a> {
    after: &'a State,
    origins: &'a HashMap<ObjectId, Origin>,
    catalogue: &'a dyn Catalogue,
    touched: HashSet<ObjectId>,
    /// Devices that are new or get another label.
    relabelled: HashSet<ObjectId>,
    tenants: HashSet<TenantId>,
    faults: Vec<Fault>,
}

impl Check<'_> {
    /// Where an object was written in the file; one that was not written in this batch gets a path of words.
    fn origin(&self, object: &Object) -> Origin {
        let named = || {
            let tenant = shown::tenant(self.after, object).filter(|_| object.kind() != "tenant");
            let of = tenant.map_or_else(String::new, |tenant| format!("tenants[{tenant}]."));
            let path = format!("{of}{} {}", object.kind(), shown::name(self.after, object));
            Origin { path, ..Origin::default() }
        };
        self.origins.get(&object.id()).cloned().unwrap_or_else(named)
    }

    fn fault(&mut self, object: &Object, field: &str, code: &'static str, message: impl Into<String>) {
        let fault = Fault::at(&self.origin(object), field, code, message);
        self.faults.push(fault);
    }
}

fn is_relabelled(object: &ObjectDiff) -> bool {
    matches!(object.id, ObjectId::Device(..)) && object.fields.iter().any(|change| change.field == "label")
}

/// Everything that is wrong with `after`.
pub(super) fn validate(
    before: &State,
    after: &State,
    diff: &Diff,
    origins: &HashMap<ObjectId, Origin>,
    catalogue: &dyn Catalogue,
) -> Vec<Fault> {
    if diff.is_empty() {
        return Vec::new();
    }
    let mut check = Check {
        after,
        origins,
        catalogue,
        touched: diff.objects.iter().filter(|object| object.act != Act::Removed).map(|object| object.id).collect(),
        relabelled: diff.objects.iter().filter(|object| is_relabelled(object)).map(|object| object.id).collect(),
        tenants: diff.objects.iter().filter_map(|object| object.tenant_id).collect(),
        faults: Vec::new(),
    };
    for id in check.touched.clone() {
        if let Some(object) = after.get(id) {
            objects::check(&mut check, object);
            references::check(&mut check, object);
        }
    }
    references::removed(&mut check, before);
    unique::check(&mut check);
    unique::log_ins(&mut check);
    bindings::check(&mut check);
    destinations::check(&mut check, before);
    check.faults
}
