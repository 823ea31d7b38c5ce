//! One person: the phones, what to type into them, the last calls.

use crate::app::Room;
use crate::extract::Path;
use crate::pages::page;
use crate::pages::people::devices;
use crate::refusal::Refusal;
use axum::response::Response;
use pbx_core::directory::Person;
use pbx_core::ids::PersonId;
use serde_json::{Value, json};

/// The person's page.
pub(crate) async fn show(room: Room, Path((_, person)): Path<(String, String)>) -> Result<Response, Refusal> {
    let person = find(&room, &person)?;
    Ok(render(&room, person, json!({})))
}

/// The person that the URL names; another tenant's is not there.
pub(crate) fn find<'a>(room: &'a Room, id: &str) -> Result<&'a Person, Refusal> {
    let id: PersonId = id.parse().map_err(|_| Refusal::NotThere)?;
    room.tenant.people.get(&id).ok_or(Refusal::NotThere)
}

/// The page, with what just happened: `done` (words) or `secret` (shown this once).
pub(crate) fn render(room: &Room, person: &Person, news: Value) -> Response {
    let devices = devices(room, person, &room.app.live.board());
    let context = json!({
        "person": {
            "id": person.id.to_string(), "name": person.name, "extension": person.extension, "email": person.email,
        },
        "devices": devices,
        "domain": room.tenant.domains.first().cloned().unwrap_or_default(),
        "news": news,
    });
    page(&room.desk, "person.html", "people", &person.name, context)
}
