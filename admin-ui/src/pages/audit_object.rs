//! What a line of the audit was done to, by its name of today; with a link where it is still there.

use crate::app::Desk;
use crate::language::Language;
use crate::pages::base;
use pbx_core::base::ids::CallId;
use pbx_core::directory::{Person, Tenant};

/// The words, and where it is: nothing where it is gone, or has no page.
pub(crate) fn object(desk: &Desk, action: &str, object: &str) -> (String, Option<String>) {
    let (kind, name) = object.split_once('/').unwrap_or(("", object));
    let base = base(desk);
    let found = match (&desk.room, kind) {
        (Some(_), "") if action.starts_with("call.") && object.parse::<CallId>().is_ok() => {
            Some((desk.say("call-title"), format!("{base}/calls/{object}")))
        }
        (Some(tenant), "person" | "device") => whose(tenant, name, &base),
        (Some(tenant), "binding") => bound(tenant, name, &base, desk.language),
        (Some(tenant), "tenant") if tenant.slug == name => Some((tenant.name.clone(), base)),
        (Some(tenant), "number") => number(tenant, name, &base),
        (None, "tenant") => {
            let directory = desk.app.ports.records.directory();
            let tenant = directory.tenants().find(|tenant| tenant.slug == name);
            tenant.map(|tenant| (tenant.name.clone(), format!("/t/{}", tenant.slug)))
        }
        _ => None,
    };
    let plain = || if is_kind(kind, action) { name.to_owned() } else { object.to_owned() };
    found.map_or_else(|| (plain(), None), |(words, place)| (words, Some(place).filter(|place| !place.is_empty())))
}

/// Whether the action says already what kind of thing it is: `person.added` of `person/anna`.
fn is_kind(kind: &str, action: &str) -> bool {
    !kind.is_empty() && action.split('.').next() == Some(kind)
}

fn person<'a>(tenant: &'a Tenant, slug: &str) -> Option<&'a Person> {
    tenant.people.values().find(|person| person.slug == slug)
}

/// `anna`, or `anna/desk` for a phone of hers.
fn whose(tenant: &Tenant, name: &str, base: &str) -> Option<(String, String)> {
    let (slug, device) = name.split_once('/').unwrap_or((name, ""));
    let person = person(tenant, slug)?;
    let label = tenant.devices_of(person).find(|known| known.slug == device).map(|known| known.label.as_str());
    let words = match (device, label) {
        ("", _) => person.name.clone(),
        (slug, label) => format!("{}, {}", person.name, label.unwrap_or(slug)),
    };
    Some((words, format!("{base}/people/{}", person.id)))
}

/// What a binding is for: `user/anna`, `number/…`, or `default`, which has no page and so an empty place.
fn bound(tenant: &Tenant, name: &str, base: &str, language: Language) -> Option<(String, String)> {
    match name.split_once('/') {
        Some(("user", slug)) => whose(tenant, slug, base),
        Some(("number", slug)) => number(tenant, slug, base),
        _ if name == "default" => Some((language.say("audit-default", &[]), String::new())),
        _ => None,
    }
}

fn number(tenant: &Tenant, name: &str, base: &str) -> Option<(String, String)> {
    let bare = |text: &str| text.trim_start_matches('+').to_owned();
    let number = tenant.numbers.values().find(|number| bare(&number.e164) == bare(name))?;
    let query = crate::address::query(&[("text", &number.e164)]);
    Some((number.e164.clone(), format!("{base}/calls?{query}")))
}
