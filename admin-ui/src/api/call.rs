//! A call as programs read it: one that goes on and one that is over have the same fields.

use crate::live::board::LiveCall;
use jiff::Timestamp;
use pbx_core::base::ids::PersonId;
use pbx_core::base::time::Wall;
use pbx_core::cdr::CallRecord;
use pbx_core::event::{Direction, Disposition, Party};
use pbx_core::store::CallRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A call in short.
#[derive(Serialize, ToSchema)]
pub(crate) struct Call {
    /// Its id.
    id: String,
    /// `running` or `ended`.
    state: &'static str,
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
    /// When it was over (RFC 3339); null while it goes on.
    ended: Option<String>,
    /// `answered`, `no-answer`, `busy`, `cancelled`, `rejected` or `failed`; null while it goes on.
    disposition: Option<&'static str>,
    /// A stable code that says why it ended; null while it goes on.
    cause: Option<String>,
    /// Seconds from answer to end, or until now.
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

/// One call: in short while it goes on, its whole record once it is over.
#[derive(Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub(crate) enum Whole {
    /// The record.
    Ended(Box<CallRecord>),
    /// Nothing of it is written yet.
    #[serde(untagged)]
    Running(Box<Call>),
}

impl Call {
    /// One that is over.
    pub(crate) fn ended(row: CallRow) -> Self {
        let side =
            |number, name, person: Option<PersonId>| Side { number, name, person: person.map(|id| id.to_string()) };
        Self {
            id: row.id.to_string(),
            state: "ended",
            sip_call_id: row.sip_call_id,
            direction: direction(row.direction),
            from: side(row.from_number, row.from_name, row.from_person),
            to: side(row.to_number, row.to_name, row.to_person),
            dialled: row.dialled,
            started: rfc3339(row.started),
            answered: row.answered.map(rfc3339),
            ended: Some(rfc3339(row.ended)),
            disposition: Some(disposition(row.disposition)),
            cause: Some(row.cause),
            talk_seconds: row.talk_us / 1_000_000,
            template: row.template,
        }
    }

    /// One that goes on.
    pub(crate) fn running(call: &LiveCall, now: Wall) -> Self {
        let dialled = || Side { number: call.dialled.clone(), name: String::new(), person: None };
        let to = match call.others()[..] {
            [other] => Side::of(other),
            // Nobody is rung yet, or several at once: whoever was meant is known by what was dialled.
            _ => dialled(),
        };
        Self {
            id: call.id.to_string(),
            state: "running",
            sip_call_id: call.sip_call_id.clone(),
            direction: direction(call.direction),
            from: Side::of(&call.from),
            to,
            dialled: call.dialled.clone(),
            started: rfc3339(call.started),
            answered: call.answered.map(rfc3339),
            ended: None,
            disposition: None,
            cause: None,
            talk_seconds: call.answered.map_or(0, |at| (now.micros() - at.micros()).max(0) / 1_000_000),
            template: call.template.clone(),
        }
    }
}

impl Side {
    fn of(party: &Party) -> Self {
        let shown = |text: &String| if party.anonymous { String::new() } else { text.clone() };
        Self { number: shown(&party.number), name: shown(&party.name), person: party.person.map(|id| id.to_string()) }
    }
}

fn rfc3339(at: Wall) -> String {
    Timestamp::from_microsecond(at.micros()).map(|at| at.to_string()).unwrap_or_default()
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
