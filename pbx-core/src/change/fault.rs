//! What is wrong with a change, and where it was written.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Where a change was written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    /// `tenants[acme].users[anna]`; empty: it was not written in a file.
    pub path: String,
    /// The line on which it begins, from 1.
    pub line: Option<u32>,
    /// The line of each field that was given.
    pub fields: BTreeMap<String, u32>,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Fault {
    /// The line in the file, if there is one.
    pub line: Option<u32>,
    /// What it is about: `tenants[acme].users[anna].extension`.
    pub path: String,
    /// The field, if it is about one: the form shows the fault there.
    pub field: Option<String>,
    /// A stable code: `taken`, `not-there`, `grammar`, `required`, `bound`.
    pub code: &'static str,
    /// What is wrong and what to do, in plain words.
    pub message: String,
}

impl Fault {
    /// A fault of a whole object.
    pub fn about(origin: &Origin, code: &'static str, message: impl Into<String>) -> Self {
        Self { line: origin.line, path: origin.path.clone(), field: None, code, message: message.into() }
    }

    /// A fault of one field of an object.
    pub fn at(origin: &Origin, field: &str, code: &'static str, message: impl Into<String>) -> Self {
        let name = field.split('.').next().unwrap_or(field);
        let line = origin.fields.get(field).or_else(|| origin.fields.get(name)).copied().or(origin.line);
        let path = if origin.path.is_empty() { field.to_owned() } else { format!("{}.{field}", origin.path) };
        Self { line, path, field: Some(field.to_owned()), code, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}
