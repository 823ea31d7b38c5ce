//! The registrar's frozen form: the bindings alone; all else is derived.

use super::{Registrar, TimedBinding};
use crate::base::ids::TenantId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// Each binding with its tenant, in the order of the registrar.
#[derive(Serialize, Deserialize)]
struct Stored(Vec<(TenantId, TimedBinding)>);

impl From<Registrar> for Stored {
    fn from(registrar: Registrar) -> Self {
        let lists = registrar.held.into_iter();
        Self(
            lists.flat_map(|((tenant, _), list)| list.into_vec().into_iter().map(move |held| (tenant, held))).collect(),
        )
    }
}

impl From<Stored> for Registrar {
    fn from(Stored(all): Stored) -> Self {
        let mut lists: BTreeMap<_, Vec<TimedBinding>> = BTreeMap::new();
        for (tenant, held) in all {
            lists.entry((tenant, held.binding.device)).or_default().push(held);
        }
        let mut registrar = Self::default();
        for (owner, list) in lists {
            registrar.replace(owner, list);
        }
        registrar
    }
}

impl Serialize for Registrar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Registrar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Stored::deserialize(deserializer).map(Self::from)
    }
}
