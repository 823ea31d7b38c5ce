//! Every function of the store that takes a tenant, asked with another tenant's id in hand, answers as if nothing were there.
//! The list is read from the source: a new function without its case fails.

use crate::store_source::store_functions;
use crate::support::{at, binding, configuration, on_both, record, rng};
use pbx_core::base::ids::{AccountId, DeviceId, TenantId, TokenId};
use pbx_core::change::import::ImportOptions;
use pbx_core::directory::{Scope, Source};
use pbx_core::journal::{Entry, Position};
use pbx_core::store::{
    BindingConfig, CallQuery, DeviceConfig, NumberConfig, PersonConfig, Projector, Store, StoredResponse, Token,
};
use std::collections::BTreeSet;

/// Names of the functions whose first argument after `self` is a tenant.
fn functions() -> BTreeSet<String> {
    store_functions().into_iter().filter(|function| function.takes_a_tenant).map(|function| function.name).collect()
}

const FILE: &str = r#"
trunks: [{id: carrier, peers: ["127.0.0.1:5071"]}]
tenants:
  - id: acme
    country: DE
    admins: [{email: admin@acme.test, password: geheim-geheim}]
    users: [{id: anna, extension: "101", template: ring-person, devices: [{id: desk, sip_user: anna-desk, password: geheim}]}]
    data_sources: [{id: customers, url: "http://127.0.0.1/"}]
    numbers: [{number: "+4930555100", trunk: carrier}]
"#;

async fn fill(store: &Store) {
    let configuration = configuration(store).await;
    configuration.import("import", at(0), &mut rng(), FILE, ImportOptions::default()).await.unwrap();
    let (acme, device) = (TenantId::of_key("acme"), store.devices(TenantId::of_key("acme")).await.unwrap()[0].id);
    let added = Entry::BindingAdded { tenant: acme, binding: Box::new(binding(device, "a", at(1000))) };
    let entries = [Entry::recorded(record(acme, "one", at(1))).unwrap(), added];
    let mut projector = Projector::open(store.clone()).await.unwrap();
    projector.project(&entries, Position { segment: 1, offset: 1 }).await.unwrap();
    let token = Token {
        id: TokenId::of_key("t"),
        label: String::new(),
        scopes: Vec::new(),
        created: at(0),
        expires: None,
        last_used: None,
    };
    store.add_token(acme, &token, [1; 32]).await.unwrap();
    store.claim_key(acme, "k", [1; 32], at(0), at(1000)).await.unwrap();
}

/// What Acme has.
struct Acme {
    person: PersonConfig,
    device: DeviceConfig,
    number: NumberConfig,
    source: Source,
    account: AccountId,
    scope: Scope,
}

impl Acme {
    async fn of(store: &Store) -> Self {
        let acme = acme();
        let person = store.people(acme).await.unwrap()[0].clone();
        Self {
            device: store.devices(acme).await.unwrap()[0].clone(),
            number: store.numbers(acme).await.unwrap()[0].clone(),
            source: store.sources(acme).await.unwrap()[0].clone(),
            account: store.accounts(acme).await.unwrap()[0].id,
            scope: Scope::Extension(person.id),
            person,
        }
    }
}

fn acme() -> TenantId {
    TenantId::of_key("acme")
}

macro_rules! words {
    ($answer:expr) => {
        format!("{:?}", $answer.await.unwrap())
    };
}

/// Asks one function as `tenant` about what is Acme's; the answer in words.
async fn ask(store: &Store, name: &str, tenant: TenantId) -> String {
    let Acme { person, device, number, source, account, scope } = Acme::of(store).await;
    let call = record(acme(), "one", at(1)).id;
    match name {
        "people" => words!(store.people(tenant)),
        "person" => words!(store.person(tenant, person.id)),
        "devices" => words!(store.devices(tenant)),
        "device" => words!(store.device(tenant, device.id)),
        "numbers" => words!(store.numbers(tenant)),
        "number" => words!(store.number(tenant, number.id)),
        "sources" => words!(store.sources(tenant)),
        "source" => words!(store.source(tenant, source.id)),
        "bindings" => words!(store.bindings(tenant)),
        "binding" => words!(store.binding(tenant, scope)),
        "accounts" => words!(store.accounts(tenant)),
        "account_of" => words!(store.account_of(tenant, account)),
        "calls" => words!(store.calls(tenant, &CallQuery { limit: 10, ..CallQuery::default() })),
        "count_calls" => words!(store.count_calls(tenant)),
        "call" => words!(store.call(tenant, call)),
        "call_by_sip_id" => words!(store.call_by_sip_id(tenant, "one@phone")),
        "registrations" => words!(store.registrations(tenant, device.id, at(0))),
        "audit" => words!(store.audit(tenant, None, 10)),
        "audit_of" => words!(store.audit_of(tenant, "person/anna", 10)),
        name if name.starts_with("remove_") && name != "remove_token" => remove(store, name, tenant).await,
        name if name.starts_with("put_") => put(store, name, tenant).await,
        name => ask_api(store, name, tenant).await,
    }
}

