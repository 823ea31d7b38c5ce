//! Audit: who did what to what, newest first. A tenant's own, and for operators what concerns the whole server.

use crate::app::{Desk, Room};
use crate::extract::Query;
use crate::pages::audit_object::object;
use crate::pages::{base, page};
use crate::refusal::Refusal;
use crate::words;
use axum::response::Response;
use jiff::tz::TimeZone;
use pbx_core::journal::AuditLine;
use pbx_core::store::{AuditCursor, AuditPage};
use serde::Deserialize;
use serde_json::{Value, json};

/// Lines a page.
const LINES: u16 = 100;

/// Where the page begins.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct From {
    after: Option<String>,
}

impl From {
    /// A place that cannot be read is none.
    fn place(&self) -> Result<Option<AuditCursor>, Refusal> {
        self.after.as_deref().map(str::parse).transpose().map_err(|_| Refusal::NotThere)
    }
}

/// The lines of this tenant.
pub(crate) async fn show(room: Room, Query(from): Query<From>) -> Result<Response, Refusal> {
    let found = room.app.ports.records.audit(room.tenant.id, from.place()?, LINES).await?;
    let context = list(&room.desk, &found, &words::zone(&room.tenant.timezone));
    Ok(page(&room.desk, "audit.html", "audit", &room.say("audit-title"), context))
}

/// The lines of no tenant: operators, trunks, log-ins and phones of nobody. In UTC, for a server has no home.
pub(crate) async fn server(desk: Desk, Query(from): Query<From>) -> Result<Response, Refusal> {
    let found = desk.app.ports.records.server_audit(from.place()?, LINES).await?;
    let mut context = list(&desk, &found, &TimeZone::UTC);
    context["server"] = true.into();
    Ok(page(&desk, "audit.html", "server-audit", &desk.say("server-audit-title"), context))
}

fn list(desk: &Desk, found: &AuditPage, zone: &TimeZone) -> Value {
    let more = found.next.map(|next| format!("{}/audit?after={next}", base(desk)));
    let rows: Vec<Value> = found.lines.iter().map(|line| row(desk, line, zone)).collect();
    json!({ "rows": rows, "more": more, "server": false })
}

fn row(desk: &Desk, line: &AuditLine, zone: &TimeZone) -> Value {
    let key = format!("audit-{}", line.action.replace('.', "-"));
    let action = if desk.language.knows(&key) { desk.say(&key) } else { line.action.clone() };
    let detail = if line.detail.is_null() { String::new() } else { line.detail.to_string() };
    let (object, place) = object(desk, &line.action, &line.object);
    json!({
        "at": words::moment(line.at, desk.app.ports.now().wall, zone, desk.language), "actor": line.actor,
        "action": action, "code": line.action, "object": object, "place": place, "detail": detail,
    })
}
