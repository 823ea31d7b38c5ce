//! A record written as JSON once, for the journal and for SQL.

use super::{CallRecord, RecordError};
use crate::decision::{Decision, Said, Step, StepKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// The JSON text that the steps of a record's decision follow.
const STEPS: &str = "\"steps\":[";

/// A finished record as JSON. Its many small parts are freed by the thread that made them: SQL
/// waits for one text and the fields that are searched.
#[derive(Clone, Debug)]
pub struct WrittenRecord {
    brief: CallRecord,
    template: Option<String>,
    json: Box<RawValue>,
}

impl WrittenRecord {
    /// Writes a record as JSON.
    ///
    /// # Errors
    /// When something in it has no JSON.
    pub fn new(record: CallRecord) -> serde_json::Result<Self> {
        let json = to_raw_value(&record)?;
        Ok(Self::of(record, json))
    }

    /// Writes a record whose decision's steps are JSON already, all of them or the last ones.
    /// `template` is the slug of the template that decided.
    ///
    /// # Errors
    /// When something in it has no JSON.
    pub fn said(record: CallRecord<Said>, template: Option<String>) -> serde_json::Result<Self> {
        let json = to_raw_value(&record)?;
        Ok(Self { brief: record.with(Decision::default()), template, json })
    }

    fn of(record: CallRecord, json: Box<RawValue>) -> Self {
        let template = template_of(record.decision.steps.iter().cloned());
        Self { brief: record.with(Decision::default()), template, json }
    }

    /// Returns the record without the steps of its decision.
    pub const fn brief(&self) -> &CallRecord {
        &self.brief
    }

    /// Returns the slug of the template that decided. In a record that was read back from the
    /// journal, the earlier steps may be the ones that name it.
    pub fn template(&self, earlier: &[Said]) -> Option<String> {
        let before = || template_of(earlier.iter().map_while(Said::read));
        self.template.clone().or_else(before)
    }

    /// Returns the record as JSON.
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Returns the record as JSON, with these steps before its own.
    pub fn json_after(&self, earlier: &[Said]) -> String {
        // No other part of a record has this key, and in a text its quotes would follow
        // backslashes.
        let json = self.json();
        let Some(at) = json.find(STEPS) else { return json.to_owned() };
        let (head, own) = json.split_at(at + STEPS.len());
        let more: usize = earlier.iter().map(|step| step.json().len() + 1).sum();
        let mut whole = String::with_capacity(json.len() + more);
        whole.push_str(head);
        for (n, step) in earlier.iter().enumerate() {
            whole.push_str(if n == 0 { "" } else { "," });
            whole.push_str(step.json());
        }
        whole.push_str(if earlier.is_empty() || own.starts_with(']') { "" } else { "," });
        whole.push_str(own);
        whole
    }

    /// Returns the record, with these steps before its own.
    ///
    /// # Errors
    /// When another release wrote what we can't read.
    pub fn read(&self, earlier: &[Said]) -> Result<CallRecord, RecordError> {
        CallRecord::read(&self.json_after(earlier))
    }
}

/// Returns the slug of the template that these steps name.
fn template_of(mut steps: impl Iterator<Item = Step>) -> Option<String> {
    steps.find_map(|step| match step.kind {
        StepKind::Bound { slug, .. } => Some(slug),
        _ => None,
    })
}

impl PartialEq for WrittenRecord {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Serialize for WrittenRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WrittenRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let record = CallRecord::read(json.get()).map_err(serde::de::Error::custom)?;
        Ok(Self::of(record, json))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::{CallId, TemplateVersionId, TenantId};
    use crate::base::time::Wall;
    use crate::base::value::Value;
    use crate::cdr::Assembly;
    use crate::event::{Direction, Party};
    use std::collections::BTreeMap;

    /// A caller and a script that try to be taken for a part of the record.
    fn record() -> CallRecord {
        let name = r#""steps":[ "steps":["#.to_owned();
        let from = Party { name: name.clone(), ..Party::default() };
        let at = Wall::from_micros(7);
        let (call, tenant) = (CallId::of_key("call"), TenantId::of_key("acme"));
        let mut record = Assembly::new(call, tenant, name.clone(), Direction::Internal, from, name, at);
        let outcome = Value::Map(BTreeMap::from([("steps".to_owned(), Value::List(vec![Value::Int(1)]))]));
        let bound = StepKind::Bound {
            chain: Vec::new(),
            template: TemplateVersionId::of_key("t"),
            slug: "ring-person".to_owned(),
        };
        let kinds = [StepKind::Outcome { outcome }, bound, StepKind::LocalRinging, StepKind::ScriptFinished];
        let steps = kinds.map(|kind| Step { at, kind }).to_vec();
        record.finish(Decision { revision: 3, steps, ..Decision::default() })
    }

    #[test]
    fn steps_that_were_told_before_and_the_last_ones_are_the_whole_record() {
        let whole = WrittenRecord::new(record()).unwrap();
        let decision = record().decision;
        for after in 0..=decision.steps.len() {
            let earlier = &decision.said_from(0).unwrap().steps[..after];
            let last = WrittenRecord::said(record().with(decision.said_from(after).unwrap()), None).unwrap();
            assert_eq!(last.json_after(earlier), whole.json(), "{after}");
            assert_eq!(last.read(earlier).unwrap(), record(), "{after}");
            let again: WrittenRecord = serde_json::from_str(&serde_json::to_string(&last).unwrap()).unwrap();
            assert_eq!(again.template(earlier).as_deref(), Some("ring-person"), "{after}");
        }
    }
}
