//! Changing people: a form, then what would change, then done or what is wrong, by the field.

use crate::app::Room;
use crate::changes::{self, ChangeError, DiffLine, Edited, FieldFault, Moved, PersonFields, Wish};
use crate::extract::{Form, Path};
use crate::pages::meanwhile;
use crate::pages::person::find;
use crate::pages::{base, page};
use crate::refusal::Refusal;
use crate::session::News;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use pbx_core::base::ids::PersonId;
use pbx_core::directory::Person;
use serde::Deserialize;
use serde_json::{Value, json};

/// What the form asks for, in its order.
const ORDER: [&str; 3] = ["name", "extension", "email"];

/// The form's fields.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(crate) struct Fields {
    name: String,
    extension: String,
    email: String,
    /// What the form was filled with; absent where a person is added.
    was_name: Option<String>,
    was_extension: Option<String>,
    was_email: Option<String>,
    /// `save` makes the change, `edit` goes back to the form; anything else shows first what would change.
    step: String,
    /// The id of a person that is being added, so that a form sent twice adds one.
    id: String,
}

impl Fields {
    fn of(person: &Person) -> Self {
        let email = person.email.clone().unwrap_or_default();
        Self {
            name: person.name.clone(),
            extension: person.extension.clone(),
            email: email.clone(),
            was_name: Some(person.name.clone()),
            was_extension: Some(person.extension.clone()),
            was_email: Some(email),
            ..Self::default()
        }
    }

    fn edited(&self) -> PersonFields {
        let field = |was: &Option<String>, now: &str| Edited { was: was.clone(), now: now.trim().to_owned() };
        PersonFields {
            name: field(&self.was_name, &self.name),
            extension: field(&self.was_extension, &self.extension),
            email: field(&self.was_email, &self.email.to_lowercase()),
        }
    }

    /// The form as it would be had it been filled with what somebody else made of these fields: what its reader typed stays.
    fn over(&self, moved: &[Moved]) -> Self {
        let mut fields = self.clone();
        for moved in moved {
            let (was, now) = match moved.field {
                "name" => (&mut fields.was_name, &mut fields.name),
                "extension" => (&mut fields.was_extension, &mut fields.extension),
                _ => (&mut fields.was_email, &mut fields.email),
            };
            if was.as_deref() == Some(now.trim()) {
                now.clone_from(&moved.kept);
            }
            *was = Some(moved.kept.clone());
        }
        fields
    }
}

/// The form for a new person.
pub(crate) async fn blank(room: Room) -> Response {
    let id = PersonId::mint(room.app.ports.now().wall, room.app.ports.bytes());
    let fields = Fields { id: id.to_string(), extension: free_extension(&room), ..Fields::default() };
    form(&room, None, &fields, &Shown::default())
}

/// Shows or makes the addition.
pub(crate) async fn add(room: Room, Form(fields): Form<Fields>) -> Result<Response, Refusal> {
    let id: PersonId = fields.id.parse().map_err(|_| Refusal::Unreadable)?;
    if room.tenant.people.contains_key(&id) {
        return Ok(Redirect::to(&format!("{}/people/{id}", base(&room.desk))).into_response());
    }
    step(&room, None, id, &fields).await
}

/// The form for a person that is there.
pub(crate) async fn show(room: Room, Path((_, person)): Path<(String, String)>) -> Result<Response, Refusal> {
    let person = find(&room, &person)?;
    Ok(form(&room, Some(person), &Fields::of(person), &Shown::default()))
}

