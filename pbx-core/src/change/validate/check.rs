//! What the checks share.

use crate::base::ids::TenantId;
use crate::change::state::State;
use crate::change::{Catalogue, Fault, Object, ObjectId, Origin, shown};
use std::collections::{HashMap, HashSet};

/// A state that is being checked, and what is wrong with it so far.
pub(super) struct Check<'a> {
    pub(super) after: &'a State,
    pub(super) origins: &'a HashMap<ObjectId, Origin>,
    pub(super) catalogue: &'a dyn Catalogue,
    pub(super) touched: HashSet<ObjectId>,
    /// Devices that are new or get another label.
    pub(super) relabelled: HashSet<ObjectId>,
    pub(super) tenants: HashSet<TenantId>,
    pub(super) faults: Vec<Fault>,
}

impl Check<'_> {
    /// Where an object was written in the file; one that was not written in this batch gets a path of words.
    pub(super) fn origin(&self, object: &Object) -> Origin {
        let named = || {
            let tenant = shown::tenant(self.after, object).filter(|_| object.kind() != "tenant");
            let of = tenant.map_or_else(String::new, |tenant| format!("tenants[{tenant}]."));
            let path = format!("{of}{} {}", object.kind(), shown::name(self.after, object));
            Origin { path, ..Origin::default() }
        };
        self.origins.get(&object.id()).cloned().unwrap_or_else(named)
    }

    /// Notes a fault of one of the object's fields.
    pub(super) fn fault(&mut self, object: &Object, field: &str, code: &'static str, message: impl Into<String>) {
        let fault = Fault::at(&self.origin(object), field, code, message);
        self.faults.push(fault);
    }
}
