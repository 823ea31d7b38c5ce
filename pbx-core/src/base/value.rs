//! A plain value that a script, a record and JSON all understand.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A value that goes between the exchange and a script: a parameter, an argument, an outcome, a
/// source's data.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing (Lua `nil`, JSON `null`).
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction. Never NaN or infinite.
    Float(f64),
    /// A text.
    Text(String),
    /// A list (Lua: keys 1…n).
    List(Vec<Self>),
    /// A table with text keys.
    Map(BTreeMap<String, Self>),
}

impl Value {
    /// Returns whether it is [`Value::Null`].
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns a table of named values.
    pub fn table<const N: usize>(fields: [(&str, Self); N]) -> Self {
        Self::Map(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Returns whether it has at most `size` values and characters of text together, and at most
    /// `depth` levels.
    pub fn is_within(&self, size: usize, depth: usize) -> bool {
        self.weigh(size, depth).is_some()
    }

    /// Returns the size that is left after this value; `None` if it does not fit or is nested too
    /// deep.
    fn weigh(&self, left: usize, depth: usize) -> Option<usize> {
        let left = left.checked_sub(1)?;
        match self {
            Self::Text(text) => left.checked_sub(text.chars().count()),
            Self::List(list) => {
                let depth = depth.checked_sub(1)?;
                list.iter().try_fold(left, |left, item| item.weigh(left, depth))
            }
            Self::Map(map) => {
                let depth = depth.checked_sub(1)?;
                map.iter().try_fold(left, |left, (key, item)| item.weigh(left.checked_sub(key.chars().count())?, depth))
            }
            _ => Some(left),
        }
    }

    /// Returns the text; `None` if it is none.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the whole number; `None` if it is none.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            _ => None,
        }
    }

    /// Returns a field of a table; `None` if it is missing, or this is no table.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(map) => map.get(key),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}
