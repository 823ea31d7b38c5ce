//! The first pages: `/`, which leads to where this account works, and a tenant's live board.

use crate::app::{Desk, Room};
use crate::live::board_context;
use crate::pages::page;
use crate::refusal::Refusal;
use axum::response::{IntoResponse, Redirect, Response};
use pbx_core::store::Role;

/// Operators to their tenants, others to their company.
pub(crate) async fn show(desk: Desk) -> Result<Response, Refusal> {
    let account = desk.account.as_ref().ok_or(Refusal::NotThere)?;
    if account.role == Role::Operator {
        return Ok(Redirect::to("/tenants").into_response());
    }
    let directory = desk.app.ports.records.directory();
    let tenant = account.tenant.and_then(|id| directory.tenant(id)).ok_or(Refusal::NotThere)?;
    Ok(Redirect::to(&format!("/t/{}", tenant.slug)).into_response())
}

/// The board as it is, which answers "is everything all right?"; the page's script keeps it so.
pub(crate) async fn live(room: Room) -> Response {
    let context = board_context(&room, &room.app.live.board());
    page(&room.desk, "live.html", "live", &room.say("live-title"), context)
}
