//! Audit: who did what to what, newest first. A tenant's own, and for operators what concerns the whole server.

use crate::app::{Desk, Room};
use crate::extract::Query;
use crate::pages::{base, page};
use crate::refusal::Refusal;
use crate::words;
use axum::response::Response;
use jiff::tz::TimeZone;
use pbx_core::journal::AuditLine;
use pbx_core::time::Wall;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lines a page.
const LINES: u16 = 100;

/// Where the page begins.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct From {
    before: Option<i64>,
}

impl From {
    fn moment(&self) -> Wall {
        self.before.map_or(Wall::from_micros(i64::MAX), Wall::from_micros)
    }
}

/// The lines of this tenant.
pub(crate) async fn show(room: Room, Query(from): Query<From>) -> Result<Response, Refusal> {
    let lines = room.app.ports.records.audit(room.tenant.id, from.moment(), LINES).await?;
    let context = list(&room.desk, &lines, &words::zone(&room.tenant.timezone));
    Ok(page(&room.desk, "audit.html", "audit", &room.say("audit-title"), context))
}

/// The lines of no tenant: operators, trunks, log-ins and phones of nobody. In UTC, for a server has no home.
pub(crate) async fn server(desk: Desk, Query(from): Query<From>) -> Result<Response, Refusal> {
    let lines = desk.app.ports.records.server_audit(from.moment(), LINES).await?;
    let mut context = list(&desk, &lines, &TimeZone::UTC);
    context["server"] = true.into();
    Ok(page(&desk, "audit.html", "server-audit", &desk.say("server-audit-title"), context))
}

fn list(desk: &Desk, lines: &[AuditLine], zone: &TimeZone) -> Value {
    let full = lines.len() == usize::from(LINES);
    let more = lines.last().filter(|_| full).map(|line| format!("{}/audit?before={}", base(desk), line.at.micros()));
    let rows: Vec<Value> = lines.iter().map(|line| row(desk, line, zone)).collect();
    json!({ "rows": rows, "more": more, "server": false })
}

fn row(desk: &Desk, line: &AuditLine, zone: &TimeZone) -> Value {
    let key = format!("audit-{}", line.action.replace('.', "-"));
    let action = if desk.language.knows(&key) { desk.say(&key) } else { line.action.clone() };
    let detail = if line.detail.is_null() { String::new() } else { line.detail.to_string() };
    json!({
        "at": words::moment(line.at, desk.app.ports.now().wall, zone, desk.language), "actor": line.actor,
        "action": action, "code": line.action, "object": line.object, "detail": detail,
    })
}
