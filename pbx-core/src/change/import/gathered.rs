//! What is gathered while the file is read.

use super::table::Faults;
use crate::base::ids::TrunkId;
use crate::change::object::{Change, NewSecret, Object, ObjectId, Step};
use crate::change::state::State;
use crate::change::{Fault, Origin};
use std::collections::HashSet;

/// What is gathered while the file is read.
pub(super) struct Import<'s> {
    pub(super) state: &'s State,
    pub(super) steps: Vec<Step>,
    pub(super) faults: Faults,
    /// Everything that the file mentions.
    pub(super) mentioned: HashSet<ObjectId>,
    /// Trunks of the file and of the state, by slug.
    pub(super) trunks: Vec<(String, TrunkId)>,
}

impl Import<'_> {
    /// Adds an object to what is wanted; one that stands twice in the file is a fault.
    pub(super) fn put(&mut self, object: Object, secret: NewSecret, origin: &Origin) {
        let id = object.id();
        if !self.mentioned.insert(id) {
            let message = format!("this {} stands twice in the file", object.kind());
            self.faults.push(Fault::about(origin, "twice", message));
            return;
        }
        let change = Change::Put(Box::new(object), secret);
        self.steps.push(Step { change, origin: origin.clone() });
    }
}
