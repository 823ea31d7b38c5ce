//! Versions of a record's JSON, and reading a record that this release or one before wrote.

use super::CallRecord;
use serde::Deserialize;

/// The version of a record's JSON that this release writes; absent, it is 0.
///
/// It rises when a release before would misread a record: where a field or a step changes its
/// meaning, or where a step appears that a replay must know. A field that may be absent raises
/// nothing. The reader of each version stays for ever. Before it rises, `make fixtures` keeps what
/// the present version wrote.
pub const VERSION: u32 = 1;

/// Reason why a record's JSON cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A later release wrote it, in a version that this one does not know.
    #[error(
        "the call's record is of version {0}, and this release reads versions up to {VERSION}: the \
         release that wrote it, or a later one, shows it"
    )]
    Later(u32),
    /// The JSON is no record of the version that it names.
    #[error("the call's record cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

/// The field that tells how to read the others.
#[derive(Deserialize)]
struct RecordVersion {
    #[serde(default)]
    version: u32,
}

impl CallRecord {
    /// Reads a record's JSON, which keeps its version.
    ///
    /// # Errors
    /// When a later release wrote it, or it is no record.
    pub fn read(json: &str) -> Result<Self, RecordError> {
        let RecordVersion { version } = serde_json::from_str(json)?;
        if version > VERSION {
            return Err(RecordError::Later(version));
        }
        Ok(serde_json::from_str(json)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::{CallId, TenantId};
    use crate::base::time::Wall;
    use crate::cdr::{Assembly, WrittenRecord};
    use crate::decision::Decision;
    use crate::event::{Direction, Party};

    /// A record as this release writes it, with this in the place of its version.
    fn json(version: &str) -> String {
        let (call, tenant, at) = (CallId::of_key("call"), TenantId::of_key("acme"), Wall::from_micros(7));
        let mut record =
            Assembly::new(call, tenant, "a@b".into(), Direction::Internal, Party::default(), "102".into(), at);
        let written = WrittenRecord::new(record.finish(Decision::default())).unwrap();
        let present = format!("{{\"version\":{VERSION},");
        assert!(written.json().starts_with(&present), "{}", written.json());
        written.json().replacen(&present, &format!("{{{version}"), 1)
    }

    #[test]
    fn record_without_a_version_is_of_version_0_and_stays_as_it_was_written() {
        assert_eq!(CallRecord::read(&json("")).unwrap().version, 0);
        let kept: WrittenRecord = serde_json::from_str(&json("")).unwrap();
        assert_eq!((kept.brief().version, kept.json()), (0, &*json("")));
    }

    #[test]
    fn record_of_this_release_says_its_version() {
        assert_eq!(CallRecord::read(&json("\"version\":1,")).unwrap().version, 1);
    }

    #[test]
    fn record_of_a_later_release_is_named_as_such_even_where_it_could_be_read() {
        for json in [json("\"version\":2,"), "{\"version\":2,\"moved\":true}".to_owned()] {
            assert!(matches!(CallRecord::read(&json), Err(RecordError::Later(2))), "{json}");
            assert!(serde_json::from_str::<WrittenRecord>(&json).is_err(), "{json}");
        }
        let no_record = CallRecord::read("{\"version\":1}");
        assert!(matches!(no_record, Err(RecordError::Unreadable(_))), "{no_record:?}");
    }
}
