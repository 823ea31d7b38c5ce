//! Every kind of id has its try from another tenant: a new one without a line here fails.

use super::sources::text;
use std::collections::BTreeMap;
use std::path::Path;

/// Where another tenant's hand on it is tried, and the words of that try; or why no hand of a tenant can reach it.
fn tries() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    const STORE: &str = "pbx-core/tests/store/isolation.rs";
    const WALK: &str = "admin-ui/tests/console/walk.rs";
    const SIP: &str = "tests/scenarios/isolation.rs";
    BTreeMap::from([
        ("TenantId", (WALK, "{tenant}")),
        ("PersonId", (WALK, "{person}")),
        ("DeviceId", (WALK, "{device}")),
        ("CallId", (WALK, "{call}")),
        ("TokenId", (WALK, "{token}")),
        ("NumberId", (STORE, "store.number(tenant, number.id)")),
        ("SourceId", (STORE, "store.source(tenant, source.id)")),
        ("AccountId", (STORE, "store.account_of(tenant, account)")),
        ("AuditId", (STORE, "\"audit\"")),
        ("LegId", (SIP, "Kind::Dialog")),
        // The operator's, on the server's pages only: the walk knows every route's role.
        ("TrunkId", (WALK, "Permission")),
        // The same for all tenants: the catalogue's.
        ("TemplateVersionId", (STORE, "template: ring-person")),
    ])
}

#[test]
fn every_kind_of_id_is_tried_by_another_tenant() {
    let source = text(Path::new("pbx-core/src/ids.rs"));
    let list = source.split_once("\nids! {").and_then(|(_, rest)| rest.split_once("\n}")).unwrap().0;
    let kinds = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///"));
    let mut tries = tries();
    for kind in kinds.map(|line| line.trim_end_matches(',')) {
        let (file, words) = tries.remove(kind).unwrap_or_else(|| panic!("{kind} has no try from another tenant"));
        assert!(text(Path::new(file)).contains(words), "{file} does not try {kind} any more");
    }
    assert!(tries.is_empty(), "there is no {tries:?}");
}
