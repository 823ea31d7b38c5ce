//! The page that stands for a refusal. It depends on the refusal and on who asks, never on what was asked for: another
//! tenant's answers as what is not there, byte for byte.

use crate::app::Desk;
use crate::pages::page;
use crate::refusal::Refusal;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::json;

/// The most administrators that are named.
const NAMED: usize = 3;

/// The page for what this role may not do, with those who may.
pub(crate) async fn not_allowed(desk: &Desk) -> Response {
    let tenant = desk.account.as_ref().and_then(|account| account.tenant);
    let admins = match tenant {
        Some(tenant) => desk.app.ports.records.admins(tenant).await,
        None => Ok(Vec::new()),
    };
    match admins {
        Ok(admins) if admins.is_empty() => refused(desk, Refusal::NotAllowed),
        Ok(admins) => {
            let who = admins.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
            saying(desk, Refusal::NotAllowed, desk.language.say("refusal-not-allowed-named", &[("who", who.into())]))
        }
        Err(broken) => refused(desk, broken.into()),
    }
}

/// The page; who is logged in finds the way on in the navigation of the company that was entered, else of the own one.
pub(crate) fn refused(desk: &Desk, refusal: Refusal) -> Response {
    saying(desk, refusal, desk.say(refusal.keys().1))
}

fn saying(desk: &Desk, refusal: Refusal, help: String) -> Response {
    let title = refusal.keys().0;
    let context = json!({ "heading": desk.say(title), "help": help, "code": refusal.status().as_u16() });
    let directory = desk.app.ports.records.directory();
    let home = || desk.account.as_ref().and_then(|account| directory.tenant(account.tenant?).cloned());
    let desk = Desk { room: desk.room.clone().or_else(home), ..desk.clone() };
    let view = if desk.account.is_some() { "refusal.html" } else { "refusal_alone.html" };
    let mut response = page(&desk, view, "", &desk.say(title), context);
    *response.status_mut() = refusal.status();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
