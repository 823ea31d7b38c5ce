//! What the store answers without being told whose it is: each function with the reason why no tenant can reach through it for
//! another's. A new one without a tenant and without a reason fails.

use crate::store_source::store_functions;
use std::collections::{BTreeMap, BTreeSet};

/// Those that take no tenant.
fn reasons() -> BTreeMap<&'static str, &'static str> {
    const FOLDER: &str = "opens, begins or ends work on the whole folder and reads nothing of anybody";
    const OPERATOR: &str =
        "the operator's: of the whole server by its meaning, and no tenant's page or token leads to it";
    const START: &str = "read at a start and by the live board, which gives each event to its own tenant";
    const WHO: &str = "asked to find out who somebody is: the secret in hand is the proof, the tenant is the answer";
    const CHANGE: &str = "only `change` writes with it, after it has validated whose the object is";
    const CATALOGUE: &str =
        "the catalogue's: its versions are the same for all tenants, named by the hash of what they say";
    BTreeMap::from([
        ("open", FOLDER),
        ("begin", FOLDER),
        ("commit", FOLDER),
        ("close", FOLDER),
        ("revision", FOLDER),
        ("owner", FOLDER),
        ("is_untouched", FOLDER),
        ("journal_progress", FOLDER),
        ("tenants", OPERATOR),
        ("trunks", OPERATOR),
        ("server_audit", OPERATOR),
        ("calls_anywhere", OPERATOR),
        ("call_anywhere", OPERATOR),
        ("every_account", "read whole into the configuration, which only `change` and the operator's import look at"),
        ("bindings_alive", START),
        ("open_calls", START),
        (
            "has_accounts",
            "tells whether there is any log-in on the server, for the page of a new one, and nothing else",
        ),
        ("account_by_email", WHO),
        ("account", WHO),
        ("token_by_hash", WHO),
        ("session", WHO),
        ("add_session", WHO),
        ("put_session", WHO),
        ("remove_session", WHO),
        ("remove_expired_sessions", "sweeps what is over, of everybody, and tells only how many"),
        ("put_tenant", CHANGE),
        ("put_trunk", CHANGE),
        ("remove_trunk", CHANGE),
        ("put_account", CHANGE),
        ("remove_account", CHANGE),
        ("write_audit", "each line carries its own tenant, and is read back by `audit` with that tenant only"),
        ("template_version", CATALOGUE),
        ("keep_template_version", CATALOGUE),
    ])
}

#[test]
fn every_function_of_the_store_takes_a_tenant_or_has_its_reason() {
    let reasons = reasons();
    let mut seen = BTreeSet::new();
    for function in store_functions() {
        let reason = reasons.get(function.name.as_str());
        assert!(
            function.takes_a_tenant != reason.is_some(),
            "{}: either it takes a tenant first and is tried in isolation.rs, or its reason stands here",
            function.name
        );
        seen.insert(function.name);
    }
    let gone: Vec<_> = reasons.keys().filter(|name| !seen.contains(**name)).collect();
    assert!(gone.is_empty(), "the store has no {gone:?} any more");
    assert!(seen.len() > 60, "the scan of the source finds too little: {seen:?}");
}
