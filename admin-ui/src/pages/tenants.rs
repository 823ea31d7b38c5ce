//! The operator's list of companies: is everything all right, and where not.

use crate::app::Desk;
use crate::live::phones;
use crate::pages::page;
use crate::refusal::Refusal;
use axum::response::Response;
use serde_json::{Value, json};

/// Every tenant with its figures of this moment.
pub(crate) async fn show(desk: Desk) -> Result<Response, Refusal> {
    let directory = desk.app.ports.records.directory();
    let mut tenants: Vec<_> = directory.tenants().collect();
    tenants.sort_by(|a, b| a.name.cmp(&b.name));
    let rows: Vec<Value> = {
        let board = desk.app.live.board();
        tenants
            .into_iter()
            .map(|tenant| {
                let (reachable, phones) = phones(tenant, &board);
                json!({
                    "slug": tenant.slug, "name": tenant.name, "domains": tenant.domains.join(", "),
                    "people": tenant.people.len(), "calls": board.calls(tenant.id).count(),
                    "reachable": reachable, "phones": phones, "alarms": board.alarms(tenant.id).count(),
                })
            })
            .collect()
    };
    Ok(page(&desk, "tenants.html", "tenants", &desk.say("tenants-title"), json!({ "tenants": rows })))
}
