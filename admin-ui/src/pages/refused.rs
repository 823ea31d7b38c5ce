//! The page that stands for a refusal. It depends on the refusal and on who asks, never on what was asked for: another
//! tenant's answers as what is not there, byte for byte.

use crate::app::Desk;
use crate::pages::page;
use crate::refusal::Refusal;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::json;

/// The page; who is logged in finds the way on in the navigation of the company that was entered, else of the own one.
pub(crate) fn refused(desk: &Desk, refusal: Refusal) -> Response {
    let (title, help) = refusal.keys();
    let context = json!({ "heading": desk.say(title), "help": desk.say(help), "code": refusal.status().as_u16() });
    let directory = desk.app.ports.records.directory();
    let home = || desk.account.as_ref().and_then(|account| directory.tenant(account.tenant?).cloned());
    let desk = Desk { room: desk.room.clone().or_else(home), ..desk.clone() };
    let view = if desk.account.is_some() { "refusal.html" } else { "refusal_alone.html" };
    let mut response = page(&desk, view, "", &desk.say(title), context);
    *response.status_mut() = refusal.status();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
