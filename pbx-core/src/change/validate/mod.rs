//! Whether a state may be: each touched object by its own grammar, names that must be unique, references that must exist,
//! templates' parameters. Every fault is found, not the first.

mod bindings;
mod check;
mod destinations;
mod grammar;
mod header;
mod objects;
mod references;
mod unique;

pub(super) use header::is_header_value;

use super::diff::{Act, Diff, ObjectDiff};
use super::state::State;
use super::{Catalogue, Fault, ObjectId, Origin};
use check::Check;
use std::collections::HashMap;

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
