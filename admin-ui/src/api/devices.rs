//! A person's phones for programs: another name, and away with one.

use crate::api::Problem;
use crate::api::entry::Caller;
use crate::api::people::{Device, find, shown};
use crate::api::read::{Body, Fields, FromFields, NoQuery, Path};
use crate::changes::{self, Edited, Wish};
use axum::Json;
use axum::http::StatusCode;
use pbx_core::base::ids::DeviceId;
use utoipa::ToSchema;

/// What of a phone can be changed.
#[derive(ToSchema)]
pub(crate) struct DeviceBody {
    /// What people call it; no other phone of the person may be called so.
    label: String,
    /// The revision that the change is made of. Another one in effect is answered with 409, and nothing is changed.
    revision: Option<String>,
}

impl FromFields for DeviceBody {
    fn read(fields: &mut Fields) -> Self {
        Self { label: fields.text("label"), revision: fields.optional("revision") }
    }
}

/// Calls a person's phone by another name.
#[utoipa::path(patch, path = "/api/v1/people/{person}/devices/{device}", tag = "people", request_body = DeviceBody,
    params(("person" = String, Path, description = "The person's id"), ("device" = String, Path, description = "The phone's id")),
    security(("token" = ["people:write"])),
    responses((status = 200, body = Device), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn rename(
    caller: Caller,
    Path((person, device)): Path<(String, String)>,
    _: NoQuery,
    Body(body): Body<DeviceBody>,
) -> Result<Json<Device>, Problem> {
    let id = of_person(&caller, &person, &device)?;
    let label = Edited { was: None, now: body.label };
    let wish = Wish::RenameDevice { device: id, label, revision: body.revision };
    changes::apply(&caller.app.ports, caller.tenant.id, &caller.actor, &wish).await?;
    let directory = caller.app.ports.records.directory();
    let tenant = directory.tenant(caller.tenant.id).ok_or_else(Problem::not_there)?;
    let device = tenant.devices.get(&id).ok_or_else(Problem::not_there)?;
    Ok(Json(shown(&caller.app.live.board(), tenant, device)))
}

/// Removes a person's phone; it stops working at once.
#[utoipa::path(delete, path = "/api/v1/people/{person}/devices/{device}", tag = "people",
    params(("person" = String, Path, description = "The person's id"), ("device" = String, Path, description = "The phone's id")),
    security(("token" = ["people:write"])),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn remove(
    caller: Caller,
    Path((person, device)): Path<(String, String)>,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    let id = of_person(&caller, &person, &device)?;
    changes::apply(&caller.app.ports, caller.tenant.id, &caller.actor, &Wish::RemoveDevice(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A phone that belongs to this person of the token's company.
fn of_person(caller: &Caller, person: &str, device: &str) -> Result<DeviceId, Problem> {
    let id: DeviceId = device.parse().map_err(|_| Problem::not_there())?;
    let person = find(caller, person)?;
    let device = caller.tenant.devices.get(&id).filter(|device| device.person == person.id);
    device.map(|device| device.id).ok_or_else(Problem::not_there)
}