/// What the API keeps.
async fn ask_api(store: &Store, name: &str, tenant: TenantId) -> String {
    match name {
        "tokens" => words!(store.tokens(tenant)),
        "touch_token" => words!(store.touch_token(tenant, TokenId::of_key("t"), at(1))),
        "claim_key" => words!(store.claim_key(tenant, "k", [2; 32], at(1), at(2))),
        "answer_key" => {
            let answer = StoredResponse { status: 200, body: String::new() };
            words!(store.answer_key(tenant, "k", &answer, at(2)))
        }
        "release_key" => words!(store.release_key(tenant, "k")),
        "remove_token" => words!(store.remove_token(tenant, TokenId::of_key("t"))),
        "add_token" => {
            let token = store.tokens(acme()).await.unwrap().remove(0);
            store.add_token(tenant, &token, [2; 32]).await.unwrap();
            (store.tokens(acme()).await.unwrap() == vec![token]).to_string()
        }
        other => no_case(other),
    }
}

/// Removals are tried in a transaction that is dropped.
async fn remove(store: &Store, name: &str, tenant: TenantId) -> String {
    let Acme { person, device, number, source, scope, .. } = Acme::of(store).await;
    let mut work = store.begin().await.unwrap();
    match name {
        "remove_person" => words!(work.remove_person(tenant, person.id)),
        "remove_device" => words!(work.remove_device(tenant, device.id)),
        "remove_number" => words!(work.remove_number(tenant, number.id)),
        "remove_source" => words!(work.remove_source(tenant, source.id)),
        "remove_binding" => words!(work.remove_binding(tenant, scope)),
        "remove_tenant" => words!(work.remove_tenant(tenant, at(9))),
        other => no_case(other),
    }
}

/// A put writes a row of its own tenant: what is looked at is that Acme's stays as it was.
async fn put(store: &Store, name: &str, tenant: TenantId) -> String {
    let Acme { person, device, number, source, scope, .. } = Acme::of(store).await;
    let mut work = store.begin().await.unwrap();
    let stays = match name {
        "put_person" => {
            let changed = PersonConfig { name: "Mallory".to_owned(), ..person.clone() };
            work.put_person(tenant, &changed).await.unwrap();
            work.commit().await.unwrap();
            store.person(acme(), person.id).await.unwrap() == Some(person)
        }
        "put_device" => {
            let changed = DeviceConfig { sip_user: "m".to_owned(), ..device.clone() };
            work.put_device(tenant, &changed).await.unwrap();
            work.commit().await.unwrap();
            store.device(acme(), device.id).await.unwrap() == Some(device)
        }
        "put_number" => {
            let changed = NumberConfig { e164: "+4930555199".to_owned(), ..number.clone() };
            work.put_number(tenant, &changed).await.unwrap();
            work.commit().await.unwrap();
            store.number(acme(), number.id).await.unwrap() == Some(number)
        }
        "put_source" => {
            let changed = Source { url: "http://m/".to_owned(), ..source.clone() };
            work.put_source(tenant, &changed).await.unwrap();
            work.commit().await.unwrap();
            store.source(acme(), source.id).await.unwrap() == Some(source)
        }
        "put_binding" => {
            let before = store.binding(acme(), scope).await.unwrap().unwrap();
            let changed = BindingConfig { template: "m".to_owned(), ..before.clone() };
            work.put_binding(tenant, &changed).await.unwrap();
            work.commit().await.unwrap();
            store.binding(acme(), scope).await.unwrap() == Some(before)
        }
        other => return no_case(other),
    };
    stays.to_string()
}

fn no_case(name: &str) -> String {
    unreachable!("{name} takes a tenant and has no case here: write what a foreign tenant gets")
}

#[test]
fn foreign_tenant_gets_what_nobody_gets() {
    assert!(functions().len() >= 30, "the scan of the source finds too little");
    on_both(|fresh| async move {
        fill(&fresh.store).await;
        let (globex, nobody) = (TenantId::of_key("globex"), TenantId::of_key("nobody"));
        // What writes rows of its own comes last: the others must find nothing.
        let writes = ["put_", "add_", "claim_"];
        let is_write = |name: &String| writes.iter().any(|prefix| name.starts_with(prefix));
        let (puts, others): (Vec<_>, Vec<_>) = functions().into_iter().partition(is_write);
        for name in others.into_iter().chain(puts) {
            let foreign = ask(&fresh.store, &name, globex).await;
            // A device's SIP user and a number on a trunk are unique on the server: one try is all that a put has.
            if name.starts_with("put_") || name == "add_token" {
                assert_eq!(foreign, "true", "{}: {name} touched another tenant's", fresh.name);
                continue;
            }
            assert_eq!(foreign, ask(&fresh.store, &name, nobody).await, "{}: {name}", fresh.name);
            for word in ["anna", "Anna", "4930555100", "customers"] {
                assert!(!foreign.contains(word), "{}: {name} tells {foreign}", fresh.name);
            }
        }
    });
}

#[test]
fn owner_gets_its_own() {
    on_both(|fresh| async move {
        fill(&fresh.store).await;
        let (acme, nobody) = (TenantId::of_key("acme"), TenantId::of_key("nobody"));
        // Reads only: that the matrix above compares nothing with nothing would hide a broken function.
        for name in functions() {
            let is_write = ["put_", "add_", "remove_", "touch_", "claim_", "answer_", "release_"];
            if !is_write.iter().any(|prefix| name.starts_with(prefix)) {
                let (own, none) = (ask(&fresh.store, &name, acme).await, ask(&fresh.store, &name, nobody).await);
                assert_ne!(own, none, "{}: {name}", fresh.name);
            }
        }
        assert_eq!(fresh.store.registrations(acme, DeviceId::of_key("other"), at(0)).await.unwrap(), []);
    });
}
