//! Calls for programs: list, read, explain, hang up.

use crate::api::Problem;
use crate::api::entry::Caller;
use crate::api::read::{Path, Query};
use crate::audit::{self, Deed};
use crate::language::Language;
use crate::words;
use axum::Json;
use axum::http::StatusCode;
use jiff::Timestamp;
use pbx_core::call::io::Command;
use pbx_core::cdr::CallRecord;
use pbx_core::event::{Direction, Disposition};
use pbx_core::ids::CallId;
use pbx_core::store::{CallQuery, CallRow};
use pbx_core::time::Wall;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A call in short.
#[derive(Serialize, ToSchema)]
pub(crate) struct Call {
    /// Its id.
    id: String,
    /// SIP's Call-ID of the caller's leg.
    sip_call_id: String,
    /// `internal`, `inbound` or `outbound`.
    direction: &'static str,
    /// Who called.
    from: Side,
    /// Who was meant or who answered.
    to: Side,
    /// Exactly as dialled.
    dialled: String,
    /// When the call came (RFC 3339).
    started: String,
    /// When it was answered (RFC 3339).
    answered: Option<String>,
    /// When it was over (RFC 3339).
    ended: String,
    /// `answered`, `no-answer`, `busy`, `cancelled`, `rejected` or `failed`.
    disposition: &'static str,
    /// A stable code that says why it ended.
    cause: String,
    /// Seconds from answer to end.
    talk_seconds: i64,
    /// The template that decided.
    template: Option<String>,
}

/// One end of a call.
#[derive(Serialize, ToSchema)]
pub(crate) struct Side {
    /// An extension, or a number in E.164; empty when withheld.
    number: String,
    /// A name, if known.
    name: String,
    /// The person's id, if it is one of the company's.
    person: Option<String>,
}

/// A page of calls.
#[derive(Serialize, ToSchema)]
pub(crate) struct Calls {
    /// Newest first.
    items: Vec<Call>,
    /// What to send as `cursor` for the next page; absent on the last.
    next: Option<String>,
}

/// A call in words.
#[derive(Serialize, ToSchema)]
pub(crate) struct Explanation {
    /// The sentence, the steps, the sound.
    lines: Vec<String>,
}

/// Filters of the list.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filters {
    /// Part of a name or number, or of what was dialled.
    text: Option<String>,
    /// Started at or after (RFC 3339).
    from: Option<String>,
    /// Started before (RFC 3339).
    until: Option<String>,
    /// How it ended.
    disposition: Option<String>,
    /// The template that decided.
    template: Option<String>,
    /// From an earlier answer's `next`.
    cursor: Option<String>,
    /// How many, 1 to 500; 50 when absent.
    limit: Option<u16>,
}

/// The language of an explanation.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct InLanguage {
    /// `en` or `de`; the company's when absent.
    language: Option<String>,
}

