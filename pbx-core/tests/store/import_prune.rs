//! What the file does not mention: it stays, or it goes with all that was kept of it.

use crate::import::{SAMPLE, acme, import, import_with};
use crate::support::{Fresh, at, configuration, on_both, record};
use pbx_core::base::ids::TenantId;
use pbx_core::change::import::ImportOptions;
use pbx_core::change::{Configuration, Fault};
use pbx_core::journal::{Entry, Position};
use pbx_core::store::{CallQuery, Projector};

#[test]
fn unmentioned_stays_and_prune_removes() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let text = "tenants: [{id: acme, users: [{id: anna}]}]";
        assert!(import(&configuration, text, false).await.unwrap().diff.is_empty());
        import(&configuration, text, true).await.unwrap();
        let directory = configuration.snapshot();
        let tenant = directory.tenant(acme()).unwrap();
        assert_eq!((tenant.people.len(), tenant.numbers.len(), tenant.sources.len()), (1, 0, 0));
        assert_eq!(directory.trunks().count(), 1, "the file has no list of trunks");
        let lines = fresh.store.audit_of(acme(), "person/ben", 10).await.unwrap();
        let actions: Vec<_> = lines.iter().map(|line| line.action.as_str()).collect();
        assert_eq!(actions, ["person.removed", "person.added"]);
    });
}

#[test]
fn company_that_takes_the_name_of_one_that_is_gone_finds_nothing_of_it() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
        let call = Entry::recorded(record(acme(), "old", at(5))).unwrap();
        projector.project(&[call], Position { segment: 1, offset: 1 }).await.unwrap();
        let calls =
            || async { fresh.store.calls(acme(), &CallQuery { limit: 9, ..CallQuery::default() }).await.unwrap() };
        assert_eq!(calls().await.rows.len(), 1);
        import_with(&configuration, "tenants: [{id: globex, country: DE, timezone: UTC}]", pruning(1)).await.unwrap();
        assert!(configuration.snapshot().tenant(acme()).is_none());
        let told = fresh.store.server_audit(None, 50).await.unwrap().lines;
        assert!(told.iter().any(|line| line.action == "tenant.removed"), "{told:?}");
        import(&configuration, SAMPLE, false).await.unwrap();
        assert_eq!(calls().await.rows, []);
        let lines = fresh.store.audit(acme(), None, 50).await.unwrap().lines;
        assert!(lines.iter().all(|line| line.action.ends_with(".added")), "{lines:?}");
    });
}

#[test]
fn bound_things_can_not_go() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let text = "trunks: []\ntenants: [{id: acme, users: [{id: anna}], numbers: [{number: \"+4930555100\", template: vip-by-lookup}]}]";
        let faults = import(&configuration, text, true).await.unwrap_err();
        let told = faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n");
        for word in ["trunk carrier can't go", "extension \"102\"", "data source \"customers\""] {
            assert!(told.contains(word), "{word} is not among\n{told}");
        }
        assert_eq!(configuration.snapshot().revision, 1);
    });
}

#[test]
fn list_left_empty_is_a_fault_and_takes_nothing_away() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let all = pruning(1);
        for (text, path) in [
            ("tenants:\n", "tenants"),
            ("operators: ~\n", "operators"),
            ("tenants: [{id: acme, users: }]\n", "tenants[acme].users"),
            ("tenants: [{id: acme, numbers: null}]\n", "tenants[acme].numbers"),
        ] {
            let faults = import_with(&configuration, text, all).await.unwrap_err();
            let told = faults[0].to_string();
            assert_eq!(
                told,
                format!("line 1: {path}: is left empty: write `[]` if you mean none, or leave the key out")
            );
        }
        assert_eq!(configuration.snapshot().revision, 1);
    });
}

#[test]
fn pruning_one_companys_export_keeps_every_other_company() {
    on_both(|fresh| async move {
        let configuration = two_companies(&fresh).await;
        let applied = import(&configuration, "tenants: [{id: acme, users: [{id: anna}]}]", true).await.unwrap();
        assert_eq!(configuration.snapshot().tenants().count(), 2, "{}", applied.diff);
        assert!(applied.diff.to_string().contains("- acme: person ben"), "{}", applied.diff);
        let told: Vec<String> = applied.unnamed.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["globex (1 call)"]);
        assert_eq!(fresh.store.count_calls(globex()).await.unwrap(), 1);
        import(&configuration, "tenants: []\n", true).await.unwrap();
        assert_eq!(configuration.snapshot().tenants().count(), 2, "a list that names none takes none");
    });
}

#[test]
fn tenants_go_where_their_number_is_given_and_no_other() {
    on_both(|fresh| async move {
        let configuration = two_companies(&fresh).await;
        for wrong in [0, 2, 3] {
            let faults = import_with(&configuration, "tenants: [{id: acme}]", pruning(wrong)).await.unwrap_err();
            let told = faults[0].to_string();
            assert!(told.starts_with("line 1: tenants: --prune-tenants"), "{told}");
            assert!(told.contains("leaves out 1,") && told.contains("globex (1 call)"), "{told}");
            assert!(told.contains("write --prune-tenants=1"), "{told}");
        }
        let none = import_with(&configuration, "tenants: [{id: acme}, {id: globex}]", pruning(1)).await.unwrap_err();
        assert!(none[0].to_string().contains("names every tenant"), "{none:?}");
        let seen = ImportOptions { dry_run: true, ..pruning(1) };
        let shown = import_with(&configuration, "tenants: [{id: acme}]", seen).await.unwrap();
        assert!(shown.diff.to_string().contains("- tenant globex"), "{}", shown.diff);
        assert_eq!((shown.unnamed[0].calls, configuration.snapshot().tenants().count()), (1, 2));
        import_with(&configuration, "tenants: [{id: acme}]", pruning(1)).await.unwrap();
        assert!(configuration.snapshot().tenant(globex()).is_none(), "it is not in the list");
        assert_eq!(fresh.store.count_calls(globex()).await.unwrap(), 0);
    });
}

fn globex() -> TenantId {
    TenantId::of_key("globex")
}

fn pruning(tenants: usize) -> ImportOptions {
    ImportOptions { prune: true, prune_tenants: Some(tenants), ..ImportOptions::default() }
}

/// Acme as in the sample, and Globex with one call.
async fn two_companies(fresh: &Fresh) -> Configuration {
    let configuration = configuration(&fresh.store).await;
    import(&configuration, SAMPLE, false).await.unwrap();
    import(&configuration, "tenants: [{id: globex, country: DE, timezone: UTC}]", false).await.unwrap();
    let mut projector = Projector::open(fresh.store.clone()).await.unwrap();
    let call = Entry::recorded(record(globex(), "theirs", at(5))).unwrap();
    projector.project(&[call], Position { segment: 1, offset: 1 }).await.unwrap();
    configuration
}
