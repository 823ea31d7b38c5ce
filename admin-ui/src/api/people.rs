//! People for programs: list, read, add, change, remove.

use crate::api::Problem;
use crate::api::entry::Caller;
use crate::api::read::{Body, Fields, FromFields, NoQuery, Path, Query};
use crate::changes::{self, Edited, PersonFields, Wish, device_revision, person_revision};
use crate::live::board::Board;
use axum::Json;
use axum::http::StatusCode;
use pbx_core::base::ids::PersonId;
use pbx_core::directory::{Device as Phone, Person as Someone, Tenant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Somebody with an extension.
#[derive(Serialize, ToSchema)]
pub(crate) struct Person {
    /// The id.
    id: String,
    /// The name that phones show.
    name: String,
    /// What colleagues dial.
    extension: String,
    /// Where mail goes.
    email: Option<String>,
    /// What name, extension and e-mail come to, in short: send it with a change, and a newer one is not written over.
    revision: String,
    /// The phones.
    devices: Vec<Device>,
}

/// A phone.
#[derive(Serialize, ToSchema)]
pub(crate) struct Device {
    /// The id.
    id: String,
    /// What people call it.
    label: String,
    /// The SIP user name; the password is never told.
    sip_user: String,
    /// Whether it can be reached right now.
    reachable: bool,
    /// What the label comes to, in short: send it with a change, and a newer one is not written over.
    revision: String,
}

/// What a person is made of.
#[derive(ToSchema)]
pub(crate) struct PersonBody {
    /// The name that phones show.
    name: String,
    /// What colleagues dial.
    extension: String,
    /// Where mail goes.
    email: Option<String>,
    /// For a change: the revision that it is made of. Another one in effect is answered with 409, and nothing is changed.
    revision: Option<String>,
}

impl FromFields for PersonBody {
    fn read(fields: &mut Fields) -> Self {
        let (name, extension, email) = (fields.text("name"), fields.text("extension"), fields.optional("email"));
        Self { name, extension, email, revision: fields.optional("revision") }
    }
}

impl PersonBody {
    fn fields(&self) -> PersonFields {
        let whole = |text: &str| Edited { was: None, now: text.trim().to_owned() };
        let email = self.email.as_deref().unwrap_or_default().to_lowercase();
        PersonFields { name: whole(&self.name), extension: whole(&self.extension), email: whole(&email) }
    }
}

/// A page of people.
#[derive(Serialize, ToSchema)]
pub(crate) struct People {
    /// By extension.
    items: Vec<Person>,
    /// What to send as `cursor` for the next page; absent on the last.
    next: Option<String>,
}

/// A place in the list.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Place {
    /// From an earlier answer's `next`.
    cursor: Option<String>,
    /// How many, 1 to 500; 100 when absent.
    limit: Option<usize>,
}

/// Lists people by extension.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(Place), security(("token" = ["people:read"])),
    responses((status = 200, body = People), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(caller: Caller, Query(place): Query<Place>) -> Result<Json<People>, Problem> {
    let limit = place.limit.unwrap_or(100);
    if !(1..=500).contains(&limit) {
        return Err(Problem::unreadable("`limit` is 1 to 500."));
    }
    let after = place.cursor.unwrap_or_default();
    let extensions = caller.tenant.extensions.iter().filter(|(extension, _)| **extension > after);
    let found: Vec<&Someone> = extensions.filter_map(|(_, id)| caller.tenant.people.get(id)).take(limit + 1).collect();
    let next = (found.len() > limit).then(|| found[limit - 1].extension.clone());
    let items = found.into_iter().take(limit).map(|person| whole(&caller, &caller.tenant, person)).collect();
    Ok(Json(People { items, next }))
}

/// Reads one person.
#[utoipa::path(get, path = "/api/v1/people/{person}", tag = "people", params(("person" = String, Path, description = "The person's id")),
    security(("token" = ["people:read"])),
    responses((status = 200, body = Person), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn one(caller: Caller, Path(person): Path<String>, _: NoQuery) -> Result<Json<Person>, Problem> {
    let person = find(&caller, &person)?;
    Ok(Json(whole(&caller, &caller.tenant, person)))
}

/// Adds a person.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = PersonBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key twice adds one person")),
    security(("token" = ["people:write"])),
    responses((status = 201, body = Person), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create(
    caller: Caller,
    _: NoQuery,
    Body(body): Body<PersonBody>,
) -> Result<(StatusCode, Json<Person>), Problem> {
    let id = PersonId::mint(caller.app.ports.now().wall, caller.app.ports.bytes());
    let wish = Wish::AddPerson { id, fields: body.fields() };
    Ok((StatusCode::CREATED, Json(write(&caller, id, wish).await?)))
}

/// Changes a person.
#[utoipa::path(put, path = "/api/v1/people/{person}", tag = "people", request_body = PersonBody,
    params(("person" = String, Path, description = "The person's id")), security(("token" = ["people:write"])),
    responses((status = 200, body = Person), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn change(
    caller: Caller,
    Path(person): Path<String>,
    _: NoQuery,
    Body(body): Body<PersonBody>,
) -> Result<Json<Person>, Problem> {
    let id = find(&caller, &person)?.id;
    let wish = Wish::EditPerson { id, fields: body.fields(), revision: body.revision };
    Ok(Json(write(&caller, id, wish).await?))
}

/// Removes a person and its phones.
#[utoipa::path(delete, path = "/api/v1/people/{person}", tag = "people", params(("person" = String, Path, description = "The person's id")),
    security(("token" = ["people:write"])),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn remove(caller: Caller, Path(person): Path<String>, _: NoQuery) -> Result<StatusCode, Problem> {
    let id = find(&caller, &person)?.id;
    changes::apply(&caller.app.ports, caller.tenant.id, &caller.actor, &Wish::RemovePerson(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The person that the path names; another company's is not there.
pub(crate) fn find<'a>(caller: &'a Caller, id: &str) -> Result<&'a Someone, Problem> {
    let id: PersonId = id.parse().map_err(|_| Problem::not_there())?;
    caller.tenant.people.get(&id).ok_or_else(Problem::not_there)
}

async fn write(caller: &Caller, id: PersonId, wish: Wish) -> Result<Person, Problem> {
    changes::apply(&caller.app.ports, caller.tenant.id, &caller.actor, &wish).await?;
    let directory = caller.app.ports.records.directory();
    let tenant = directory.tenant(caller.tenant.id).ok_or_else(Problem::not_there)?;
    let person = tenant.people.get(&id).ok_or_else(Problem::not_there)?;
    Ok(whole(caller, tenant, person))
}

fn whole(caller: &Caller, tenant: &Tenant, person: &Someone) -> Person {
    let board = caller.app.live.board();
    Person {
        id: person.id.to_string(),
        name: person.name.clone(),
        extension: person.extension.clone(),
        email: person.email.clone(),
        revision: person_revision(&person.name, &person.extension, person.email.as_deref()),
        devices: tenant.devices_of(person).map(|device| shown(&board, tenant, device)).collect(),
    }
}

/// A phone as programs read it.
pub(crate) fn shown(board: &Board, tenant: &Tenant, device: &Phone) -> Device {
    let heard = board.device(tenant.id, device.id).is_some_and(|reach| !reach.contacts.is_empty());
    Device {
        id: device.id.to_string(),
        label: device.label.clone(),
        sip_user: device.sip_user.clone(),
        reachable: heard || device.contact.is_some(),
        revision: device_revision(&device.label),
    }
}
