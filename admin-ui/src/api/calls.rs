//! Calls for programs: list, read, explain, hang up.

use crate::api::Problem;
use crate::api::call::{Call, Whole};
use crate::api::entry::Caller;
use crate::api::read::{NoQuery, Path, Query};
use crate::audit::{self, Deed};
use crate::language::Language;
use crate::live::board::LiveCall;
use crate::sought::sought;
use crate::words;
use axum::Json;
use axum::http::StatusCode;
use jiff::Timestamp;
use pbx_core::base::ids::CallId;
use pbx_core::base::time::Wall;
use pbx_core::cdr::CallRecord;
use pbx_core::engine::io::Command;
use pbx_core::store::{CallQuery, Cursor};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filters {
    /// `ended` (when absent), or `running`: those that go on right now, with no other filter.
    state: Option<String>,
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
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InLanguage {
    /// `en` or `de`; the company's when absent.
    language: Option<String>,
}

/// Lists calls, newest first: those that are over, or those that go on.
#[utoipa::path(get, path = "/api/v1/calls", tag = "calls", params(Filters), security(("token" = ["calls:read"])),
    responses((status = 200, body = Calls), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(caller: Caller, Query(filters): Query<Filters>) -> Result<Json<Calls>, Problem> {
    let going_on = filters.going_on()?;
    let query = filters.query(&caller.tenant.country)?;
    if going_on {
        return Ok(Json(running(&caller, &query)));
    }
    let page = caller.app.ports.records.calls(caller.tenant.id, &query).await?;
    let items = page.rows.into_iter().map(Call::ended).collect();
    Ok(Json(Calls { items, next: page.next.map(|next| next.to_string()) }))
}

/// Reads one call: in short, as in the list, while it goes on (`state` is `running`); then its whole record (`ended`).
#[utoipa::path(get, path = "/api/v1/calls/{call}", tag = "calls",
    params(("call" = String, Path, description = "The call's id, or SIP's Call-ID of one of its legs")),
    security(("token" = ["calls:read"])),
    responses((status = 200, body = serde_json::Value), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn one(caller: Caller, Path(call): Path<String>, _: NoQuery) -> Result<Json<Whole>, Problem> {
    let now = caller.app.ports.now().wall;
    let going_on = caller.app.live.board().find(caller.tenant.id, &call).map(|call| Call::running(call, now));
    match going_on {
        Some(call) => Ok(Json(Whole::Running(Box::new(call)))),
        None => find(&caller, &call).await.map(|record| Json(Whole::Ended(Box::new(record)))),
    }
}

/// Says in plain words what a call did and why.
#[utoipa::path(get, path = "/api/v1/calls/{call}/explanation", tag = "calls",
    params(("call" = String, Path, description = "The call's id, or SIP's Call-ID of one of its legs"), InLanguage),
    security(("token" = ["calls:read"])),
    responses((status = 200, body = Explanation), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn explain(
    caller: Caller,
    Path(call): Path<String>,
    Query(wanted): Query<InLanguage>,
) -> Result<Json<Explanation>, Problem> {
    let language = match wanted.language.as_deref() {
        None => Language::of_tag(&caller.tenant.language).unwrap_or_default(),
        Some(tag) => Language::of_tag(tag).ok_or_else(|| Problem::unreadable("`language` is `en` or `de`."))?,
    };
    if caller.app.live.board().find(caller.tenant.id, &call).is_some() {
        return Err(Problem::going_on());
    }
    let record = find(&caller, &call).await?;
    let names = caller.app.ports.records.names(&record, &caller.tenant).await?;
    Ok(Json(Explanation { lines: words::explain(&record, &names, language) }))
}

/// Ends a running call.
#[utoipa::path(post, path = "/api/v1/calls/{call}/hang-up", tag = "calls",
    params(("call" = String, Path, description = "The call's id, or SIP's Call-ID of the caller's leg"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key twice is one request")),
    security(("token" = ["calls:write"])),
    responses((status = 202, description = "It is being ended"), (status = 409, description = "It had already ended", body = Problem, content_type = "application/problem+json"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn hang_up(caller: Caller, Path(call): Path<String>, _: NoQuery) -> Result<StatusCode, Problem> {
    let found = caller.app.live.board().find(caller.tenant.id, &call).map(|call| call.id);
    let Some(id) = found else {
        find(&caller, &call).await?;
        return Err(Problem::ended());
    };
    (caller.app.ports.commands)(Command::HangUp { tenant: caller.tenant.id, call: id });
    let object = id.to_string();
    let deed = Deed { tenant: Some(caller.tenant.id), actor: &caller.actor, action: "call.hung-up", object: &object };
    audit::note(&caller.app.ports, deed).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The record of a call, by our id or by SIP's Call-ID of one of its legs.
async fn find(caller: &Caller, call: &str) -> Result<CallRecord, Problem> {
    let (records, tenant) = (&caller.app.ports.records, caller.tenant.id);
    if let Ok(id) = call.parse::<CallId>()
        && let Some(record) = records.call(tenant, id).await?
    {
        return Ok(record);
    }
    records.call_by_sip_id(tenant, call).await?.ok_or_else(Problem::not_there)
}

/// A page of the calls that go on, newest first.
fn running(caller: &Caller, query: &CallQuery) -> Calls {
    let now = caller.app.ports.now().wall;
    let board = caller.app.live.board();
    let place = |call: &LiveCall| (call.started, call.id);
    let before = |call: &&LiveCall| query.after.is_none_or(|after| place(call) < (after.started, after.id));
    let mut calls: Vec<&LiveCall> = board.calls(caller.tenant.id).filter(before).collect();
    calls.sort_by_key(|call| std::cmp::Reverse(place(call)));
    let more = calls.len() > usize::from(query.limit);
    calls.truncate(usize::from(query.limit));
    let last = calls.last().filter(|_| more).map(|call| Cursor { started: call.started, id: call.id });
    let items = calls.into_iter().map(|call| Call::running(call, now)).collect();
    Calls { items, next: last.map(|last| last.to_string()) }
}

impl Filters {
    /// Whether the calls that go on are asked for, with nothing that those cannot be filtered by.
    fn going_on(&self) -> Result<bool, Problem> {
        let others = [&self.text, &self.from, &self.until, &self.disposition, &self.template];
        match self.state.as_deref() {
            None | Some("ended") => Ok(false),
            Some("running") if others.iter().all(|other| other.is_none()) => Ok(true),
            Some("running") => Err(Problem::unreadable("`state=running` goes with `cursor` and `limit` alone.")),
            Some(_) => Err(Problem::unreadable("`state` is `ended` or `running`.")),
        }
    }

    fn query(self, country: &str) -> Result<CallQuery, Problem> {
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
            text: self.text.map(|text| sought(&text, country)),
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
