//! Calls: search, filters in the URL, pages by cursor.

use crate::address::query;
use crate::app::Room;
use crate::extract::Query;
use crate::live::template_title;
use crate::pages::{base, page};
use crate::refusal::Refusal;
use crate::sought::sought;
use crate::words;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pbx_core::base::time::Wall;
use pbx_core::event::{Direction, Disposition};
use pbx_core::store::{CallQuery, CallRow, Role};
use serde::Deserialize;
use serde_json::{Value, json};

/// Rows a page.
const ROWS: u16 = 50;

/// Every end that can be filtered for, with the word that the URL has for it.
pub(crate) const ENDS: [(&str, Disposition); 6] = [
    ("answered", Disposition::Answered),
    ("no-answer", Disposition::NoAnswer),
    ("busy", Disposition::Busy),
    ("cancelled", Disposition::Cancelled),
    ("rejected", Disposition::Rejected),
    ("failed", Disposition::Failed),
];

/// The filters, as they stand in the URL.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Filters {
    text: String,
    from: String,
    until: String,
    outcome: String,
    template: String,
    after: String,
}

impl Filters {
    /// What to ask the store. A filter that cannot be read does not filter.
    pub(crate) fn query(&self, room: &Room, limit: u16) -> CallQuery {
        let filled = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let zone = words::zone(&room.tenant.timezone);
        let me = room.account.as_ref().filter(|account| account.role == Role::User);
        CallQuery {
            text: filled(&self.text).map(|text| sought(&text, &room.tenant.country)),
            from: day(&self.from, &zone, 0),
            to: day(&self.until, &zone, 1),
            disposition: ENDS.iter().find(|(word, _)| *word == self.outcome).map(|(_, end)| *end),
            template: filled(&self.template),
            // A user without a person has no calls: the id of nobody finds none.
            person: me.map(|me| me.person.unwrap_or_else(|| pbx_core::base::ids::PersonId::of_key(""))),
            after: self.after.parse().ok(),
            limit,
        }
    }

    /// The filter of the one search box.
    pub(crate) fn of_text(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    pub(crate) fn to_url(&self, after: &str) -> String {
        query(&[
            ("text", &self.text),
            ("from", &self.from),
            ("until", &self.until),
            ("outcome", &self.outcome),
            ("template", &self.template),
            ("after", after),
        ])
    }

    fn is_any(&self) -> bool {
        !self.to_url("").is_empty()
    }
}

/// The start of a civil day in the tenant's zone, `days` later.
fn day(text: &str, zone: &TimeZone, days: i64) -> Option<Wall> {
    use jiff::ToSpan;
    let date: Date = text.parse().ok()?;
    let start = date.checked_add(days.days()).ok()?.to_zoned(zone.clone()).ok()?;
    Some(Wall::from_micros(start.timestamp().as_microsecond()))
}

/// The list; only its rows and what depends on the filters where the page's script asks for other filters.
pub(crate) async fn show(room: Room, headers: HeaderMap, Query(filters): Query<Filters>) -> Result<Response, Refusal> {
    let found = room.app.ports.records.calls(room.tenant.id, &filters.query(&room, ROWS)).await?;
    let rows: Vec<Value> = found.rows.iter().map(|row| row_context(&room, row)).collect();
    let more = found.next.map(|next| format!("{}/calls?{}", base(&room.desk), filters.to_url(&next.to_string())));
    let mut templates: Vec<_> = room
        .tenant
        .templates
        .values()
        .map(|template| (words::title(&template.title, room.language), template.slug.clone()))
        .collect();
    templates.sort();
    templates.dedup();
    let context = json!({
        "rows": rows,
        "more": more,
        "filtered": filters.is_any(),
        "later": !filters.after.is_empty(),
        "csv": format!("{}/calls.csv?{}", base(&room.desk), filters.to_url("")),
        "text": filters.text, "from": filters.from, "until": filters.until,
        "outcome": filters.outcome, "template": filters.template,
        "ends": ENDS.map(|(word, _)| word),
        "templates": templates.iter().map(|(title, slug)| json!({ "title": title, "slug": slug })).collect::<Vec<_>>(),
    });
    let view = if wants_the_list_alone(&headers) { "calls/part.html" } else { "calls.html" };
    let mut response = page(&room.desk, view, "calls", &room.say("calls-title"), context);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("HX-Request, HX-History-Restore-Request"));
    Ok(response)
}

/// Whether the page's script asks for other filters. When the browser goes back it asks too, and wants the whole page.
fn wants_the_list_alone(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request") && !headers.contains_key("hx-history-restore-request")
}

pub(crate) fn row_context(room: &Room, row: &CallRow) -> Value {
    let language = room.language;
    let now = room.app.ports.now().wall;
    let zone = words::zone(&room.tenant.timezone);
    let who = |name: &str, number: &str| {
        let text = if name.is_empty() { number } else { name };
        if text.is_empty() { room.say("party-anonymous") } else { text.to_owned() }
    };
    let beside = |name: &str, number: &str| if name.is_empty() { String::new() } else { number.to_owned() };
    let to_name = if row.to_name.is_empty() && row.to_number.is_empty() { &row.dialled } else { &row.to_name };
    json!({
        "id": row.id.to_string(),
        "at": words::moment(row.started, now, &zone, language),
        "from": who(&row.from_name, &row.from_number), "from_number": beside(&row.from_name, &row.from_number),
        "to": who(to_name, &row.to_number), "to_number": beside(to_name, &row.to_number),
        "dialled": row.dialled,
        "direction": match row.direction {
            Direction::Internal => "internal", Direction::Inbound => "inbound", Direction::Outbound => "outbound",
        },
        "end": ENDS.iter().find(|(_, end)| *end == row.disposition).map_or("failed", |(word, _)| word),
        "end_words": words::disposition(row.disposition, language),
        "why": if row.disposition == Disposition::Answered { String::new() } else { words::cause(&row.cause, language) },
        "talked": if row.disposition == Disposition::Answered { words::length(row.talk_us, language) } else { String::new() },
        "template": row.template.as_ref().map(|slug| template_title(room, slug)),
        "cut": row.cut,
    })
}
