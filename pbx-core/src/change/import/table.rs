//! Reading one table of the file: known keys, their types, and a fault for everything else.

use super::document::{Key, Kind, Node};
use crate::base::spelling::nearest;
use crate::base::value::Value;
use crate::change::{Fault, NewSecret, Origin};
use crate::secret::Plain;
use std::collections::BTreeMap;

/// The list that the reader adds faults to.
pub(super) type Faults = Vec<Fault>;

/// A table with known keys.
pub(super) struct Table<'n> {
    pub(super) origin: Origin,
    entries: &'n [(Key, Node)],
}

impl<'n> Table<'n> {
    /// Reads a node that should be a table; keys that are not known are faults.
    pub(super) fn of(node: &'n Node, path: &str, known: &[&str], faults: &mut Faults) -> Option<Self> {
        let mut origin = Origin { path: path.to_owned(), line: Some(node.line), fields: BTreeMap::new() };
        let Kind::Map(entries) = &node.kind else {
            faults.push(Fault::about(&origin, "type", format!("must be a table with keys: {}", known.join(", "))));
            return None;
        };
        origin.fields = entries.iter().map(|(key, _)| (key.text.clone(), key.line)).collect();
        for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.text.as_str())) {
            let hint = nearest(&key.text, known)
                .map_or_else(|| format!("known are {}", known.join(", ")), |near| format!("did you mean {near:?}?"));
            faults.push(Fault::at(&origin, &key.text, "unknown", format!("there is no key {:?}; {hint}", key.text)));
        }
        Some(Self { origin, entries })
    }

    /// Sets the path, once the object's name is known.
    pub(super) fn named(mut self, path: String) -> Self {
        self.origin.path = path;
        self
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn fault(&self, key: &str, code: &'static str, message: impl Into<String>, faults: &mut Faults) {
        faults.push(Fault::at(&self.origin, key, code, message));
    }

    /// Text that may be missing (outer `None`) or cleared (inner `None`).
    pub(super) fn optional(&self, key: &str, faults: &mut Faults) -> Option<Option<String>> {
        let node = self.get(key)?;
        if node.is_null() {
            return Some(None);
        }
        match &node.kind {
            Kind::Plain(text) | Kind::Quoted(text) => Some(Some(text.clone())),
            _ => {
                self.fault(key, "type", "must be text", faults);
                None
            }
        }
    }

    /// Text; nothing when it is missing or cleared.
    pub(super) fn text(&self, key: &str, faults: &mut Faults) -> Option<String> {
        self.optional(key, faults).flatten()
    }

    /// Text that must be there.
    pub(super) fn required(&self, key: &str, faults: &mut Faults) -> Option<String> {
        let before = faults.len();
        let text = self.text(key, faults);
        if text.is_none() && faults.len() == before {
            self.fault(key, "required", "is missing", faults);
        }
        text
    }

    pub(super) fn truth(&self, key: &str, faults: &mut Faults) -> Option<bool> {
        match self.get(key)?.value() {
            Value::Bool(truth) => Some(truth),
            _ => {
                self.fault(key, "type", "must be true or false", faults);
                None
            }
        }
    }

    pub(super) fn whole(&self, key: &str, faults: &mut Faults) -> Option<u32> {
        let whole = self.get(key)?.value().as_int().and_then(|int| u32::try_from(int).ok());
        if whole.is_none() {
            self.fault(key, "type", "must be a whole number", faults);
        }
        whole
    }

    /// The nodes of a list; a missing one has none. One that is left empty is a fault: a file that was written by half would
    /// otherwise mean that everything goes.
    pub(super) fn list(&self, key: &str, faults: &mut Faults) -> Option<&'n [Node]> {
        let node = self.get(key)?;
        match &node.kind {
            _ if node.is_null() => {
                self.fault(key, "empty", "is left empty: write `[]` if you mean none, or leave the key out", faults);
                None
            }
            Kind::List(list) => Some(list),
            _ => {
                self.fault(key, "type", "must be a list", faults);
                None
            }
        }
    }

    /// A list of words.
    pub(super) fn words(&self, key: &str, faults: &mut Faults) -> Option<Vec<String>> {
        let mut words = Vec::new();
        for node in self.list(key, faults)? {
            match &node.kind {
                Kind::Plain(text) | Kind::Quoted(text) if !node.is_null() => words.push(text.clone()),
                _ => self.fault(key, "type", "must be a list of words", faults),
            }
        }
        Some(words)
    }

    /// Parameters of a template.
    pub(super) fn params(&self, faults: &mut Faults) -> Option<BTreeMap<String, Value>> {
        match self.get("params")?.value() {
            Value::Map(map) => Some(map),
            Value::Null => Some(BTreeMap::new()),
            _ => {
                self.fault("params", "type", "must be a table", faults);
                None
            }
        }
    }

    /// A password; a missing one keeps the old.
    pub(super) fn password(&self, faults: &mut Faults) -> NewSecret {
        self.text("password", faults).map_or(NewSecret::Keep, |text| NewSecret::Set(Plain::new(text)))
    }
}
