//! The board as the views want it.

use super::board::{Board, CallState, LiveCall, Reach};
use crate::app::{Desk, Room};
use crate::language::Language;
use crate::words;
use jiff::tz::TimeZone;
use pbx_core::base::ids::PersonId;
use pbx_core::base::time::Wall;
use pbx_core::directory::{Device, Tenant};
use pbx_core::event::{Direction, Party};
use pbx_core::net::Storage;
use serde_json::{Value, json};

/// A running call as a row.
pub(crate) fn call_context(room: &Room, call: &LiveCall) -> Value {
    let language = room.language;
    let others: Vec<String> = call.others().into_iter().map(|party| words::party(party, language)).collect();
    let direction = match call.direction {
        Direction::Internal => "internal",
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    };
    let from = words::party(&call.from, language);
    let to = if others.is_empty() { call.dialled.clone() } else { others.join(", ") };
    let state = room.say(&format!("state-{}", call.state.code()));
    let said = [("state", state.into()), ("from", from.clone().into()), ("to", to.into())];
    json!({
        "id": call.id.to_string(),
        "state": call.state.code(),
        "said": language.say("live-row", &said),
        "since_ms": call.since.micros() / 1000,
        "direction": direction,
        "from": from,
        "from_number": shown_number(&call.from),
        "dialled": call.dialled,
        "others": others.join(", "),
        "template": call.template.as_ref().map(|slug| template_title(room, slug)),
        "lasted": words::length(room.app.ports.now().wall.micros() - call.since.micros(), language),
        "admin": room.runs_tenant(),
    })
}

/// What a template of this slug is called; the slug where nothing runs it any more.
pub(crate) fn template_title(room: &Room, slug: &str) -> String {
    let known = room.tenant.templates.values().find(|template| template.slug == slug);
    words::title(known.map_or(slug, |template| &template.title), room.language)
}

fn shown_number(party: &Party) -> &str {
    if party.anonymous || party.name.is_empty() { "" } else { &party.number }
}

/// Whether a user may see a call: everybody who runs the tenant, else those who are part of it.
pub(crate) fn may_see(desk: &Desk, call: &LiveCall) -> bool {
    let me = desk.account.as_ref().and_then(|account| account.person);
    desk.runs_tenant() || me.is_some_and(|me| is_part(call, me))
}

fn is_part(call: &LiveCall, me: PersonId) -> bool {
    call.from.person == Some(me) || call.others().iter().any(|party| party.person == Some(me))
}

/// Everything that the live page shows.
pub(crate) fn board_context(room: &Room, board: &Board) -> Value {
    let tenant = &room.tenant;
    let mut calls: Vec<&LiveCall> = board.calls(tenant.id).filter(|call| may_see(room, call)).collect();
    calls.sort_by_key(|call| (call.started, call.id));
    let of = |state: CallState| calls.iter().filter(|call| call.state == state).count();
    let (reachable, phones) = phones(tenant, board);
    let now = room.app.ports.now().wall;
    let zone = words::zone(&tenant.timezone);
    let storage = storage(room);
    let of_the_day =
        board.alarms(tenant.id).filter(|alarm| now.micros() - alarm.at.micros() < ALARM_SHOWN_US).map(|alarm| {
            let key = format!("alarm-{}", alarm.code);
            let text = if room.language.knows(&key) { room.say(&key) } else { alarm.code.clone() };
            let at = words::moment(alarm.at, now, &zone, room.language);
            // A dialled number or a stranger's address: for those alone who run the tenant.
            let detail = if room.runs_tenant() { alarm.detail.as_str() } else { "" };
            json!({ "text": text, "detail": detail, "at": at })
        });
    let of_the_disk = storage.iter().map(|text| json!({ "text": text, "detail": "", "at": "" }));
    let alarms: Vec<Value> = of_the_disk.chain(of_the_day).collect();
    json!({
        "calls": calls.iter().map(|call| call_context(room, call)).collect::<Vec<_>>(),
        "ringing": of(CallState::Ringing) + of(CallState::Deciding),
        "talking": of(CallState::Talking),
        "held": of(CallState::Held),
        "total": calls.len(),
        "reachable": reachable,
        "phones": phones,
        "alarms": alarms,
        "trunks": trunks(room),
        "health": health(tenant, storage.is_none() && alarms_are_none(board, room, now), reachable, phones),
        "own": !room.runs_tenant(),
        "admin": room.runs_tenant(),
    })
}

/// What is wrong with the disk of the server, for those who run the tenant: what is promised may not be kept.
fn storage(room: &Room) -> Option<String> {
    let promises = room.app.ports.records.promises.as_ref().filter(|_| room.runs_tenant())?;
    let Storage { scarce, refuses, lost } = *promises.storage().borrow();
    match (lost, refuses, scarce) {
        (1.., ..) => Some(room.language.say("storage-lost", &[("lost", lost.into())])),
        (_, true, _) => Some(room.say("storage-refuses")),
        (.., Some(free)) => Some(room.language.say("storage-scarce", &[("free", u64::from(free).into())])),
        _ => None,
    }
}

