//! One call: the sentence, why, how it sounded, the ladder, the record as it is.

use crate::app::Room;
use crate::audit::{self, Deed};
use crate::extract::Path;
use crate::ladder;
use crate::live::{call_context, may_see};
use crate::pages::call_record::{raw, record_context};
use crate::pages::call_sight::of_a_party;
use crate::pages::question::{self, Question};
use crate::pages::{base, page};
use crate::refusal::Refusal;
use crate::session::News;
use crate::words;
use axum::response::Response;
use pbx_core::base::ids::{CallId, PersonId};
use pbx_core::cdr::CallRecord;
use pbx_core::engine::io::Command;
use pbx_core::sip_log::{Ladder, LoggedMessage};
use serde_json::{Value, json};

/// A call that is over, or one that is going on.
pub(crate) async fn show(room: Room, Path((_, call)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id: CallId = call.parse().map_err(|_| Refusal::NotThere)?;
    let records = &room.app.ports.records;
    if let Some(record) = records.call(room.tenant.id, id).await? {
        if !visible(&room, &record) {
            return Err(Refusal::NotThere);
        }
        let called = records.names(&record, &room.tenant).await?;
        let messages = own_legs(&room, records.ladder(room.tenant.id, id).await?, |me| legs_of(&record, me));
        let ladder = drawn(&room, &messages, |message| name_of(&room, &record, message));
        let call = if room.runs_tenant() {
            record_context(&room, &record, &called, Some(raw(&record)?))
        } else {
            record_context(&room, &of_a_party(&record), &called, None)
        };
        let context = json!({ "call": call, "ladder": ladder });
        return Ok(page(&room.desk, "call.html", "calls", &room.say("call-title"), context));
    }
    let (live, caller, sip) = {
        let board = room.app.live.board();
        let call = board.call(room.tenant.id, id).filter(|call| may_see(&room, call)).ok_or(Refusal::NotThere)?;
        (call_context(&room, call), call.from.person, call.sip_call_id.clone())
    };
    let own = |me| if caller == Some(me) { vec![sip.as_str()] } else { Vec::new() };
    let messages = own_legs(&room, records.ladder(room.tenant.id, id).await?, own);
    let context = json!({ "call": live, "ladder": drawn(&room, &messages, |message| trunk(&room, message)) });
    Ok(page(&room.desk, "call_live.html", "calls", &room.say("call-title"), context))
}

/// Whether a running call should really be ended; of one that is over, that it is.
pub(crate) async fn ask_hang_up(room: Room, Path((_, call)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id: CallId = call.parse().map_err(|_| Refusal::NotThere)?;
    let from = room.app.live.board().call(room.tenant.id, id).map(|call| words::party(&call.from, room.language));
    let Some(from) = from else { return ended_already(&room, id).await };
    let text = room.language.say("live-hang-up-confirm", &[("from", from.into())]);
    let back = base(&room.desk);
    let action = format!("{back}/calls/{id}/hang-up");
    Ok(question::ask(&room, Question { text, done: "live-hang-up", action, back, place: "live" }))
}

/// Ends a running call; what it does shows on the board.
pub(crate) async fn hang_up(room: Room, Path((_, call)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id: CallId = call.parse().map_err(|_| Refusal::NotThere)?;
    if room.app.live.board().call(room.tenant.id, id).is_none() {
        return ended_already(&room, id).await;
    }
    (room.app.ports.commands)(Command::HangUp { tenant: room.tenant.id, call: id });
    let (actor, object) = (room.actor(), id.to_string());
    let deed = Deed { tenant: Some(room.tenant.id), actor: &actor, action: "call.hung-up", object: &object };
    audit::note(&room.app.ports, deed).await?;
    Ok(room.go(&base(&room.desk), News::done("done-call-hung-up", "")))
}

/// Back to a call that the parties ended first: the commonest race of the live page.
async fn ended_already(room: &Room, id: CallId) -> Result<Response, Refusal> {
    room.app.ports.records.call(room.tenant.id, id).await?.ok_or(Refusal::NotThere)?;
    Ok(room.go(&format!("{}/calls/{id}", base(&room.desk)), News::done("done-call-had-ended", "")))
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

/// The messages that this reader may see: those of the own phone, unless the reader runs the tenant. `own` knows the SIP
/// Call-IDs of a person's legs.
fn own_legs<'a>(room: &Room, mut messages: Ladder, own: impl FnOnce(PersonId) -> Vec<&'a str>) -> Ladder {
    if room.runs_tenant() {
        return messages;
    }
    let own = room.account.as_ref().and_then(|account| account.person).map(own).unwrap_or_default();
    messages.messages.retain(|message| ladder::call_id(message).is_some_and(|id| own.contains(&id.as_str())));
    messages
}

fn legs_of(record: &CallRecord, me: PersonId) -> Vec<&str> {
    let own = record.legs.iter().filter(|leg| leg.party.person == Some(me));
    own.map(|leg| leg.sip_call_id.as_str()).collect()
}

fn drawn(room: &Room, messages: &Ladder, of: impl Fn(&LoggedMessage) -> Option<String>) -> Value {
    let zone = words::zone(&room.tenant.timezone);
    ladder::draw(messages, &ladder::names(messages, of), "Ringdown", &zone, room.language)
}

/// What the other end of a message is called: a trunk by its own name, a phone by whose leg the message is of.
fn name_of(room: &Room, record: &CallRecord, message: &LoggedMessage) -> Option<String> {
    trunk(room, message).or_else(|| {
        let id = ladder::call_id(message)?;
        let leg = record.legs.iter().find(|leg| leg.sip_call_id == id)?;
        Some(words::party(&leg.party, room.language))
    })
}

fn trunk(room: &Room, message: &LoggedMessage) -> Option<String> {
    let directory = room.app.ports.records.directory();
    Some(directory.trunk_of_peer(message.remote)?.slug.clone())
}