/// Shows or makes the change.
pub(crate) async fn save(
    room: Room,
    Path((_, person)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Result<Response, Refusal> {
    let person = find(&room, &person)?;
    step(&room, Some(person), person.id, &fields).await
}

/// What a removal is confirmed with.
#[derive(Deserialize)]
pub(crate) struct Confirmation {
    #[serde(default)]
    extension: String,
}

/// Takes a person away, once its extension was typed to confirm.
pub(crate) async fn remove(
    room: Room,
    Path((_, person)): Path<(String, String)>,
    Form(typed): Form<Confirmation>,
) -> Result<Response, Refusal> {
    let person = find(&room, &person)?;
    if typed.extension.trim() != person.extension {
        let news = News::of_page(json!({ "unconfirmed": true }));
        return Ok(room.go(&format!("{}/people/{}", base(&room.desk), person.id), news));
    }
    match changes::apply(&room.app.ports, room.tenant.id, &room.actor(), &Wish::RemovePerson(person.id)).await {
        Ok(_) => Ok(room.go(&format!("{}/people", base(&room.desk)), News::done("done-person-removed", &person.name))),
        Err(error) => failed(&room, Some(person), &Fields::of(person), error).await,
    }
}

async fn step(room: &Room, person: Option<&Person>, id: PersonId, fields: &Fields) -> Result<Response, Refusal> {
    let ports = &room.app.ports;
    if fields.step == "edit" {
        return Ok(form(room, person, fields, &Shown::default()));
    }
    let wish = wish(person, id, fields);
    if fields.step != "save" {
        return match changes::preview(ports, room.tenant.id, &wish).await {
            Ok(diff) => Ok(form(room, person, fields, &Shown { diff: Some(diff), ..Shown::default() })),
            Err(error) => failed(room, person, fields, error).await,
        };
    }
    match changes::apply(ports, room.tenant.id, &room.actor(), &wish).await {
        Ok(_) => {
            let key = if person.is_some() { "done-person-changed" } else { "done-person-added" };
            Ok(room.go(&format!("{}/people/{id}", base(&room.desk)), News::done(key, fields.name.trim())))
        }
        Err(error) => failed(room, person, fields, error).await,
    }
}

fn wish(person: Option<&Person>, id: PersonId, fields: &Fields) -> Wish {
    let edited = fields.edited();
    match person {
        Some(_) => Wish::EditPerson { id, fields: edited, revision: None },
        None => Wish::AddPerson { id, fields: edited },
    }
}

/// The form again, with what was wrong; or with what somebody else changed meanwhile.
async fn failed(
    room: &Room,
    person: Option<&Person>,
    fields: &Fields,
    error: ChangeError,
) -> Result<Response, Refusal> {
    match error {
        ChangeError::Broken(broken) => Err(broken.into()),
        ChangeError::Meanwhile(moved) => overtaken(room, person.ok_or(Refusal::NotThere)?, fields, &moved).await,
        ChangeError::Faults(faults) => {
            let mut response = form(room, person, fields, &Shown { faults, ..Shown::default() });
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// What others changed since the form was filled, and what of it is still to be saved.
async fn overtaken(room: &Room, person: &Person, fields: &Fields, moved: &[Moved]) -> Result<Response, Refusal> {
    let meanwhile = meanwhile::said(room, &format!("person/{}", person.slug), moved).await?;
    let fields = fields.over(moved);
    let wish = wish(Some(person), person.id, &fields);
    let mut shown = Shown { meanwhile, ..Shown::default() };
    match changes::preview(&room.app.ports, room.tenant.id, &wish).await {
        Ok(diff) => shown.diff = Some(diff),
        Err(ChangeError::Faults(faults)) => shown.faults = faults,
        // Changed once more since: the form as it is, which is compared again when it is sent.
        Err(ChangeError::Meanwhile(_)) => {}
        Err(ChangeError::Broken(broken)) => return Err(broken.into()),
    }
    let mut response = form(room, Some(person), &fields, &shown);
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

/// What a form shows beside its fields.
#[derive(Default)]
struct Shown {
    faults: Vec<FieldFault>,
    /// What others changed since the form was filled, in words.
    meanwhile: Vec<String>,
    /// What would change, where that is shown instead of the fields.
    diff: Option<Vec<DiffLine>>,
}

fn form(room: &Room, person: Option<&Person>, fields: &Fields, shown: &Shown) -> Response {
    let mut by_field = serde_json::Map::new();
    for fault in &shown.faults {
        let text = fault.said(room.language);
        let field = if fault.field.is_empty() { "whole" } else { &fault.field };
        by_field.insert(field.to_owned(), Value::String(text));
    }
    let diff = shown.diff.as_ref();
    let diff = diff.map(|lines| ORDER.iter().filter_map(|field| diff_line(room, field, lines)).collect::<Vec<_>>());
    let action = match person {
        Some(person) => format!("{}/people/{}/edit", base(&room.desk), person.id),
        None => format!("{}/people/new", base(&room.desk)),
    };
    let back = match person {
        Some(person) => format!("{}/people/{}", base(&room.desk), person.id),
        None => format!("{}/people", base(&room.desk)),
    };
    let title = person.map_or_else(|| room.say("person-add-title"), |person| person.name.clone());
    let context = json!({
        "heading": title, "is_new": person.is_none(), "action": action, "back": back,
        "name": fields.name, "extension": fields.extension, "email": fields.email, "id": fields.id,
        "was": person.map(|_| json!({
            "name": fields.was_name, "extension": fields.was_extension, "email": fields.was_email,
        })),
        "faults": by_field, "diff": diff, "meanwhile": shown.meanwhile,
    });
    page(&room.desk, "person_edit.html", "people", &title, context)
}

/// A field that would change. What the form does not ask for (the id) is not its reader's business.
fn diff_line(room: &Room, field: &str, lines: &[DiffLine]) -> Option<Value> {
    let line = lines.iter().find(|line| line.field == field)?;
    let label = room.say(&format!("field-{field}"));
    Some(json!({ "label": label, "before": line.before, "after": line.after }))
}

/// The next extension after the highest that is taken.
fn free_extension(room: &Room) -> String {
    let highest = room.tenant.extensions.keys().filter_map(|extension| extension.parse::<u32>().ok()).max();
    highest.map_or_else(|| "101".to_owned(), |highest| highest.saturating_add(1).to_string())
}
