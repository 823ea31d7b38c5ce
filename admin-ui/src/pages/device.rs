//! Devices: adding, naming and removing one, and new passwords, which are shown once on the person's page.

use crate::app::Room;
use crate::changes::{self, ChangeError, Edited, FieldFault, Moved, Wish};
use crate::extract::{Form, Path};
use crate::pages::people::name_of;
use crate::pages::person::find;
use crate::pages::question::{self, Question};
use crate::pages::{base, meanwhile};
use crate::refusal::Refusal;
use crate::session::News;
use axum::response::Response;
use pbx_core::base::ids::{DeviceId, PersonId};
use pbx_core::directory::Device;
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

/// Whether a device should really get a new password.
pub(crate) async fn ask_new_password(
    room: Room,
    Path((_, device)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let device = of_room(&room, &device)?;
    let base = base(&room.desk);
    let text = room.language.say("person-new-password-confirm", &[("device", name_of(device).to_owned().into())]);
    let (action, back) = (format!("{base}/devices/{}/password", device.id), format!("{base}/people/{}", device.person));
    Ok(question::ask(&room, Question { text, done: "person-new-password", action, back, place: "people" }))
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

/// What a device should be called, and what it was called when the form was filled.
#[derive(Deserialize)]
pub(crate) struct Rename {
    #[serde(default)]
    label: String,
    was: Option<String>,
}

/// Calls a device by another name.
pub(crate) async fn rename(
    room: Room,
    Path((_, device)): Path<(String, String)>,
    Form(form): Form<Rename>,
) -> Result<Response, Refusal> {
    let device = of_room(&room, &device)?;
    let label = Edited { was: form.was.clone(), now: form.label.trim().to_owned() };
    let wish = Wish::RenameDevice { device: device.id, label, revision: None };
    let (fault, was) = match changes::apply(&room.app.ports, room.tenant.id, &room.actor(), &wish).await {
        Ok(_) => return Ok(back(&room, device.person, News::done("done-device-renamed", form.label.trim()))),
        Err(ChangeError::Broken(broken)) => return Err(broken.into()),
        Err(ChangeError::Meanwhile(moved)) => overtaken(&room, device, form.label.trim(), &moved).await?,
        Err(ChangeError::Faults(faults)) => {
            let said = faults.first().ok_or(Refusal::Unreadable)?.said(room.language);
            (said, form.was.unwrap_or_else(|| device.label.clone()))
        }
    };
    let renamed = json!({ "device": device.id.to_string(), "label": form.label, "was": was, "fault": fault });
    Ok(back(&room, device.person, News::of_page(json!({ "renamed": renamed }))))
}

/// That somebody else renamed the device meanwhile, in words, and what it is called by now.
async fn overtaken(room: &Room, device: &Device, label: &str, moved: &[Moved]) -> Result<(String, String), Refusal> {
    let person = room.tenant.people.get(&device.person).ok_or(Refusal::NotThere)?;
    let said = meanwhile::said(room, &format!("device/{}/{}", person.slug, device.slug), moved).await?.join(" ");
    let again = room.language.say("meanwhile-rename", &[("label", label.to_owned().into())]);
    Ok((format!("{said} {again}"), moved.first().map(|moved| moved.kept.clone()).unwrap_or_default()))
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
        Err(ChangeError::Meanwhile(_)) => Err(Refusal::Unreadable),
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
