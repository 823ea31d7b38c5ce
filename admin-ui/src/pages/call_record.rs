//! A finished call's record as its page shows it: the sentence, the steps, the sound, the time line, the record itself.

use crate::app::Room;
use crate::pages::calls::ENDS;
use crate::refusal::Refusal;
use crate::words::{self, Language, Names};
use pbx_core::cdr::CallRecord;
use serde_json::{Value, json};

/// The record as it is kept, as a text.
pub(crate) fn raw(record: &CallRecord) -> Result<String, Refusal> {
    serde_json::to_string_pretty(record).map_err(|error| {
        tracing::error!(%error, "a record could not be shown");
        Refusal::Broken
    })
}

/// Everything of the record; `raw` for those alone who run the tenant.
pub(crate) fn record_context(room: &Room, record: &CallRecord, names: &dyn Names, raw: Option<String>) -> Value {
    let language = room.language;
    let zone = words::zone(&room.tenant.timezone);
    let end = ENDS.iter().find(|(_, end)| *end == record.disposition).map_or("failed", |(word, _)| word);
    json!({
        "id": record.id.to_string(), "sip_call_id": record.sip_call_id,
        "sentence": words::sentence(record, names, language),
        "from": words::party(&record.from, language), "dialled": record.dialled,
        "at": words::date_and_time(record.started, &zone, language),
        "end": end, "end_words": words::disposition(record.disposition, language),
        "revision": record.decision.revision,
        "steps": steps(record, names, language), "sound": sound(record, names, language),
        "timeline": timeline(room, record), "raw": raw,
    })
}

/// The steps of the decision that say something, and how the call ended.
fn steps(record: &CallRecord, names: &dyn Names, language: Language) -> Vec<Value> {
    let after = |micros: i64| seconds(micros - record.started.micros(), language);
    let decided = record.decision.steps.iter().filter_map(|step| {
        let (text, term) = words::step_in_short(&step.kind, names, language)?;
        Some(json!({ "after": after(step.at.micros()), "text": text, "term": term }))
    });
    let ended = words::ended(record, language)
        .map(|text| json!({ "after": after(record.ended.micros()), "text": text, "term": "" }));
    decided.chain(ended).collect()
}

fn sound(record: &CallRecord, names: &dyn Names, language: Language) -> Vec<Value> {
    let sides = words::heard(record, names, language).into_iter();
    sides
        .map(|side| json!({ "who": side.who, "quality": side.quality.code(), "text": side.text, "packets": side.packets }))
        .collect()
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

/// `+0.4 s`, from a minute on `+4:24`.
fn seconds(micros: i64, language: Language) -> String {
    let tenths = micros.max(0).unsigned_abs() / 100_000;
    let (minutes, seconds) = (tenths / 600, tenths / 10 % 60);
    if minutes == 0 { format!("+{} s", words::tenths(tenths, language)) } else { format!("+{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_when_it_was_in_seconds_and_late_ones_in_minutes() {
        assert_eq!(seconds(12_190_000, Language::English), "+12.1 s");
        assert_eq!(seconds(59_990_000, Language::German), "+59,9 s");
        assert_eq!(seconds(264_000_000, Language::English), "+4:24");
    }
}
