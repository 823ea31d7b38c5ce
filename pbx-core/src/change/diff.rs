//! What a batch of changes changes: before and after, by field, for people and for machines.

use super::state::State;
use super::{Object, ObjectId, shown};
use crate::base::ids::TenantId;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

/// What happens to an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// The object is added.
    Added,
    /// The object stays, but differs.
    Changed,
    /// The object is removed.
    Removed,
}

/// One field, before and after.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FieldChange {
    /// The field, as the import file names it.
    pub field: &'static str,
    /// Its value before. A secret shows as `set`.
    pub before: Option<Value>,
    /// Its value after. A secret shows as `set`, or as `changed`.
    pub after: Option<Value>,
}

/// An object that differs.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ObjectDiff {
    /// The id of the tenant that owns it; `None` if the server does.
    pub tenant_id: Option<TenantId>,
    /// The slug of the tenant that owns it; `None` if the server does.
    pub tenant: Option<String>,
    /// The kind of the object: `person`, `device`, …
    pub kind: &'static str,
    /// Its name within the tenant: `anna/desk`.
    pub name: String,
    /// Whether it is added, changed or removed.
    pub act: Act,
    /// The fields that differ.
    pub fields: Vec<FieldChange>,
    #[serde(skip)]
    pub(super) id: ObjectId,
}

/// Everything that differs. Empty: nothing to do.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Diff {
    /// As the changes were written, objects on which others depend first; what goes along with something else comes before.
    pub objects: Vec<ObjectDiff>,
}

impl Diff {
    pub(super) fn between(before: &State, after: &State) -> Self {
        let ids: BTreeSet<ObjectId> = before.iter().chain(after.iter()).map(|(id, _)| *id).collect();
        let shared = |id| match (before.shared(id), after.shared(id)) {
            (Some(before), Some(after)) => Arc::ptr_eq(before, after),
            _ => false,
        };
        let objects = ids.into_iter().filter(|id| !shared(*id)).filter_map(|id| of_object(before, after, id));
        Self { objects: objects.collect() }
    }

    /// In the order in which these were written.
    pub(super) fn in_order_of(mut self, written: &HashMap<ObjectId, usize>) -> Self {
        self.objects.sort_by_key(|object| written.get(&object.id));
        self
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

fn of_object(before: &State, after: &State, id: ObjectId) -> Option<ObjectDiff> {
    let (old, new) = (before.get(id), after.get(id));
    let (state, object, act) = match (old, new) {
        (None, Some(new)) => (after, new, Act::Added),
        (Some(old), None) => (before, old, Act::Removed),
        (Some(old), Some(new)) if old != new => (after, new, Act::Changed),
        _ => return None,
    };
    let fields = fields(before, after, old, new);
    Some(ObjectDiff {
        tenant_id: object.tenant(),
        tenant: shown::tenant(state, object),
        kind: object.kind(),
        name: shown::name(state, object),
        act,
        fields,
        id,
    })
}

fn fields(before: &State, after: &State, old: Option<&Object>, new: Option<&Object>) -> Vec<FieldChange> {
    let mut old_fields = old.map(|object| shown::fields(before, object)).unwrap_or_default();
    let mut new_fields = new.map(|object| shown::fields(after, object)).unwrap_or_default();
    let secret = old.zip(new).is_some_and(|(old, new)| shown::secret_differs(old, new));
    let names: BTreeSet<&'static str> = old_fields.keys().chain(new_fields.keys()).copied().collect();
    let mut changes = Vec::new();
    for field in names {
        let (before, mut after) = (old_fields.remove(field), new_fields.remove(field));
        if shown::SECRETS.contains(&field) && secret && before.is_some() && after.is_some() {
            after = Some(Value::from("changed"));
        }
        if before != after {
            changes.push(FieldChange { field, before, after });
        }
    }
    changes
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.objects.iter().try_for_each(|object| writeln!(f, "{object}"))
    }
}

impl fmt::Display for ObjectDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.act {
            Act::Added => '+',
            Act::Changed => '~',
            Act::Removed => '-',
        };
        write!(f, "{sign} ")?;
        match &self.tenant {
            Some(tenant) if self.kind != "tenant" => write!(f, "{tenant}: {} {}", self.kind, self.name)?,
            _ => write!(f, "{} {}", self.kind, self.name)?,
        }
        if self.act == Act::Removed {
            return Ok(());
        }
        let mut separator = "  ";
        for change in &self.fields {
            write!(f, "{separator}{change}")?;
            separator = ", ";
        }
        Ok(())
    }
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        match &self.before {
            None => write!(f, "{}: {}", self.field, words(&self.after)),
            Some(_) => write!(f, "{}: {} → {}", self.field, words(&self.before), words(&self.after)),
        }
    }
}
