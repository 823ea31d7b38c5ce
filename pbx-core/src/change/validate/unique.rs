//! Names that only one may have. The fault is told of the object that this batch wrote.

use super::check::Check;
use crate::base::ids::{PersonId, TenantId, TrunkId};
use crate::change::Object;
use crate::directory::Peer;
use crate::store::Account;
use std::collections::HashMap;
use std::hash::Hash;

#[derive(PartialEq, Eq, Hash)]
enum Name<'a> {
    TrunkSlug(&'a str),
    Peer(Peer),
    TenantSlug(&'a str),
    Domain(String),
    PersonSlug(TenantId, &'a str),
    Extension(TenantId, &'a str),
    DeviceSlug(TenantId, PersonId, &'a str),
    DeviceLabel(TenantId, PersonId, String),
    SipUser(&'a str),
    SourceSlug(TenantId, &'a str),
    NumberSlug(TenantId, &'a str),
    Did(TrunkId, &'a str),
    Email(&'a str),
}

/// The names that an object claims, each with its field.
fn names(object: &Object) -> Vec<(&'static str, Name<'_>)> {
    match object {
        Object::Trunk(trunk) => {
            let peers = trunk.peers.iter().map(|peer| ("peers", Name::Peer(*peer)));
            peers.chain([("id", Name::TrunkSlug(&trunk.slug))]).collect()
        }
        Object::Tenant(tenant) => {
            let domains = tenant.domains.iter().map(|domain| ("domains", Name::Domain(domain.to_lowercase())));
            domains.chain([("id", Name::TenantSlug(&tenant.slug))]).collect()
        }
        Object::Person(tenant, person) => vec![
            ("id", Name::PersonSlug(*tenant, &person.slug)),
            ("extension", Name::Extension(*tenant, &person.extension)),
        ],
        Object::Device(tenant, device) => {
            let label = Some(device.label.trim().to_lowercase()).filter(|label| !label.is_empty());
            let label = label.map(|label| ("label", Name::DeviceLabel(*tenant, device.person, label)));
            let others = [
                ("id", Name::DeviceSlug(*tenant, device.person, &device.slug)),
                ("sip_user", Name::SipUser(&device.sip_user)),
            ];
            others.into_iter().chain(label).collect()
        }
        Object::Source(tenant, source) => vec![("id", Name::SourceSlug(*tenant, &source.slug))],
        Object::Number(tenant, number) => {
            let did = number.trunk.map(|trunk| ("number", Name::Did(trunk, &number.e164)));
            did.into_iter().chain([("id", Name::NumberSlug(*tenant, &number.slug))]).collect()
        }
        Object::Binding(..) => Vec::new(),
        Object::Account(account) => vec![("email", Name::Email(&account.email))],
    }
}

pub(super) fn check(check: &mut Check<'_>) {
    let mut owners: HashMap<Name<'_>, &Object> = HashMap::new();
    let after = check.after;
    // Untouched objects first: who was there keeps the name.
    let (mut touched, others): (Vec<_>, Vec<_>) =
        after.objects().partition(|object| check.touched.contains(&object.id()));
    // Then as they were written: the later line is the one that is wrong.
    touched.sort_by_key(|object| check.origins.get(&object.id()).and_then(|origin| origin.line));
    for object in others.into_iter().chain(touched) {
        for (field, name) in names(object) {
            // Two phones of one person may have been called alike by an older release: they stay until one is named anew.
            let excused = matches!(name, Name::DeviceLabel(..)) && !check.relabelled.contains(&object.id());
            if let Some(owner) = owners.insert(name, object)
                && !excused
            {
                let message = message(check, object, field, owner);
                check.fault(object, field, "taken", message);
            }
        }
    }
}

/// Where a person's mail goes must not be what somebody else of the company logs in with. What log-ins other companies have
/// is not told.
pub(super) fn log_ins(check: &mut Check<'_>) {
    let after = check.after;
    let owners: HashMap<&str, &Account> = after.accounts().map(|account| (account.email.as_str(), account)).collect();
    for object in check.touched.clone().into_iter().filter_map(|id| after.get(id)) {
        let Object::Person(tenant, person) = object else { continue };
        let email = person.email.as_deref().unwrap_or_default().trim().to_lowercase();
        let Some(account) = owners.get(email.as_str()).filter(|account| account.tenant == Some(*tenant)) else {
            continue;
        };
        if account.person.is_some_and(|owner| owner != person.id) {
            check.fault(object, "email", "taken", "somebody else logs in with this e-mail");
        }
    }
}

/// The message of a fault. Another tenant is never named: that the name is taken is all that it tells.
fn message(check: &Check<'_>, object: &Object, field: &str, owner: &Object) -> String {
    // Of lists, one entry is meant.
    let field = match field {
        "peers" => "peer",
        "domains" => "domain",
        field => field,
    };
    if owner.id() == object.id() {
        return format!("names the same {field} twice");
    }
    if owner.tenant() != object.tenant() {
        return format!("this {field} is taken on this server");
    }
    let line = check.origin(owner).line.map(|line| format!(" (line {line})")).unwrap_or_default();
    let name = crate::change::shown::name(check.after, owner);
    format!("this {field} belongs to {} {name}{line} already", owner.kind())
}
