//! One call: the sentence, why, how it sounded, the ladder, the record as it is.

use crate::app::Room;
use crate::audit::{self, Deed};
use crate::extract::Path;
use crate::ladder::draw;
use crate::live::{call_context, may_see};
use crate::pages::{base, page};
use crate::refusal::Refusal;
use crate::session::News;
use crate::words::{self, Names};
use axum::response::Response;
use jiff::tz::TimeZone;
use pbx_core::call::io::Command;
use pbx_core::cdr::CallRecord;
use pbx_core::ids::{CallId, PersonId};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A call that is over, or one that is going on.
pub(crate) async fn show(room: Room, Path((_, call)): Path<(String, String)>) -> Result<Response, Refusal> {
    let id: CallId = call.parse().map_err(|_| Refusal::NotThere)?;
    let zone = words::zone(&room.tenant.timezone);
    if let Some(record) = room.app.ports.records.call(room.tenant.id, id).await? {
        if !visible(&room, &record) {
            return Err(Refusal::NotThere);
        }
        let called = room.app.ports.records.names(&record, &room.tenant).await?;
        let call = record_context(&room, &record, &called, &zone)?;
        let ladder = drawn(&room, id, &addresses(&room, &record), &zone).await?;
        let context = json!({ "call": call, "ladder": ladder });
        return Ok(page(&room.desk, "call.html", "calls", &room.say("call-title"), context));
    }
    let live = {
        let board = room.app.live.board();
        let call = board.call(room.tenant.id, id).filter(|call| may_see(&room, call)).ok_or(Refusal::NotThere)?;
        call_context(&room, call)
    };
    let context = json!({ "call": live, "ladder": drawn(&room, id, &HashMap::new(), &zone).await? });
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

/// What the addresses of the ladder are called: as far as the record tells where a side's media came from.
fn addresses(room: &Room, record: &CallRecord) -> HashMap<String, String> {
    let board = room.app.live.board();
    let mut names = HashMap::new();
    for leg in &record.legs {
        let Some(device) = leg.party.device else { continue };
        for contact in board.device(room.tenant.id, device).into_iter().flat_map(|reach| reach.contacts.iter()) {
            names.insert(contact.source.clone(), words::party(&leg.party, room.language));
        }
    }
    names
}

async fn drawn(room: &Room, id: CallId, names: &HashMap<String, String>, zone: &TimeZone) -> Result<Value, Refusal> {
    let ladder = room.app.ports.records.ladder(room.tenant.id, id).await?;
    Ok(draw(&ladder, names, "Ringdown", zone))
}

fn record_context(room: &Room, record: &CallRecord, names: &dyn Names, zone: &TimeZone) -> Result<Value, Refusal> {
    let language = room.language;
    let steps: Vec<Value> = record
        .decision
        .steps
        .iter()
        .map(|step| {
            let after = step.at.micros() - record.started.micros();
            json!({ "after": seconds(after), "text": words::step(&step.kind, names, language) })
        })
        .collect();
    let sound: Vec<Value> = words::heard(record, names, language)
        .into_iter()
        .map(|side| {
            json!({
                "who": side.who, "quality": side.quality.code(), "text": side.text, "packets": side.packets,
                "lost": format!("{}.{}", side.lost_permille / 10, side.lost_permille % 10), "jitter": side.jitter_ms,
            })
        })
        .collect();
    let raw = serde_json::to_string_pretty(record).map_err(|error| {
        tracing::error!(%error, "a record could not be shown");
        Refusal::Broken
    })?;
    let now = room.app.ports.now().wall;
    let end =
        crate::pages::calls::ENDS.iter().find(|(_, end)| *end == record.disposition).map_or("failed", |(word, _)| word);
    Ok(json!({
        "id": record.id.to_string(), "sip_call_id": record.sip_call_id,
        "sentence": words::sentence(record, names, language),
        "from": words::party(&record.from, language), "dialled": record.dialled,
        "at": words::moment(record.started, now, zone, language),
        "end": end, "end_words": words::disposition(record.disposition, language),
        "cause": words::cause(&record.cause, language), "sip_code": record.sip_code,
        "talked": words::length(record.talk_us, language),
        "lasted": words::length(record.ended.micros() - record.started.micros(), language),
        "revision": record.decision.revision,
        "steps": steps, "sound": sound, "timeline": timeline(room, record), "raw": raw,
    }))
}

/// Each leg as a bar: when it rang and when it talked, in thousandths of the call's length.
fn timeline(room: &Room, record: &CallRecord) -> Vec<Value> {
    let whole = (record.ended.micros() - record.started.micros()).max(1);
    let part = |micros: i64| (micros - record.started.micros()).clamp(0, whole) * 1000 / whole;
    let bar = |from: i64, to: i64| json!({ "x": part(from), "w": (part(to) - part(from)).max(4) });
    record
        .legs
        .iter()
        .skip(1)
        .map(|leg| {
            let rang_until = leg.answered.unwrap_or(leg.ended).micros();
            let rang = leg.ringing.map(|from| bar(from.micros(), rang_until));
            let talked = leg.answered.map(|from| bar(from.micros(), leg.ended.micros()));
            json!({
                "who": words::party(&leg.party, room.language), "rang": rang, "talked": talked,
                "rang_for": leg.ringing.map(|from| words::length(rang_until - from.micros(), room.language)),
                "talked_for": leg.answered.map(|from| words::length(leg.ended.micros() - from.micros(), room.language)),
                "code": leg.sip_code,
            })
        })
        .collect()
}

/// `+0.4 s`
fn seconds(micros: i64) -> String {
    let tenths = micros.max(0) / 100_000;
    format!("+{}.{} s", tenths / 10, tenths % 10)
}
