//! The legs of an engine. A call has some of them: it knows their ids, and each leg names its call.

use super::leg::Leg;
use crate::base::ids::{CallId, LegId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The legs of an engine, by their ids.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Legs(HashMap<LegId, Box<Leg>>);

impl Legs {
    /// Takes a new leg in.
    pub(crate) fn add(&mut self, leg: Leg) {
        self.0.insert(leg.id, Box::new(leg));
    }

    /// Forgets a leg.
    pub(crate) fn forget(&mut self, id: LegId) {
        self.0.remove(&id);
    }

    /// Returns a leg, to be read.
    pub(crate) fn get(&self, id: LegId) -> Option<&Leg> {
        self.0.get(&id).map(AsRef::as_ref)
    }

    /// Returns a leg.
    pub(crate) fn get_mut(&mut self, id: LegId) -> Option<&mut Leg> {
        self.0.get_mut(&id).map(AsMut::as_mut)
    }

    /// Returns two different legs at once.
    pub(crate) fn pair(&mut self, one: LegId, other: LegId) -> Option<(&mut Leg, &mut Leg)> {
        if one == other {
            return None;
        }
        let [one, other] = self.0.get_disjoint_mut([&one, &other]);
        Some((one?, other?))
    }

    /// Returns the call that a leg is of.
    pub(crate) fn call_of(&self, id: LegId) -> Option<CallId> {
        self.get(id).map(|leg| leg.call.call)
    }

    /// Returns every leg.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Leg> {
        self.0.values().map(AsRef::as_ref)
    }
}
