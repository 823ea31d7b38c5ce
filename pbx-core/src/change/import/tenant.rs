//! A tenant and what is not a person: its settings, admins, sources and numbers.

use super::binding::binding;
use super::document::Node;
use super::gathered::Import;
use super::table::{Faults, Table};
use super::{keys, people, server};
use crate::base::ids::{NumberId, SourceId, TenantId};
use crate::change::{NewSecret, Object};
use crate::directory::{Holiday, SECRET_HEADER, Scope, Source, SourceKind};
use crate::secret::Plain;
use crate::store::{NumberConfig, Role, TenantConfig};

pub(super) fn read(import: &mut Import<'_>, node: &Node, index: usize) {
    let Some(table) = Table::of(node, &format!("tenants[{index}]"), keys::TENANT, &mut import.faults) else { return };
    let Some(slug) = table.required("id", &mut import.faults) else { return };
    let path = format!("tenants[{slug}]");
    let table = table.named(path.clone());
    let id = settings(import, &table, slug);
    for (index, node) in table.list("admins", &mut import.faults).unwrap_or_default().iter().enumerate() {
        let place = format!("{path}.admins[{index}]");
        if let Some(admin) = Table::of(node, &place, keys::ACCOUNT, &mut import.faults) {
            server::account(import, admin, Some(id), Role::Admin, |email| format!("{path}.admins[{email}]"));
        }
    }
    people::read(import, &table, id);
    for (index, node) in table.list("data_sources", &mut import.faults).unwrap_or_default().iter().enumerate() {
        let place = format!("{path}.data_sources[{index}]");
        if let Some(source) = Table::of(node, &place, keys::SOURCE, &mut import.faults) {
            self::source(import, source, &path, id);
        }
    }
    for (index, node) in table.list("numbers", &mut import.faults).unwrap_or_default().iter().enumerate() {
        let place = format!("{path}.numbers[{index}]");
        if let Some(number) = Table::of(node, &place, keys::NUMBER, &mut import.faults) {
            self::number(import, number, &path, id);
        }
    }
    if let Some(node) = table.get("default")
        && let Some(default) = Table::of(node, &format!("{path}.default"), keys::DEFAULT, &mut import.faults)
    {
        if !default.has("template") {
            default.fault("template", "required", "is missing", &mut import.faults);
        }
        binding(import, &default, id, Scope::Tenant);
    }
}

fn settings(import: &mut Import<'_>, table: &Table<'_>, slug: String) -> TenantId {
    let old = import.state.tenants().find(|tenant| tenant.slug == slug);
    let faults = &mut import.faults;
    let mut tenant = old.cloned().unwrap_or_else(|| TenantConfig {
        id: TenantId::of_key(&slug),
        name: slug.clone(),
        slug,
        domains: Vec::new(),
        timezone: "UTC".to_owned(),
        country: String::new(),
        language: "en".to_owned(),
        holidays: Vec::new(),
    });
    if old.is_none() && table.required("country", faults).is_none() {
        // Told once: an empty country would be a second fault.
        "DE".clone_into(&mut tenant.country);
    }
    let take = |field: &mut String, given: Option<String>| given.into_iter().for_each(|text| *field = text);
    take(&mut tenant.name, table.text("name", faults));
    take(&mut tenant.timezone, table.text("timezone", faults));
    take(&mut tenant.country, table.text("country", faults));
    take(&mut tenant.language, table.text("language", faults));
    tenant.domains = table.words("domains", faults).unwrap_or(tenant.domains);
    if let Some(days) = table.list("holidays", faults) {
        tenant.holidays = days.iter().filter_map(|node| holiday(node, table, &mut import.faults)).collect();
    }
    let id = tenant.id;
    import.put(Object::Tenant(tenant), NewSecret::Keep, &table.origin);
    id
}

fn holiday(node: &Node, tenant: &Table<'_>, faults: &mut Faults) -> Option<Holiday> {
    let day = Table::of(node, &format!("{}.holidays", tenant.origin.path), keys::HOLIDAY, faults)?;
    let (date, name) = (day.required("date", faults), day.required("name", faults));
    Some(Holiday { date: date?, name: name? })
}

