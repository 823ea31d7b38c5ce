//! An object in words that people know: slugs instead of ids, never a secret.

use super::state::State;
use super::{Object, ObjectId};
use crate::base::ids::{PersonId, TenantId};
use crate::directory::{MediaRule, SECRET_HEADER, Scope};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The fields that hold a secret: shown as `set`, never exported.
pub(super) const SECRETS: [&str; 2] = ["password", "secret"];

/// Fields of an object by the names of the import file.
pub(super) type Fields = BTreeMap<&'static str, Value>;

fn person(state: &State, tenant: TenantId, id: PersonId) -> String {
    match state.get(ObjectId::Person(tenant, id)) {
        Some(Object::Person(_, person)) => person.slug.clone(),
        _ => id.to_string(),
    }
}

/// The object's own name, within its tenant: `anna/desk`.
pub(super) fn name(state: &State, object: &Object) -> String {
    match object {
        Object::Trunk(trunk) => trunk.slug.clone(),
        Object::Tenant(tenant) => tenant.slug.clone(),
        Object::Person(_, person) => person.slug.clone(),
        Object::Device(tenant, device) => format!("{}/{}", person(state, *tenant, device.person), device.slug),
        Object::Source(_, source) => source.slug.clone(),
        Object::Number(_, number) => number.slug.clone(),
        Object::Binding(tenant, binding) => match binding.scope {
            Scope::Tenant => "default".to_owned(),
            Scope::Extension(id) => format!("user/{}", person(state, *tenant, id)),
            Scope::Number(id) => match state.get(ObjectId::Number(*tenant, id)) {
                Some(Object::Number(_, number)) => format!("number/{}", number.slug),
                _ => format!("number/{id}"),
            },
        },
        Object::Account(account) => account.email.clone(),
    }
}

/// The slug of the tenant that owns the object.
pub(super) fn tenant(state: &State, object: &Object) -> Option<String> {
    let id = object.tenant()?;
    Some(state.tenant(id).map_or_else(|| id.to_string(), |tenant| tenant.slug.clone()))
}

/// Every field that has a value; a secret as `set`.
pub(super) fn fields(state: &State, object: &Object) -> Fields {
    let mut fields = match object {
        Object::Trunk(trunk) => Fields::from([
            ("id", json!(trunk.slug)),
            ("kind", json!(trunk.kind)),
            ("peers", json!(trunk.peers)),
            ("called_number", json!(trunk.called_number)),
        ]),
        Object::Tenant(tenant) => Fields::from([
            ("id", json!(tenant.slug)),
            ("name", json!(tenant.name)),
            ("domains", json!(tenant.domains)),
            ("timezone", json!(tenant.timezone)),
            ("country", json!(tenant.country)),
            ("language", json!(tenant.language)),
            ("holidays", json!(tenant.holidays)),
        ]),
        Object::Person(_, person) => Fields::from([
            ("id", json!(person.slug)),
            ("name", json!(person.name)),
            ("extension", json!(person.extension)),
            ("email", json!(person.email)),
        ]),
        Object::Device(tenant, device) => Fields::from([
            ("id", json!(device.slug)),
            ("user", json!(person(state, *tenant, device.person))),
            ("position", json!(device.position)),
            ("label", json!(device.label)),
            ("sip_user", json!(device.sip_user)),
            ("contact", json!(device.contact)),
            ("media", json!((device.media != MediaRule::default()).then_some(device.media))),
            ("password", json!(device.secret.as_ref().map(|_| "set"))),
        ]),
        Object::Source(_, source) => Fields::from([
            ("id", json!(source.slug)),
            ("kind", json!(source.kind)),
            ("url", json!(source.url)),
            ("timeout_ms", json!(source.timeout_ms)),
            ("allowed_hosts", json!(source.allowed_hosts)),
            ("allow_private", json!(source.allow_private)),
            ("default", json!(source.default)),
            ("header", json!((source.header != SECRET_HEADER).then_some(&source.header))),
            ("secret", json!(source.secret.as_ref().map(|_| "set"))),
        ]),
        Object::Number(_, number) => Fields::from([
            ("id", json!(number.slug)),
            ("number", json!(number.e164)),
            ("label", json!(number.label)),
            ("trunk", json!(trunk_of(state, number.trunk))),
        ]),
        Object::Binding(_, binding) => {
            Fields::from([("template", json!(binding.template)), ("params", json!(binding.params))])
        }
        Object::Account(account) => Fields::from([
            ("email", json!(account.email)),
            ("role", json!(account.role)),
            ("user", json!(account.tenant.zip(account.person).map(|(tenant, id)| person(state, tenant, id)))),
            ("password", json!(account.password_hash.as_ref().map(|_| "set"))),
        ]),
    };
    fields.retain(|_, value| !value.is_null() && *value != json!("") && *value != json!([]));
    fields
}

/// Whether the secret of two versions of an object differs.
pub(super) fn secret_differs(before: &Object, after: &Object) -> bool {
    match (before, after) {
        (Object::Device(_, before), Object::Device(_, after)) => before.secret != after.secret,
        (Object::Source(_, before), Object::Source(_, after)) => before.secret != after.secret,
        (Object::Account(before), Object::Account(after)) => before.password_hash != after.password_hash,
        _ => false,
    }
}

/// A trunk's slug.
pub(super) fn trunk_of(state: &State, trunk: Option<crate::base::ids::TrunkId>) -> Option<String> {
    state.trunks().find(|known| Some(known.id) == trunk).map(|trunk| trunk.slug.clone())
}
