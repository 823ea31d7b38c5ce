//! Every kind of id has its try from another tenant, or a reason why no tenant can name it: a new one without a line here
//! fails. This holds the list only; what a try is worth stands in the file that it names.

use super::sources::text;
use std::collections::BTreeMap;
use std::path::Path;

/// Where another tenant's hand on it is tried, and the words of that try.
fn tries() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    const STORE: &str = "pbx-core/tests/store/isolation.rs";
    const WALK: &str = "admin-ui/tests/console/walk.rs";
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
    ])
}

/// Ids that no store function, route or SIP name of a tenant takes, and why. These are not tried.
fn out_of_reach() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("LegId", "read only inside a call's record"),
        ("TrunkId", "the operator's"),
        ("TemplateVersionId", "the catalogue's, the same for all tenants"),
    ])
}

#[test]
fn every_kind_of_id_is_tried_by_another_tenant_or_out_of_reach() {
    let source = text(Path::new("pbx-core/src/base/ids.rs"));
    let list = source.split_once("\nids! {").and_then(|(_, rest)| rest.split_once("\n}")).unwrap().0;
    let kinds = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///"));
    let (mut tries, mut out_of_reach) = (tries(), out_of_reach());
    for kind in kinds.map(|line| line.trim_end_matches(',')) {
        if out_of_reach.remove(kind).is_some() {
            continue;
        }
        let (file, words) = tries.remove(kind).unwrap_or_else(|| panic!("{kind} has no try from another tenant"));
        assert!(text(Path::new(file)).contains(words), "{file} does not try {kind} any more");
    }
    assert!(tries.is_empty() && out_of_reach.is_empty(), "there is no {tries:?} {out_of_reach:?}");
}
