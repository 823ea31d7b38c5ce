//! People and their phones.

use super::binding::binding;
use super::document::Node;
use super::gathered::Import;
use super::table::{Faults, Table};
use super::{keys, server};
use crate::base::ids::{DeviceId, PersonId, TenantId};
use crate::change::{NewSecret, Object};
use crate::directory::{MediaRule, Scope};
use crate::store::{DeviceConfig, PersonConfig, Role};
use std::collections::HashMap;

/// The people that the tenant has already, by each key that they may be matched by.
struct Known<'s> {
    by_slug: HashMap<&'s str, &'s PersonConfig>,
    by_email: HashMap<&'s str, &'s PersonConfig>,
    by_extension: HashMap<&'s str, &'s PersonConfig>,
    devices: HashMap<PersonId, Vec<&'s DeviceConfig>>,
}

pub(super) fn read(import: &mut Import<'_>, tenant: &Table<'_>, id: TenantId) {
    let state = import.state;
    let mut known = Known {
        by_slug: state.people(id).map(|person| (person.slug.as_str(), person)).collect(),
        by_email: state.people(id).filter_map(|person| Some((person.email.as_deref()?, person))).collect(),
        by_extension: state.people(id).map(|person| (person.extension.as_str(), person)).collect(),
        devices: HashMap::new(),
    };
    for device in state.devices(id) {
        known.devices.entry(device.person).or_default().push(device);
    }
    let path = &tenant.origin.path;
    for (index, node) in tenant.list("users", &mut import.faults).unwrap_or_default().iter().enumerate() {
        if let Some(user) = Table::of(node, &format!("{path}.users[{index}]"), keys::USER, &mut import.faults) {
            person(import, user, path, id, &known);
        }
    }
}

fn person(import: &mut Import<'_>, table: Table<'_>, path: &str, tenant: TenantId, known: &Known<'_>) {
    let faults = &mut import.faults;
    let extension = table.text("extension", faults);
    let email = table.optional("email", faults);
    let given = table.text("id", faults);
    let natural = email.clone().flatten().or_else(|| extension.clone());
    let Some(slug) = given.clone().or(natural) else {
        table.fault("id", "required", "give an id, an e-mail or an extension", faults);
        return;
    };
    let alike = || {
        let by_email = email.as_ref().and_then(|email| known.by_email.get(email.as_deref()?));
        by_email.or_else(|| known.by_extension.get(extension.as_deref()?))
    };
    let old = known.by_slug.get(slug.as_str()).or_else(|| if given.is_none() { alike() } else { None }).copied();
    let table = table.named(format!("{path}.users[{slug}]"));
    let mut person = old.cloned().unwrap_or_else(|| PersonConfig {
        id: PersonId::of_key(&format!("{tenant}/{slug}")),
        name: slug.clone(),
        slug,
        extension: String::new(),
        email: None,
    });
    if old.is_none() && extension.is_none() {
        table.fault("extension", "required", "is missing", faults);
        return;
    }
    person.extension = extension.unwrap_or(person.extension);
    person.name = table.text("name", faults).unwrap_or(person.name);
    person.email = email.unwrap_or(person.email);
    let id = person.id;
    log_in(import, &table, &person, tenant);
    let devices = known.devices.get(&id).map(Vec::as_slice).unwrap_or_default();
    import.put(Object::Person(tenant, person), NewSecret::Keep, &table.origin);
    for (index, node) in table.list("devices", &mut import.faults).unwrap_or_default().iter().enumerate() {
        device(import, node, index, &table.origin.path, tenant, id, devices);
    }
    binding(import, &table, tenant, Scope::Extension(id));
}

/// A person's own log-in: there when a password was ever given, and known by the e-mail.
fn log_in(import: &mut Import<'_>, table: &Table<'_>, person: &PersonConfig, tenant: TenantId) {
    let password = table.password(&mut import.faults);
    let mut own = import.state.accounts().filter(|account| account.tenant == Some(tenant));
    let old = own.find(|account| account.person == Some(person.id) && account.role == Role::User);
    if password == NewSecret::Keep && old.is_none() {
        return;
    }
    let Some(email) = person.email.clone() else {
        if password != NewSecret::Keep {
            table.fault("password", "required", "a log-in needs an email", &mut import.faults);
        }
        return;
    };
    let admins = || import.state.accounts().filter(|account| account.role == Role::Admin);
    if old.is_none() && admins().any(|admin| admin.email == email.trim().to_lowercase()) {
        let message = "this e-mail logs in as an admin already: leave the password to the list of admins";
        table.fault("password", "taken", message, &mut import.faults);
        return;
    }
    match old.cloned() {
        Some(old) => {
            let account = crate::store::Account { email: email.trim().to_lowercase(), ..old };
            import.put(Object::Account(account), password, &table.origin);
        }
        None => server::put_account(import, table, email, Some(tenant), Role::User, Some(person.id), password),
    }
}

fn device(
    import: &mut Import<'_>,
    node: &Node,
    index: usize,
    path: &str,
    tenant: TenantId,
    person: PersonId,
    known: &[&DeviceConfig],
) {
    let faults = &mut import.faults;
    let Some(table) = Table::of(node, &format!("{path}.devices[{index}]"), keys::DEVICE, faults) else { return };
    let sip_user = table.text("sip_user", faults);
    let given = table.text("id", faults);
    let slug = given.or_else(|| sip_user.clone()).unwrap_or_else(|| format!("phone-{}", index + 1));
    let table = table.named(format!("{path}.devices[{slug}]"));
    let old = known.iter().find(|device| device.slug == slug).copied().cloned();
    let mut device = old.unwrap_or_else(|| DeviceConfig {
        id: DeviceId::of_key(&format!("{tenant}/{person}/{slug}")),
        person,
        position: 0,
        label: slug.clone(),
        slug,
        sip_user: String::new(),
        secret: None,
        contact: None,
        media: MediaRule::default(),
    });
    device.position = index as u32;
    device.label = table.text("label", faults).unwrap_or(device.label);
    device.sip_user = sip_user.unwrap_or(device.sip_user);
    device.contact = table.optional("contact", faults).unwrap_or(device.contact);
    device.media = media(&table, faults).unwrap_or(device.media);
    let password = table.password(faults);
    import.put(Object::Device(tenant, device), password, &table.origin);
}

/// Where its media may come from: `null` for the default.
fn media(table: &Table<'_>, faults: &mut Faults) -> Option<MediaRule> {
    match table.optional("media", faults)?.as_deref() {
        None => Some(MediaRule::default()),
        Some("roams") => Some(MediaRule::Roams),
        Some(other) => {
            let message = format!("{other:?} is no rule for media: write roams, or leave it out");
            table.fault("media", "grammar", message, faults);
            None
        }
    }
}
