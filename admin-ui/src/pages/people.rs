//! People: who there is, what to dial, and whether it would ring.

use crate::app::Room;
use crate::extract::Query;
use crate::live::board::Board;
use crate::live::{reach_in_short, reach_words};
use crate::pages::page;
use crate::words;
use axum::response::Response;
use pbx_core::directory::{Device, MediaRule, Person};
use serde::Deserialize;
use serde_json::{Value, json};

/// The search.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Filter {
    text: String,
}

/// Everybody, by name.
pub(crate) async fn show(room: Room, Query(filter): Query<Filter>) -> Response {
    let wanted = filter.text.trim().to_lowercase();
    let mut people: Vec<&Person> = room.tenant.people.values().filter(|person| fits(person, &wanted)).collect();
    people.sort_by_cached_key(|person| (person.name.to_lowercase(), person.extension.clone()));
    let rows: Vec<Value> = {
        let board = room.app.live.board();
        people.into_iter().map(|person| row(&room, person, &board)).collect()
    };
    let context = json!({ "rows": rows, "text": filter.text, "filtered": !wanted.is_empty() });
    page(&room.desk, "people.html", "people", &room.say("people-title"), context)
}

fn fits(person: &Person, wanted: &str) -> bool {
    let email = person.email.as_deref().unwrap_or("");
    wanted.is_empty()
        || [&person.name, &person.extension, email].iter().any(|text| text.to_lowercase().contains(wanted))
}

fn row(room: &Room, person: &Person, board: &Board) -> Value {
    let devices = devices(room, person, board);
    let reachable = devices.iter().filter(|device| device["reachable"] == true).count();
    let busy = board.calls(room.tenant.id).any(|call| {
        let here = call.from.person == Some(person.id);
        here || call.with.as_ref().is_some_and(|with| with.person == Some(person.id))
    });
    json!({
        "id": person.id.to_string(), "name": person.name, "extension": person.extension, "email": person.email,
        "devices": devices, "count": devices.len(), "reachable": reachable, "busy": busy,
    })
}

/// A person's devices with where they can be reached. What a colleague's phone logs in as and where it stands in the network
/// is for those alone who run the tenant.
pub(crate) fn devices(room: &Room, person: &Person, board: &Board) -> Vec<Value> {
    let now = room.app.ports.now().wall;
    let own = room.account.as_ref().is_some_and(|account| account.person == Some(person.id));
    let whole = own || room.runs_tenant();
    let zone = words::zone(&room.tenant.timezone);
    room.tenant
        .devices_of(person)
        .map(|device| {
            let reach = board.device(room.tenant.id, device.id);
            let (reachable, text, term) = if whole {
                reach_words(device, reach, now, &zone, room.language)
            } else {
                reach_in_short(device, reach, now, &zone, room.language)
            };
            json!({
                "id": device.id.to_string(), "label": device.label, "confirm": name_of(device),
                "sip_user": whole.then_some(&device.sip_user),
                "reachable": reachable, "text": text, "term": term, "fixed": device.contact.is_some(),
                "roams": device.media == MediaRule::Roams,
            })
        })
        .collect()
}

/// What a device goes by: its label, else its SIP user name.
pub(crate) fn name_of(device: &Device) -> &str {
    if device.label.trim().is_empty() { &device.sip_user } else { device.label.trim() }
}