/// Lists calls, newest first.
#[utoipa::path(get, path = "/api/v1/calls", tag = "calls", params(Filters), security(("token" = ["calls:read"])),
    responses((status = 200, body = Calls), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(caller: Caller, Query(filters): Query<Filters>) -> Result<Json<Calls>, Problem> {
    let query = filters.query()?;
    let page = caller.app.ports.records.calls(caller.tenant.id, &query).await?;
    let items = page.rows.into_iter().map(short).collect();
    Ok(Json(Calls { items, next: page.next.map(|next| next.to_string()) }))
}

/// Reads one call's whole record.
#[utoipa::path(get, path = "/api/v1/calls/{call}", tag = "calls", params(("call" = String, Path, description = "The call's id")),
    security(("token" = ["calls:read"])),
    responses((status = 200, body = serde_json::Value), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn one(caller: Caller, Path(call): Path<String>) -> Result<Json<CallRecord>, Problem> {
    find(&caller, &call).await.map(Json)
}

/// Says in plain words what a call did and why.
#[utoipa::path(get, path = "/api/v1/calls/{call}/explanation", tag = "calls",
    params(("call" = String, Path, description = "The call's id"), InLanguage), security(("token" = ["calls:read"])),
    responses((status = 200, body = Explanation), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn explain(
    caller: Caller,
    Path(call): Path<String>,
    Query(wanted): Query<InLanguage>,
) -> Result<Json<Explanation>, Problem> {
    let record = find(&caller, &call).await?;
    let language = wanted.language.as_deref().unwrap_or(&caller.tenant.language);
    let language = Language::of_tag(language).unwrap_or_default();
    let names = caller.app.ports.records.names(&record, &caller.tenant).await?;
    Ok(Json(Explanation { lines: words::explain(&record, &names, language) }))
}

/// Ends a running call.
#[utoipa::path(post, path = "/api/v1/calls/{call}/hang-up", tag = "calls", params(("call" = String, Path, description = "The call's id")),
    security(("token" = ["calls:write"])),
    responses((status = 202, description = "It is being ended"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn hang_up(caller: Caller, Path(call): Path<String>) -> Result<StatusCode, Problem> {
    let id: CallId = call.parse().map_err(|_| Problem::not_there())?;
    if caller.app.live.board().call(caller.tenant.id, id).is_none() {
        return Err(Problem::not_there());
    }
    (caller.app.ports.commands)(Command::HangUp { tenant: caller.tenant.id, call: id });
    let object = id.to_string();
    let deed = Deed { tenant: Some(caller.tenant.id), actor: &caller.actor, action: "call.hung-up", object: &object };
    audit::note(&caller.app.ports, deed).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn find(caller: &Caller, call: &str) -> Result<CallRecord, Problem> {
    let id: CallId = call.parse().map_err(|_| Problem::not_there())?;
    caller.app.ports.records.call(caller.tenant.id, id).await?.ok_or_else(Problem::not_there)
}

impl Filters {
    fn query(self) -> Result<CallQuery, Problem> {
        let disposition = match self.disposition.as_deref() {
            None => None,
            Some(word) => {
                let known = crate::pages::calls::ENDS.iter().find(|(known, _)| *known == word);
                Some(known.ok_or_else(|| Problem::unreadable("`disposition` is not one that there is."))?.1)
            }
        };
        let limit = self.limit.unwrap_or(50);
        if !(1..=500).contains(&limit) {
            return Err(Problem::unreadable("`limit` is 1 to 500."));
        }
        let after =
            self.cursor.map(|cursor| cursor.parse().map_err(|_| Problem::unreadable("`cursor` is not one of ours.")));
        Ok(CallQuery {
            text: self.text,
            from: moment(self.from)?,
            to: moment(self.until)?,
            disposition,
            template: self.template,
            person: None,
            after: after.transpose()?,
            limit,
        })
    }
}

fn moment(text: Option<String>) -> Result<Option<Wall>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let at: Timestamp = text.parse().map_err(|_| Problem::unreadable("A time is written as in RFC 3339."))?;
    Ok(Some(Wall::from_micros(at.as_microsecond())))
}

fn rfc3339(at: Wall) -> String {
    Timestamp::from_microsecond(at.micros()).map(|at| at.to_string()).unwrap_or_default()
}

fn short(row: CallRow) -> Call {
    Call {
        id: row.id.to_string(),
        sip_call_id: row.sip_call_id,
        direction: direction(row.direction),
        from: Side { number: row.from_number, name: row.from_name, person: row.from_person.map(|id| id.to_string()) },
        to: Side { number: row.to_number, name: row.to_name, person: row.to_person.map(|id| id.to_string()) },
        dialled: row.dialled,
        started: rfc3339(row.started),
        answered: row.answered.map(rfc3339),
        ended: rfc3339(row.ended),
        disposition: disposition(row.disposition),
        cause: row.cause,
        talk_seconds: row.talk_us / 1_000_000,
        template: row.template,
    }
}

const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Internal => "internal",
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

fn disposition(disposition: Disposition) -> &'static str {
    crate::pages::calls::ENDS.iter().find(|(_, end)| *end == disposition).map_or("failed", |(word, _)| word)
}
