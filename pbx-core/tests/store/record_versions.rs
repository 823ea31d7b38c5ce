//! Records of other releases in the database.

use crate::journal::acme;
use crate::support::{at, on_both, record};
use pbx_core::base::ids::CallId;
use pbx_core::cdr::{CallRecord, RecordError, VERSION};
use pbx_core::journal::{Entry, Position};
use pbx_core::store::{CallQuery, Projector, StoreError};

#[test]
fn record_of_a_later_release_is_named_as_such_and_the_lists_have_it() {
    on_both(|fresh| async move {
        let later = CallRecord { version: VERSION + 1, ..record(acme(), "later", at(5)) };
        let entries = [later, record(acme(), "ours", at(6))].map(|record| Entry::recorded(record).unwrap());
        let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
        projector.project(&entries, Position { segment: 1, offset: 1 }).await.unwrap();
        let (store, id) = (&fresh.store, CallId::of_key("later"));
        let asked = [
            store.call(acme(), id).await,
            store.call_by_sip_id(acme(), "later@phone").await,
            store.call_anywhere(&id.to_string()).await,
        ];
        for answer in asked {
            let is_named =
                matches!(answer, Err(StoreError::Record(RecordError::Later(version))) if version == VERSION + 1);
            assert!(is_named, "{}: {answer:?}", fresh.name);
        }
        let ours = store.call(acme(), CallId::of_key("ours")).await.unwrap().unwrap();
        assert_eq!(ours.version, VERSION);
        let query = CallQuery { limit: 9, ..CallQuery::default() };
        assert_eq!(store.calls(acme(), &query).await.unwrap().rows.len(), 2, "{}", fresh.name);
    });
}

#[test]
fn record_of_the_release_before_keeps_its_version() {
    on_both(|fresh| async move {
        let before = CallRecord { version: 0, ..record(acme(), "before", at(5)) };
        let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
        let entry = Entry::recorded(before.clone()).unwrap();
        projector.project(&[entry], Position { segment: 1, offset: 1 }).await.unwrap();
        let read = fresh.store.call(acme(), CallId::of_key("before")).await.unwrap();
        assert_eq!(read, Some(before), "{}", fresh.name);
    });
}
