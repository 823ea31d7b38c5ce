//! Devices: adding, naming and removing one, and new passwords, which are shown once on the person's page.

use crate::app::Room;
use crate::changes::{self, ChangeError, FieldFault, Wish};
use crate::extract::{Form, Path};
use crate::pages::base;
use crate::pages::people::name_of;
use crate::pages::person::find;
use crate::refusal::Refusal;
use crate::session::News;
use axum::response::Response;
use pbx_core::directory::Device;
use pbx_core::ids::{DeviceId, PersonId};
use serde::Deserialize;
use serde_json::json;

/// Letters and digits that cannot be mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What a device is called, or will be.
#[derive(Deserialize)]
pub(crate) struct Label {
    #[serde(default)]
    label: String,
}

/// Adds a device; its account is shown with the password, this once.
pub(crate) async fn add(
    room: Room,
    Path((_, person)): Path<(String, String)>,
    Form(form): Form<Label>,
) -> Result<Response, Refusal> {
    let person = find(&room, &person)?.id;
    let label = if form.label.trim().is_empty() { room.say("device-default-label") } else { form.label.clone() };
    let id = DeviceId::mint(room.app.ports.now().wall, room.app.ports.bytes());
    let password = readable::<20>(&room);
    let wish = Wish::AddDevice { id, person, label: label.clone(), password: password.clone() };
    let page = match change(&room, &wish).await? {
        None => json!({ "secret": password, "device": id.to_string() }),
        Some(fault) => json!({ "new": { "label": label, "fault": fault.said(room.language) } }),
    };
    Ok(back(&room, person, News::of_page(page)))
}

/// Gives a device a new password, which is shown this once.
pub(crate) async fn new_password(room: Room, Path((_, device)): Path<(String, String)>) -> Result<Response, Refusal> {
    let device = of_room(&room, &device)?;
    let password = readable::<20>(&room);
    match change(&room, &Wish::DevicePassword { device: device.id, password: password.clone() }).await? {
        None => {
            let page = json!({ "secret": password, "device": device.id.to_string() });
            Ok(back(&room, device.person, News::of_page(page)))
        }
        Some(_) => Err(Refusal::NotThere),
    }
}

/// Calls a device by another name.
pub(crate) async fn rename(
    room: Room,
    Path((_, device)): Path<(String, String)>,
    Form(form): Form<Label>,
) -> Result<Response, Refusal> {
    let device = of_room(&room, &device)?;
    let news = match change(&room, &Wish::RenameDevice { device: device.id, label: form.label.clone() }).await? {
        None => News::done("done-device-renamed", form.label.trim()),
        Some(fault) => {
            let id = device.id.to_string();
            News::of_page(
                json!({ "renamed": { "device": id, "label": form.label, "fault": fault.said(room.language) } }),
            )
        }
    };
    Ok(back(&room, device.person, news))
}

/// Takes a device away, once its name was typed to confirm.
pub(crate) async fn remove(
    room: Room,
    Path((_, device)): Path<(String, String)>,
    Form(typed): Form<Label>,
) -> Result<Response, Refusal> {
    let device = of_room(&room, &device)?;
    if typed.label.trim() != name_of(device) {
        return Ok(back(&room, device.person, News::of_page(json!({ "unconfirmed_device": device.id.to_string() }))));
    }
    match change(&room, &Wish::RemoveDevice(device.id)).await? {
        None => Ok(back(&room, device.person, News::done("done-device-removed", name_of(device)))),
        Some(_) => Err(Refusal::NotThere),
    }
}

/// The device that the URL names; another tenant's is not there.
fn of_room<'a>(room: &'a Room, id: &str) -> Result<&'a Device, Refusal> {
    let id: DeviceId = id.parse().map_err(|_| Refusal::NotThere)?;
    room.tenant.devices.get(&id).ok_or(Refusal::NotThere)
}

/// Makes a change; gives what is wrong with it, if anything is.
async fn change(room: &Room, wish: &Wish) -> Result<Option<FieldFault>, Refusal> {
    match changes::apply(&room.app.ports, room.tenant.id, &room.actor(), wish).await {
        Ok(_) => Ok(None),
        Err(ChangeError::Broken(broken)) => Err(broken.into()),
        Err(ChangeError::Faults(faults)) => faults.into_iter().next().ok_or(Refusal::Unreadable).map(Some),
    }
}

/// To the person's page, which shows this once.
fn back(room: &Room, person: PersonId, news: News) -> Response {
    room.go(&format!("{}/people/{person}", base(&room.desk)), news)
}

/// A random word that can be typed into a phone: five bits a letter.
fn readable<const N: usize>(room: &Room) -> String {
    let bytes = room.app.ports.bytes::<N>();
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}