/// The answer to "is everything all right?": `well`, or what is wrong first of all.
fn health(tenant: &Tenant, quiet: bool, reachable: usize, phones: usize) -> &'static str {
    match (quiet, tenant.people.is_empty(), phones, reachable) {
        (false, ..) => "alarm",
        (_, true, ..) => "nobody",
        (_, _, 0, _) => "no-phone",
        (_, _, _, 0) => "silent",
        _ if reachable < phones => "partly",
        _ => "well",
    }
}

/// How long an alarm stays in sight.
const ALARM_SHOWN_US: i64 = 24 * 3600 * 1_000_000;

fn alarms_are_none(board: &Board, room: &Room, now: Wall) -> bool {
    board.alarms(room.tenant.id).all(|alarm| now.micros() - alarm.at.micros() >= ALARM_SHOWN_US)
}

/// The trunks that lead to numbers of this tenant.
fn trunks(room: &Room) -> Vec<Value> {
    let directory = room.app.ports.records.directory();
    let mut trunks: Vec<_> = directory.trunks().collect();
    trunks.sort_by(|a, b| a.slug.cmp(&b.slug));
    trunks
        .into_iter()
        .filter_map(|trunk| {
            let numbers = room.tenant.numbers.values().filter(|number| number.trunk == Some(trunk.id)).count();
            let peers: Vec<String> = trunk.peers.iter().map(ToString::to_string).collect();
            (numbers > 0).then(|| json!({ "name": trunk.slug, "numbers": numbers, "peers": peers.join(", ") }))
        })
        .collect()
}

/// How many of a tenant's phones can be reached, and how many there are.
pub(crate) fn phones(tenant: &Tenant, board: &Board) -> (usize, usize) {
    let reachable = tenant.devices.values().filter(|device| is_reachable(tenant, device, board)).count();
    (reachable, tenant.devices.len())
}

fn is_reachable(tenant: &Tenant, device: &Device, board: &Board) -> bool {
    device.contact.is_some() || board.device(tenant.id, device.id).is_some_and(|reach| !reach.contacts.is_empty())
}

/// Where a device can be reached, in plain words: (whether it can, the words, the term in grey beside them).
pub(crate) fn reach_words(
    device: &Device,
    reach: Option<&Reach>,
    now: Wall,
    zone: &TimeZone,
    language: Language,
) -> (bool, String, String) {
    if let Some(contact) = &device.contact {
        let text = language.say("reach-fixed", &[("contact", contact.clone().into())]);
        return (true, text, language.say("reach-fixed-term", &[]));
    }
    if let Some(contact) = reach.and_then(Reach::contact) {
        let since = words::moment(contact.since, now, zone, language);
        let source = contact.source.to_string();
        let text = language.say("reach-yes", &[("source", source.into()), ("since", since.into())]);
        return (true, text, contact.user_agent.to_string());
    }
    let Some((at, reason)) = reach.and_then(|reach| reach.gone.as_deref()) else {
        return (false, language.say("reach-never", &[]), language.say("reach-never-term", &[]));
    };
    let since = words::moment(*at, now, zone, language);
    let key = format!("reach-gone-{reason}");
    let why = if language.knows(&key) { language.say(&key, &[]) } else { reason.clone() };
    (false, language.say("reach-no", &[("since", since.into()), ("why", why.into())]), String::new())
}

/// The same without any address and without what the phone calls itself.
pub(crate) fn reach_in_short(
    device: &Device,
    reach: Option<&Reach>,
    now: Wall,
    zone: &TimeZone,
    language: Language,
) -> (bool, String, String) {
    if device.contact.is_some() {
        return (true, language.say("reach-fixed-short", &[]), String::new());
    }
    if let Some(contact) = reach.and_then(Reach::contact) {
        let since = words::moment(contact.since, now, zone, language);
        return (true, language.say("reach-yes-short", &[("since", since.into())]), String::new());
    }
    reach_words(device, reach, now, zone, language)
}

/// The words for a server that is ending, as long as it is; with how many calls of this reader's are left where a tenant's
/// pages are read.
pub(crate) fn draining(desk: &Desk, board: &Board) -> Option<String> {
    if !*desk.app.ports.draining.borrow() {
        return None;
    }
    let Some(tenant) = &desk.room else { return Some(desk.say("drain")) };
    let left = board.calls(tenant.id).filter(|call| may_see(desk, call)).count();
    Some(desk.language.say("drain-left", &[("left", left.into())]))
}
