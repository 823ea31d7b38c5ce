//! What belongs to the operator: log-ins and trunks.

use super::gathered::Import;
use super::keys;
use super::table::Table;
use crate::base::ids::{AccountId, PersonId, TenantId, TrunkId};
use crate::change::{NewSecret, Object};
use crate::directory::{CalledNumber, Trunk, TrunkKind};
use crate::store::{Account, Role};

pub(super) fn read(import: &mut Import<'_>, file: &Table<'_>) {
    for (index, node) in file.list("operators", &mut import.faults).unwrap_or_default().iter().enumerate() {
        let path = format!("operators[{index}]");
        if let Some(table) = Table::of(node, &path, keys::ACCOUNT, &mut import.faults) {
            account(import, table, None, Role::Operator, |email| format!("operators[{email}]"));
        }
    }
    for (index, node) in file.list("trunks", &mut import.faults).unwrap_or_default().iter().enumerate() {
        if let Some(table) = Table::of(node, &format!("trunks[{index}]"), keys::TRUNK, &mut import.faults) {
            trunk(import, table);
        }
    }
}

/// An operator or an admin.
pub(super) fn account(
    import: &mut Import<'_>,
    table: Table<'_>,
    tenant: Option<TenantId>,
    role: Role,
    path: impl Fn(&str) -> String,
) {
    let password = table.password(&mut import.faults);
    let Some(email) = table.required("email", &mut import.faults) else { return };
    let table = table.named(path(&email));
    put_account(import, &table, email, tenant, role, None, password);
}

/// Adds or changes a log-in; the one with this e-mail, if there is one.
pub(super) fn put_account(
    import: &mut Import<'_>,
    table: &Table<'_>,
    email: String,
    tenant: Option<TenantId>,
    role: Role,
    person: Option<PersonId>,
    password: NewSecret,
) {
    let email = email.trim().to_lowercase();
    let old = import.state.accounts().find(|account| account.email == email && account.tenant == tenant);
    let key = tenant.map_or_else(|| email.clone(), |tenant| format!("{tenant}/{email}"));
    let id = old.map_or_else(|| AccountId::of_key(&key), |old| old.id);
    let person = person.or_else(|| old.and_then(|old| old.person));
    let account = Account { id, tenant, role, email, person, password_hash: None };
    import.put(Object::Account(account), password, &table.origin);
}

fn trunk(import: &mut Import<'_>, table: Table<'_>) {
    let Some(slug) = table.required("id", &mut import.faults) else { return };
    let table = table.named(format!("trunks[{slug}]"));
    let old = import.state.trunks().find(|trunk| trunk.slug == slug).cloned();
    if let Some(kind) = table.text("kind", &mut import.faults).filter(|kind| kind != "ip") {
        table.fault("kind", "grammar", format!("{kind:?} is no kind of trunk: write ip"), &mut import.faults);
    }
    let mut peers = old.as_ref().map(|old| old.peers.clone()).unwrap_or_default();
    if let Some(words) = table.words("peers", &mut import.faults) {
        peers.clear();
        for word in words {
            match word.parse() {
                Ok(peer) => peers.push(peer),
                Err(_) => {
                    let message =
                        format!("{word:?} is no address: write it like \"192.0.2.1:5060\" or \"192.0.2.0/28\"");
                    table.fault("peers", "grammar", message, &mut import.faults);
                }
            }
        }
    }
    let called_number = called_number(import, &table);
    let called_number = called_number.or_else(|| old.as_ref().map(|old| old.called_number)).unwrap_or_default();
    let id = old.map_or_else(|| TrunkId::of_key(&slug), |old| old.id);
    import.trunks.push((slug.clone(), id));
    let trunk = Trunk { id, slug, kind: TrunkKind::Ip, peers, called_number };
    import.put(Object::Trunk(trunk), NewSecret::Keep, &table.origin);
}

fn called_number(import: &mut Import<'_>, table: &Table<'_>) -> Option<CalledNumber> {
    let word = table.text("called_number", &mut import.faults)?;
    let read = serde_json::from_value(serde_json::Value::String(word.clone())).ok();
    if read.is_none() {
        let message = format!("{word:?} is none of auto, request-uri, p-called-party-id, diversion, to");
        table.fault("called_number", "grammar", message, &mut import.faults);
    }
    read
}
