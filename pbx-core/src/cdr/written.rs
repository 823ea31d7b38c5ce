//! A record put into words: it goes into the journal and into SQL as the same JSON, written once.

use super::CallRecord;
use crate::decision::{Decision, Said, Step, StepKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// A finished record, as it is kept. Its many small parts are freed where they were made: what waits for SQL is one text and
/// what is searched by.
#[derive(Clone, Debug)]
pub struct Written {
    brief: CallRecord,
    template: Option<String>,
    json: Box<RawValue>,
}

impl Written {
    /// Puts a record into words.
    ///
    /// # Errors
    /// When something in it has no JSON.
    pub fn new(record: CallRecord) -> serde_json::Result<Self> {
        let json = to_raw_value(&record)?;
        Ok(Self::of(record, json))
    }

    /// Of a record whose decision is in words already. `template`: the slug of the template that decided.
    ///
    /// # Errors
    /// When something in it has no JSON.
    pub fn said(record: CallRecord<Said>, template: Option<String>) -> serde_json::Result<Self> {
        let json = to_raw_value(&record)?;
        Ok(Self { brief: record.with(Decision::default()), template, json })
    }

    fn of(record: CallRecord, json: Box<RawValue>) -> Self {
        let template = template_of(&record.decision.steps);
        Self { brief: record.with(Decision::default()), template, json }
    }

    /// The record without the steps of its decision.
    pub const fn brief(&self) -> &CallRecord {
        &self.brief
    }

    /// The slug of the template that decided.
    pub fn template(&self) -> Option<&str> {
        self.template.as_deref()
    }

    /// The whole record as JSON.
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// The whole record.
    ///
    /// # Errors
    /// When the JSON is of another release, which wrote what we can't read.
    pub fn read(&self) -> serde_json::Result<CallRecord> {
        serde_json::from_str(self.json())
    }
}

/// The slug of the template that these steps name.
fn template_of(steps: &[Step]) -> Option<String> {
    steps.iter().find_map(|step| match &step.kind {
        StepKind::Bound { slug, .. } => Some(slug.clone()),
        _ => None,
    })
}

impl TryFrom<CallRecord> for Box<Written> {
    type Error = serde_json::Error;

    fn try_from(record: CallRecord) -> serde_json::Result<Self> {
        Written::new(record).map(Self::new)
    }
}

impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let record = serde_json::from_str(json.get()).map_err(serde::de::Error::custom)?;
        Ok(Self::of(record, json))
    }
}
