//! A record with its JSON: it goes into the journal and into SQL, and is put into words once for both.

use super::CallRecord;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use std::ops::Deref;
use std::sync::OnceLock;

/// A finished record.
#[derive(Clone, Debug)]
pub struct Written {
    record: CallRecord,
    json: OnceLock<Box<RawValue>>,
}

impl Written {
    /// The record as JSON.
    ///
    /// # Errors
    /// When something in it has no JSON.
    pub fn json(&self) -> serde_json::Result<&RawValue> {
        if let Some(json) = self.json.get() {
            return Ok(json);
        }
        let json = to_raw_value(&self.record)?;
        Ok(self.json.get_or_init(|| json))
    }
}

impl From<CallRecord> for Written {
    fn from(record: CallRecord) -> Self {
        Self { record, json: OnceLock::new() }
    }
}

impl From<CallRecord> for Box<Written> {
    fn from(record: CallRecord) -> Self {
        Self::new(record.into())
    }
}

impl Deref for Written {
    type Target = CallRecord;

    fn deref(&self) -> &CallRecord {
        &self.record
    }
}

impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        self.record == other.record
    }
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CallRecord::deserialize(deserializer).map(Self::from)
    }
}
