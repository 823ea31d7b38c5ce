//! The pages, one a file, and the frame around them.

pub(crate) mod audit;
pub(crate) mod audit_object;
pub(crate) mod call;
pub(crate) mod call_record;
pub(crate) mod call_sight;
pub(crate) mod calls;
pub(crate) mod calls_csv;
pub(crate) mod device;
pub(crate) mod display;
pub(crate) mod find;
pub(crate) mod home;
pub(crate) mod login;
pub(crate) mod meanwhile;
pub(crate) mod people;
pub(crate) mod person;
pub(crate) mod person_edit;
pub(crate) mod question;
pub(crate) mod refused;
pub(crate) mod resume;
pub(crate) mod tenants;
pub(crate) mod tokens;

use crate::app::Desk;
use crate::assets;
use crate::language::Language;
use crate::live::draining;
use axum::response::Response;
use pbx_core::store::Role;
use serde_json::{Value, json};

/// A page in its frame. `active` is the navigation's key; `title` is shown as the browser's title.
pub(crate) fn page(desk: &Desk, view: &str, active: &str, title: &str, mut context: Value) -> Response {
    if let Some(map) = context.as_object_mut() {
        map.insert("shell".to_owned(), shell(desk, active, title));
        map.insert("csrf".to_owned(), desk.csrf.clone().into());
        map.insert("base".to_owned(), base(desk).into());
        map.insert("admin".to_owned(), desk.runs_tenant().into());
        map.entry("news").or_insert_with(|| if desk.news.page.is_null() { json!({}) } else { desk.news.page.clone() });
    }
    desk.app.views.respond(desk.language, view, &context)
}

/// Where the tenant's pages begin.
pub(crate) fn base(desk: &Desk) -> String {
    desk.room.as_ref().map(|tenant| format!("/t/{}", tenant.slug)).unwrap_or_default()
}

fn shell(desk: &Desk, active: &str, title: &str) -> Value {
    let languages: Vec<Value> = Language::ALL
        .iter()
        .map(|language| json!({ "code": language.code(), "name": language.own_name(), "on": *language == desk.language }))
        .collect();
    json!({
        "title": title,
        "active": active,
        "language": desk.language.code(),
        "languages": languages,
        "theme": desk.theme.code(),
        "assets": assets::are_there(),
        "email": desk.account.as_ref().map(|account| account.email.clone()),
        "operator": desk.role() == Role::Operator && desk.account.is_some(),
        "tenant": desk.room.as_ref().map(|tenant| json!({ "slug": tenant.slug, "name": tenant.name })),
        "tenants": tenants(desk),
        "place": place(active),
        "nav": navigation(desk),
        "done": desk.news.done.as_ref().map(|(key, name)| desk.language.say(key, &[("name", name.clone().into())])),
        "draining": draining(desk, &desk.app.live.board()),
        "now_ms": desk.app.ports.now().wall.micros() / 1000,
    })
}

/// Where the same kind of page is in another tenant.
fn place(active: &str) -> String {
    if matches!(active, "calls" | "people" | "audit" | "tokens") { format!("/{active}") } else { String::new() }
}

/// The tenants that an operator may switch to.
fn tenants(desk: &Desk) -> Vec<Value> {
    if desk.role() != Role::Operator || desk.account.is_none() {
        return Vec::new();
    }
    let directory = desk.app.ports.records.directory();
    let mut tenants: Vec<_> = directory.tenants().map(|tenant| (tenant.name.clone(), tenant.slug.clone())).collect();
    tenants.sort();
    tenants.into_iter().map(|(name, slug)| json!({ "name": name, "slug": slug })).collect()
}

/// The pages that exist, as far as this role may open them.
fn navigation(desk: &Desk) -> Vec<Value> {
    let mut links = Vec::new();
    let base = base(desk);
    if desk.room.is_some() {
        links.extend([("live", base.clone(), "activity"), ("calls", format!("{base}/calls"), "phone")]);
        links.push(("people", format!("{base}/people"), "users"));
        if desk.runs_tenant() {
            links.push(("audit", format!("{base}/audit"), "history"));
            links.push(("tokens", format!("{base}/tokens"), "key"));
        }
    }
    if desk.role() == Role::Operator && desk.account.is_some() {
        links.push(("tenants", "/tenants".to_owned(), "building"));
        links.push(("server-audit", "/audit".to_owned(), "history"));
    }
    links.into_iter().map(|(key, href, icon)| json!({ "key": key, "href": href, "icon": icon })).collect()
}
