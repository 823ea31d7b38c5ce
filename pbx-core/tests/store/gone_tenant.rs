//! A tenant that is gone, and what was still on its way about it: nothing of it comes to another of its name.

use crate::import::{SAMPLE, acme, import, import_with};
use crate::support::{at, configuration, on_both, party, record, started};
use pbx_core::base::ids::{AuditId, CallId, LegId};
use pbx_core::change::import::ImportOptions;
use pbx_core::journal::{AuditLine, CallAnswer, Entry, Position};
use pbx_core::store::{CallQuery, Projector};

#[test]
fn call_that_runs_while_its_tenant_is_removed_comes_to_no_tenant_of_that_name() {
    for comes_again in [false, true] {
        on_both(|fresh| async move {
            let configuration = configuration(&fresh.store).await;
            import(&configuration, SAMPLE, false).await.unwrap();
            let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
            let begins = started(acme(), "late", at(-5));
            projector.project(&[begins], Position { segment: 1, offset: 1 }).await.unwrap();
            let gone = ImportOptions { prune: true, prune_tenants: Some(1), ..ImportOptions::default() };
            import_with(&configuration, "tenants: []", gone).await.unwrap();
            if comes_again {
                import(&configuration, SAMPLE, false).await.unwrap();
            }
            let answer = CallAnswer {
                by: party("102", "Ben"),
                at: at(0),
                callee: LegId::of_key("late/b"),
                sip_call_id: "late-b".to_owned(),
            };
            let line = AuditLine {
                id: AuditId::of_key("late"),
                tenant: Some(acme()),
                at: at(-1),
                actor: "192.0.2.7".to_owned(),
                action: "sip.guessing".to_owned(),
                object: "phone".to_owned(),
                detail: serde_json::Value::Null,
            };
            let answered = Entry::CallAnswered { call: CallId::of_key("late"), tenant: acme(), answer };
            projector.project(&[answered, Entry::Audit(line)], Position { segment: 1, offset: 2 }).await.unwrap();
            assert_eq!(fresh.store.open_calls().await.unwrap(), [], "{}", fresh.name);
            let ended = Entry::recorded(record(acme(), "late", at(-5))).unwrap();
            projector.project(&[ended], Position { segment: 1, offset: 3 }).await.unwrap();
            let found = fresh.store.calls(acme(), &CallQuery { limit: 9, ..CallQuery::default() }).await.unwrap();
            assert_eq!(found.rows, [], "{}", fresh.name);
            let lines = fresh.store.audit(acme(), None, 50).await.unwrap().lines;
            assert!(lines.iter().all(|line| line.action != "sip.guessing"), "{}: {lines:?}", fresh.name);
            // What begins after the removal is the new tenant's.
            let own = Entry::recorded(record(acme(), "own", at(60))).unwrap();
            projector.project(&[own], Position { segment: 1, offset: 4 }).await.unwrap();
            assert_eq!(fresh.store.count_calls(acme()).await.unwrap(), 1, "{}", fresh.name);
        });
    }
}
