//! Devices: adding one, and new passwords, which are shown once.

use crate::app::Room;
use crate::changes::{self, ChangeError, Wish};
use crate::extract::{Form, Path};
use crate::pages::person::{find, render};
use crate::refusal::Refusal;
use axum::response::Response;
use pbx_core::ids::DeviceId;
use serde::Deserialize;
use serde_json::json;

/// Letters and digits that cannot be mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The form.
#[derive(Deserialize)]
pub(crate) struct NewDevice {
    #[serde(default)]
    label: String,
}

/// Adds a device; its account is shown with the password, this once.
pub(crate) async fn add(
    room: Room,
    Path((_, person)): Path<(String, String)>,
    Form(form): Form<NewDevice>,
) -> Result<Response, Refusal> {
    let person = find(&room, &person)?;
    let label =
        if form.label.trim().is_empty() { room.say("device-default-label") } else { form.label.trim().to_owned() };
    let id = DeviceId::mint(room.app.ports.now().wall, room.app.ports.bytes());
    let password = readable::<20>(&room);
    let wish = Wish::AddDevice { id, person: person.id, label, password: password.clone() };
    change(&room, wish).await?;
    shown(&room, &person.id.to_string(), id, &password)
}

/// Gives a device a new password and shows it, this once.
pub(crate) async fn new_password(room: Room, Path((_, device)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id: DeviceId = device.parse().map_err(|_| Refusal::NotThere)?;
    let device = room.tenant.devices.get(&id).ok_or(Refusal::NotThere)?;
    let password = readable::<20>(&room);
    change(&room, Wish::DevicePassword { device: id, password: password.clone() }).await?;
    shown(&room, &device.person.to_string(), id, &password)
}

async fn change(room: &Room, wish: Wish) -> Result<(), Refusal> {
    match changes::apply(&room.app.ports, room.tenant.id, &room.actor(), &wish).await {
        Ok(_) => Ok(()),
        Err(ChangeError::Broken(broken)) => Err(broken.into()),
        Err(ChangeError::Faults(_)) => Err(Refusal::Unreadable),
    }
}

/// The person's page as it is after the change.
fn shown(room: &Room, person: &str, device: DeviceId, password: &str) -> Result<Response, Refusal> {
    let directory = room.app.ports.records.directory();
    let tenant = directory.tenant(room.tenant.id).ok_or(Refusal::NotThere)?.clone();
    let room = Room { desk: room.desk.clone(), tenant };
    let person = find(&room, person)?;
    Ok(render(&room, person, json!({ "secret": password, "device": device.to_string() })))
}

/// A random word that can be typed into a phone: five bits a letter.
fn readable<const N: usize>(room: &Room) -> String {
    let bytes = room.app.ports.bytes::<N>();
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}
