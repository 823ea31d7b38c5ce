//! A call in one sentence.

use super::{Names, length};
use crate::language::Language;
use pbx_core::cdr::{CallRecord, LegRecord};
use pbx_core::event::{Disposition, Party};

/// The sentence that a call's page opens with: who called whom, whose phone rang how long, who answered, how long they talked.
pub fn sentence(record: &CallRecord, names: &dyn Names, language: Language) -> String {
    let mut parts = vec![opening(record, language)];
    if let Some(rang) = rang_before(record, names, language) {
        parts.push(rang);
    }
    parts.push(ending(record, names, language));
    if record.cut {
        parts.push(language.say("sentence-cut", &[]));
    }
    parts.extend(ended(record, language));
    parts.join(" ")
}

/// Who hung up an answered call, or what else ended it; a cut one says it in a sentence of its own.
pub fn ended(record: &CallRecord, language: Language) -> Option<String> {
    if let Some(leg) = record.legs.iter().find(|leg| Some(leg.id) == record.hung_up) {
        return Some(language.say("sentence-hung-up", &[("who", party(&leg.party, language).into())]));
    }
    let key = format!("sentence-ended-{}", record.cause);
    (record.disposition == Disposition::Answered && language.knows(&key)).then(|| language.say(&key, &[]))
}

/// Whether somebody declined while the phone rang: 486 and 600 say "busy" (RFC 3261 §21.4.24, §21.6.1), but a phone that has
/// rung was free.
fn was_declined(record: &CallRecord) -> bool {
    record.disposition == Disposition::Busy
        && record.legs.iter().skip(1).any(|leg| leg.ringing.is_some() && matches!(leg.sip_code, 486 | 600))
}

/// Who somebody is: the name, else the number, else "an unknown caller".
pub fn party(party: &Party, language: Language) -> String {
    if !party.name.is_empty() {
        return party.name.clone();
    }
    if !party.number.is_empty() && !party.anonymous {
        return party.number.clone();
    }
    let key = if party.anonymous { "party-anonymous" } else { "party-unknown" };
    language.say(key, &[])
}

/// How a call ended, in a word or two.
pub fn disposition(disposition: Disposition, language: Language) -> String {
    language.say(disposition_key(disposition), &[])
}

/// The words of a cause; an unknown code shows itself.
pub fn cause(code: &str, language: Language) -> String {
    let key = format!("cause-{code}");
    if language.knows(&key) {
        language.say(&key, &[])
    } else {
        language.say("cause-other", &[("code", code.to_owned().into())])
    }
}

pub(crate) const fn disposition_key(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Answered => "disposition-answered",
        Disposition::NoAnswer => "disposition-no-answer",
        Disposition::Busy => "disposition-busy",
        Disposition::Cancelled => "disposition-cancelled",
        Disposition::Rejected => "disposition-rejected",
        Disposition::Failed => "disposition-failed",
    }
}

fn opening(record: &CallRecord, language: Language) -> String {
    let from = party(&record.from, language);
    language.say("sentence-called", &[("caller", from.into()), ("dialled", record.dialled.clone().into())])
}

/// The leg that answered and talked, if one did.
fn answering(record: &CallRecord) -> Option<&LegRecord> {
    record.legs.iter().skip(1).find(|leg| leg.answered.is_some())
}

/// Those whose phone rang in vain before: `Anna Berg's desk phone rang 12 s.`
fn rang_before(record: &CallRecord, names: &dyn Names, language: Language) -> Option<String> {
    let winner = answering(record).map(|leg| leg.id);
    let rang: Vec<String> = record
        .legs
        .iter()
        .skip(1)
        .filter(|leg| Some(leg.id) != winner)
        .filter_map(|leg| {
            let from = leg.ringing?;
            let lasted = length(leg.ended.micros() - from.micros(), language);
            let who = party(&leg.party, language);
            let device = leg.party.device.and_then(|id| names.device(id));
            Some(match device {
                Some(device) => language.say(
                    "sentence-device-rang",
                    &[("who", who.into()), ("device", device.into()), ("long", lasted.into())],
                ),
                None => language.say("sentence-rang", &[("who", who.into()), ("long", lasted.into())]),
            })
        })
        .collect();
    (!rang.is_empty()).then(|| rang.join(" "))
}

fn ending(record: &CallRecord, names: &dyn Names, language: Language) -> String {
    let waited = record.answered.unwrap_or(record.ended).micros() - record.started.micros();
    let waited = length(waited, language);
    if record.disposition == Disposition::Answered {
        let by = answering(record).map_or(&record.to, |leg| &leg.party);
        let talked = length(record.talk_us, language);
        let who = party(by, language);
        let device = by.device.and_then(|id| names.device(id));
        return match device {
            Some(device) => language.say(
                "sentence-answered-on",
                &[("who", who.into()), ("device", device.into()), ("waited", waited.into()), ("talked", talked.into())],
            ),
            None => language
                .say("sentence-answered", &[("who", who.into()), ("waited", waited.into()), ("talked", talked.into())]),
        };
    }
    if was_declined(record) {
        return language.say("sentence-declined", &[]);
    }
    let key = match record.disposition {
        Disposition::NoAnswer if record.cause == "no-answer" => "sentence-nobody",
        Disposition::NoAnswer => "sentence-no-answer",
        Disposition::Busy => "sentence-busy",
        Disposition::Cancelled => "sentence-cancelled",
        Disposition::Rejected => "sentence-rejected",
        Disposition::Answered | Disposition::Failed => "sentence-failed",
    };
    let why = cause(&record.cause, language);
    language.say(key, &[("waited", waited.into()), ("cause", why.into())])
}