fn source(import: &mut Import<'_>, table: Table<'_>, path: &str, tenant: TenantId) {
    let faults = &mut import.faults;
    let Some(slug) = table.required("id", faults) else { return };
    let table = table.named(format!("{path}.data_sources[{slug}]"));
    if let Some(kind) = table.text("kind", faults).filter(|kind| kind != "http-json") {
        table.fault("kind", "grammar", format!("{kind:?} is no kind of source: write http-json"), faults);
    }
    let old = import.state.sources(tenant).find(|source| source.slug == slug).cloned();
    let is_new = old.is_none();
    let mut source = old.unwrap_or_else(|| Source {
        id: SourceId::of_key(&format!("{tenant}/{slug}")),
        slug,
        kind: SourceKind::HttpJson,
        url: String::new(),
        timeout_ms: 1500,
        allowed_hosts: Vec::new(),
        allow_private: false,
        default: None,
        header: SECRET_HEADER.to_owned(),
        secret: None,
    });
    let url = if is_new { table.required("url", faults) } else { table.text("url", faults) };
    if is_new && url.is_none() {
        return;
    }
    source.url = url.unwrap_or(source.url);
    source.timeout_ms = table.whole("timeout_ms", faults).unwrap_or(source.timeout_ms);
    source.allowed_hosts = table.words("allowed_hosts", faults).unwrap_or(source.allowed_hosts);
    source.allow_private = table.truth("allow_private", faults).unwrap_or(source.allow_private);
    if let Some(node) = table.get("default") {
        source.default = Some(node.value()).filter(|value| !value.is_null());
    }
    source.header = table.text("header", faults).unwrap_or(source.header);
    let secret = match table.optional("secret", faults) {
        Some(Some(text)) => NewSecret::Set(Plain::new(text)),
        Some(None) => NewSecret::Remove,
        None => NewSecret::Keep,
    };
    import.put(Object::Source(tenant, source), secret, &table.origin);
}

fn number(import: &mut Import<'_>, table: Table<'_>, path: &str, tenant: TenantId) {
    let faults = &mut import.faults;
    let (id, e164) = (table.text("id", faults), table.text("number", faults));
    let Some(slug) = id.or_else(|| e164.clone()) else {
        table.fault("number", "required", "is missing", faults);
        return;
    };
    let table = table.named(format!("{path}.numbers[{slug}]"));
    let old = import.state.numbers(tenant).find(|number| number.slug == slug).cloned();
    let is_new = old.is_none();
    let mut number = old.unwrap_or_else(|| NumberConfig {
        id: NumberId::of_key(&format!("{tenant}/{slug}")),
        slug,
        e164: String::new(),
        label: String::new(),
        trunk: None,
    });
    if is_new && e164.is_none() {
        table.fault("number", "required", "is missing", faults);
        return;
    }
    number.e164 = e164.unwrap_or(number.e164);
    number.label = table.optional("label", faults).map_or(number.label, Option::unwrap_or_default);
    if let Some(trunk) = table.optional("trunk", faults) {
        number.trunk = trunk.as_ref().and_then(|slug| {
            let found = import.trunks.iter().find(|(known, _)| known == slug).map(|(_, id)| *id);
            if found.is_none() {
                let known: Vec<&str> = import.trunks.iter().map(|(slug, _)| slug.as_str()).collect();
                let near = crate::base::spelling::nearest(slug, &known).map(|near| format!("; did you mean {near:?}?"));
                let hint = near.unwrap_or_else(|| "; trunks are the operator's: list it under `trunks`".to_owned());
                let message = format!("there is no trunk {slug:?}{hint}");
                table.fault("trunk", "not-there", message, faults);
            }
            found
        });
    }
    let scope = Scope::Number(number.id);
    import.put(Object::Number(tenant, number), NewSecret::Keep, &table.origin);
    binding(import, &table, tenant, scope);
}
