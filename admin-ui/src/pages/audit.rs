//! Audit: who did what to what, newest first.

use crate::app::Room;
use crate::pages::{base, page};
use crate::refusal::Refusal;
use crate::words;
use axum::extract::Query;
use axum::response::Response;
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

/// The lines of this tenant.
pub(crate) async fn show(room: Room, Query(from): Query<From>) -> Result<Response, Refusal> {
    let before = from.before.map_or(Wall::from_micros(i64::MAX), Wall::from_micros);
    let lines = room.app.ports.records.audit(room.tenant.id, before, LINES).await?;
    let now = room.app.ports.now().wall;
    let zone = words::zone(&room.tenant.timezone);
    let more = (lines.len() == usize::from(LINES))
        .then(|| lines.last().map(|line| format!("{}/audit?before={}", base(&room.desk), line.at.micros())))
        .flatten();
    let rows: Vec<Value> = lines
        .iter()
        .map(|line| {
            let key = format!("audit-{}", line.action.replace('.', "-"));
            let action = if room.language.knows(&key) { room.say(&key) } else { line.action.clone() };
            let detail = if line.detail.is_null() { String::new() } else { line.detail.to_string() };
            json!({
                "at": words::moment(line.at, now, &zone, room.language), "actor": line.actor, "action": action,
                "code": line.action, "object": line.object, "detail": detail,
            })
        })
        .collect();
    let context = json!({ "rows": rows, "more": more });
    Ok(page(&room.desk, "audit.html", "audit", &room.say("audit-title"), context))
}
