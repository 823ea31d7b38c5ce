//! One tenant, or everything, in the import format. Never a secret; importing it changes nothing.

use super::import::reference_order;
use super::shown::{Fields, SECRETS, fields};
use super::state::State;
use super::{Object, ObjectId};
use crate::base::ids::TenantId;
use crate::directory::Scope;
use crate::store::{Account, Role, TenantConfig};
use serde_json::{Map, Value, json};

/// The import file of a tenant; `None` if there is no such tenant. The trunks that its numbers name are the operator's, not
/// its own.
pub(super) fn tenant(state: &State, id: TenantId) -> Option<String> {
    let tenant = of_tenant(state, state.tenant(id)?);
    Some(file([("tenants", vec![tenant])]))
}

/// The file of the whole server.
pub(super) fn everything(state: &State) -> String {
    let operators = state.accounts().filter(|account| account.role == Role::Operator).map(log_in).collect();
    let mut trunks: Vec<_> = state.trunks().collect();
    trunks.sort_by(|a, b| a.slug.cmp(&b.slug));
    let trunks = trunks.into_iter().map(|trunk| plain(state, Object::Trunk(trunk.clone()))).collect();
    let mut tenants: Vec<_> = state.tenants().collect();
    tenants.sort_by(|a, b| a.slug.cmp(&b.slug));
    let tenants = tenants.into_iter().map(|tenant| of_tenant(state, tenant)).collect();
    file([("operators", operators), ("trunks", trunks), ("tenants", tenants)])
}

/// Writes lists of objects by their key. An empty list is left out, so that importing the file with pruning removes nothing.
fn file<const N: usize>(lists: [(&str, Vec<Value>); N]) -> String {
    let mut text = String::new();
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        text.push_str(&format!("{key}:\n"));
        yaml(&mut text, &Value::Array(list), 1);
    }
    text
}

fn of_tenant(state: &State, tenant: &TenantConfig) -> Value {
    let id = tenant.id;
    let mut out = map(fields(state, &Object::Tenant(tenant.clone())));
    if let Some(binding) = state.get(ObjectId::Binding(id, Scope::Tenant)) {
        out.insert("default".to_owned(), Value::Object(map(fields(state, binding))));
    }
    let admins = state.accounts().filter(|account| account.tenant == Some(id) && account.role == Role::Admin);
    insert(&mut out, "admins", admins.map(log_in).collect());
    insert(&mut out, "users", users(state, id));
    let mut sources: Vec<_> = state.sources(id).collect();
    sources.sort_by(|a, b| a.slug.cmp(&b.slug));
    let sources = sources.into_iter().map(|source| plain(state, Object::Source(id, source.clone())));
    insert(&mut out, "data_sources", sources.collect());
    let mut numbers: Vec<_> = state.numbers(id).collect();
    numbers.sort_by(|a, b| a.e164.cmp(&b.e164));
    let numbers = numbers.into_iter().map(|number| {
        let mut out = map(fields(state, &Object::Number(id, number.clone())));
        bound(state, id, Scope::Number(number.id), &mut out);
        Value::Object(out)
    });
    insert(&mut out, "numbers", numbers.collect());
    Value::Object(out)
}

fn log_in(account: &Account) -> Value {
    json!({ "email": account.email })
}

fn users(state: &State, id: TenantId) -> Vec<Value> {
    let mut people: Vec<_> = state.people(id).collect();
    people.sort_by(|a, b| a.extension.cmp(&b.extension));
    let user = |person: &crate::store::PersonConfig| {
        let mut out = map(fields(state, &Object::Person(id, person.clone())));
        let mut devices: Vec<_> = state.devices(id).filter(|device| device.person == person.id).collect();
        devices.sort_by_key(|device| device.position);
        let devices = devices.into_iter().map(|device| {
            let mut out = map(fields(state, &Object::Device(id, device.clone())));
            out.remove("user");
            out.remove("position");
            Value::Object(out)
        });
        insert(&mut out, "devices", devices.collect());
        bound(state, id, Scope::Extension(person.id), &mut out);
        Value::Object(out)
    };
    people.into_iter().map(user).collect()
}

fn plain(state: &State, object: Object) -> Value {
    Value::Object(map(fields(state, &object)))
}

/// The fields without secrets: what is left out, an import keeps.
fn map(fields: Fields) -> Map<String, Value> {
    fields.into_iter().filter(|(key, _)| !SECRETS.contains(key)).map(|(key, value)| (key.to_owned(), value)).collect()
}

fn insert(out: &mut Map<String, Value>, key: &str, list: Vec<Value>) {
    if !list.is_empty() {
        out.insert(key.to_owned(), Value::Array(list));
    }
}

fn bound(state: &State, id: TenantId, scope: Scope, out: &mut Map<String, Value>) {
    if let Some(binding) = state.get(ObjectId::Binding(id, scope)) {
        out.append(&mut map(fields(state, binding)));
    }
}

/// Block style for tables and lists of tables, JSON (which YAML contains) for everything below.
fn yaml(text: &mut String, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for item in list {
                text.push_str(&format!("{indent}-\n"));
                yaml(text, item, depth + 1);
            }
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| reference_order(key));
            for (key, value) in entries {
                let nested = matches!(value, Value::Array(list) if list.iter().any(Value::is_object));
                if nested || key == "default" {
                    text.push_str(&format!("{indent}{key}:\n"));
                    yaml(text, value, depth + 1);
                } else {
                    text.push_str(&format!("{indent}{key}: {value}\n"));
                }
            }
        }
        other => text.push_str(&format!("{indent}{other}\n")),
    }
}
