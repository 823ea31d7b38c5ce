//! A call's record as rows: what is searched in columns, all of it as JSON, legs and segments beside it.

use super::query::{Arg, args, id, narrow, row, some_id, to_json, to_word, word};
use crate::base::time::Wall;
use crate::cdr::{CallRecord, WrittenRecord};
use crate::decision::Said;
use crate::store::{CallRow, StoreError};

row! {
    pub(super) struct CallRowRead {
        tenant: Vec<u8>,
        id: Vec<u8>,
        sip_call_id: String,
        direction: String,
        from_number: String,
        from_name: String,
        from_person: Option<Vec<u8>>,
        to_number: String,
        to_name: String,
        to_person: Option<Vec<u8>>,
        dialled: String,
        started: i64,
        answered: Option<i64>,
        ended: i64,
        disposition: String,
        cause: String,
        sip_code: i64,
        talk_us: i64,
        cut: i64,
        template: Option<String>,
    }
}

impl CallRowRead {
    pub(super) fn read(self) -> Result<CallRow, StoreError> {
        Ok(CallRow {
            id: id(&self.id)?,
            tenant: id(&self.tenant)?,
            sip_call_id: self.sip_call_id,
            direction: word("direction", self.direction)?,
            from_number: self.from_number,
            from_name: self.from_name,
            from_person: some_id(self.from_person.as_ref())?,
            to_number: self.to_number,
            to_name: self.to_name,
            to_person: some_id(self.to_person.as_ref())?,
            dialled: self.dialled,
            started: Wall::from_micros(self.started),
            answered: self.answered.map(Wall::from_micros),
            ended: Wall::from_micros(self.ended),
            disposition: word("disposition", self.disposition)?,
            cause: self.cause,
            sip_code: narrow("SIP code", self.sip_code)?,
            talk_us: self.talk_us,
            cut: self.cut != 0,
            template: self.template,
        })
    }
}

/// The head of the insert of [`call`].
pub(super) const CALLS: &str = "INSERT INTO calls (tenant, id, sip_call_id, direction, from_number, from_name,
    from_person, to_number, to_name, to_person, dialled, started, answered, ended, disposition, cause, sip_code,
    talk_us, cut, template, search, record) VALUES";

/// The head of the insert of [`legs`].
pub(super) const LEGS: &str = "INSERT INTO legs (tenant, call, position, id, party_number, person, device, sip_call_id,
    started, ringing, answered, ended, sip_code) VALUES";

/// The head of the insert of [`segments`].
pub(super) const SEGMENTS: &str = "INSERT INTO segments (tenant, call, position, a, b, from_us, to_us, media) VALUES";

pub(super) fn call(written: &WrittenRecord, told: &[Said]) -> Result<Vec<Arg>, StoreError> {
    let record = written.brief();
    Ok(args![
        record.tenant,
        record.id,
        &record.sip_call_id,
        to_word("direction", &record.direction)?,
        &record.from.number,
        &record.from.name,
        record.from.person,
        &record.to.number,
        &record.to.name,
        record.to.person,
        &record.dialled,
        record.started,
        record.answered,
        record.ended,
        to_word("disposition", &record.disposition)?,
        &record.cause,
        record.sip_code,
        record.talk_us,
        record.cut,
        written.template(told),
        search(record),
        written.json_after(told),
    ])
}

pub(super) fn legs(record: &CallRecord) -> impl Iterator<Item = Vec<Arg>> {
    (0_u32..).zip(&record.legs).map(|(position, leg)| {
        args![
            record.tenant,
            record.id,
            position,
            leg.id,
            &leg.party.number,
            leg.party.person,
            leg.party.device,
            &leg.sip_call_id,
            leg.started,
            leg.ringing,
            leg.answered,
            leg.ended,
            leg.sip_code,
        ]
    })
}

pub(super) fn segments(record: &CallRecord) -> Result<Vec<Vec<Arg>>, StoreError> {
    let row = |(position, segment): (u32, &crate::cdr::Segment)| {
        let media = segment.media.as_ref().map(|media| to_json("media verdict", media)).transpose()?;
        Ok(args![record.tenant, record.id, position, segment.a, segment.b, segment.from, segment.to, media])
    };
    (0_u32..).zip(&record.segments).map(row).collect()
}

/// The text that a free-text search looks in: the searched fields in lower case, a line each, so that no search matches
/// across two of them.
fn search(record: &CallRecord) -> String {
    let parts = [&record.from.number, &record.from.name, &record.to.number, &record.to.name, &record.dialled];
    parts.map(|part| part.to_lowercase()).join("\n")
}
