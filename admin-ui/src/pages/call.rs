//! One call: the sentence, why, how it sounded, the ladder, the record as it is.

use crate::app::Room;
use crate::audit::{self, Deed};
use crate::extract::Path;
use crate::ladder;
use crate::live::{call_context, may_see};
use crate::pages::call_record::record_context;
use crate::pages::{base, page};
use crate::refusal::Refusal;
use crate::session::News;
use crate::words;
use axum::response::Response;
use pbx_core::call::io::Command;
use pbx_core::cdr::CallRecord;
use pbx_core::ids::{CallId, PersonId};
use pbx_core::sip_log::Entry;
use serde_json::json;

/// A call that is over, or one that is going on.
pub(crate) async fn show(room: Room, Path((_, call)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id: CallId = call.parse().map_err(|_| Refusal::NotThere)?;
    let zone = words::zone(&room.tenant.timezone);
    if let Some(record) = room.app.ports.records.call(room.tenant.id, id).await? {
        if !visible(&room, &record) {
            return Err(Refusal::NotThere);
        }
        let called = room.app.ports.records.names(&record, &room.tenant).await?;
        let messages = room.app.ports.records.ladder(room.tenant.id, id).await?;
        let call = record_context(&room, &record, &called)?;
        let names = ladder::names(&messages, |message| name_of(&room, &record, message));
        let ladder = ladder::draw(&messages, &names, "Ringdown", &zone);
        let context = json!({ "call": call, "ladder": ladder });
        return Ok(page(&room.desk, "call.html", "calls", &room.say("call-title"), context));
    }
    let live = {
        let board = room.app.live.board();
        let call = board.call(room.tenant.id, id).filter(|call| may_see(&room, call)).ok_or(Refusal::NotThere)?;
        call_context(&room, call)
    };
    let messages = room.app.ports.records.ladder(room.tenant.id, id).await?;
    let names = ladder::names(&messages, |message| trunk(&room, message));
    let context = json!({ "call": live, "ladder": ladder::draw(&messages, &names, "Ringdown", &zone) });
    Ok(page(&room.desk, "call_live.html", "calls", &room.say("call-title"), context))
}

/// Ends a running call; what it does shows on the board.
pub(crate) async fn hang_up(room: Room, Path((_, call)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id: CallId = call.parse().map_err(|_| Refusal::NotThere)?;
    if room.app.live.board().call(room.tenant.id, id).is_none() {
        return Err(Refusal::NotThere);
    }
    (room.app.ports.commands)(Command::HangUp { tenant: room.tenant.id, call: id });
    let (actor, object) = (room.actor(), id.to_string());
    let deed = Deed { tenant: Some(room.tenant.id), actor: &actor, action: "call.hung-up", object: &object };
    audit::note(&room.app.ports, deed).await?;
    Ok(room.go(&base(&room.desk), News::done("done-call-hung-up", "")))
}

/// Whoever runs the tenant sees every call, others those that they were part of.
fn visible(room: &Room, record: &CallRecord) -> bool {
    let me = room.account.as_ref().and_then(|account| account.person);
    room.runs_tenant() || me.is_some_and(|me| took_part(record, me))
}

fn took_part(record: &CallRecord, me: PersonId) -> bool {
    let parties = record.legs.iter().map(|leg| &leg.party).chain([&record.from, &record.to]);
    parties.into_iter().any(|party| party.person == Some(me))
}

/// What the other end of a message is called: a trunk by its own name, a phone by whose leg the message is of.
fn name_of(room: &Room, record: &CallRecord, message: &Entry) -> Option<String> {
    trunk(room, message).or_else(|| {
        let id = ladder::call_id(message)?;
        let leg = record.legs.iter().find(|leg| leg.sip_call_id == id)?;
        Some(words::party(&leg.party, room.language))
    })
}

fn trunk(room: &Room, message: &Entry) -> Option<String> {
    let directory = room.app.ports.records.directory();
    Some(directory.trunk_of_peer(message.remote)?.slug.clone())
}
