//! The one search box: people, phones, numbers and calls of a tenant, in groups.

use crate::app::Room;
use crate::extract::Query;
use crate::pages::calls::{Filters, row_context};
use crate::pages::{base, page};
use crate::refusal::Refusal;
use axum::response::Response;
use pbx_core::directory::{Number, Person, Scope, Tenant};
use serde::Deserialize;
use serde_json::{Value, json};

/// The most that a group shows; its own page has the rest.
const GROUP: usize = 8;

/// What is searched for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Wanted {
    text: String,
}

/// What was found. Nothing is searched for where nothing was typed.
pub(crate) async fn show(room: Room, Query(wanted): Query<Wanted>) -> Result<Response, Refusal> {
    let text = wanted.text.trim();
    let context = if text.is_empty() { json!({}) } else { found(&room, text).await? };
    let mut context = context;
    context["find"] = wanted.text.clone().into();
    Ok(page(&room.desk, "find.html", "find", &room.say("find-title"), context))
}

async fn found(room: &Room, text: &str) -> Result<Value, Refusal> {
    let lower = text.to_lowercase();
    let mut people: Vec<&Person> = room.tenant.people.values().filter(|person| fits(room, person, &lower)).collect();
    people.sort_by_cached_key(|person| (person.name.to_lowercase(), person.extension.clone()));
    let more_people = people.len() > GROUP;
    let people: Vec<Value> = people
        .into_iter()
        .take(GROUP)
        .map(|person| json!({ "id": person.id.to_string(), "name": person.name, "extension": person.extension, "email": person.email }))
        .collect();
    let mut numbers: Vec<&Number> = room.tenant.numbers.values().filter(|number| is_in(&number.e164, text)).collect();
    numbers.sort_by(|a, b| a.e164.cmp(&b.e164));
    let numbers: Vec<Value> = numbers.into_iter().take(GROUP).map(|number| number_context(room, number)).collect();
    let filters = Filters::of_text(text);
    let limit = u16::try_from(GROUP).unwrap_or(u16::MAX);
    let calls = room.app.ports.records.calls(room.tenant.id, &filters.query(room, limit)).await?;
    let rows: Vec<Value> = calls.rows.iter().map(|row| row_context(room, row)).collect();
    let all = |list: &str| format!("{}/{list}?{}", base(&room.desk), filters.to_url(""));
    Ok(json!({
        "people": people, "all_people": more_people.then(|| all("people")),
        "numbers": numbers,
        "rows": rows, "all_calls": calls.next.is_some().then(|| all("calls")),
    }))
}

/// By name, extension, e-mail, or by what one of the phones is called. What a phone logs in as finds it for those alone who run
/// the tenant: others could guess it letter by letter.
fn fits(room: &Room, person: &Person, lower: &str) -> bool {
    let phones = room.tenant.devices_of(person);
    let phones =
        phones.flat_map(|device| [Some(device.label.as_str()), room.runs_tenant().then_some(&device.sip_user)]);
    let own = [person.name.as_str(), person.extension.as_str(), person.email.as_deref().unwrap_or_default()];
    own.into_iter().chain(phones.flatten()).any(|text| text.to_lowercase().contains(lower))
}

/// Whether these digits are part of a number: `030 555` finds +4930555100.
fn is_in(e164: &str, text: &str) -> bool {
    let written = |c: char| c.is_ascii_digit() || " +-/()".contains(c);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    !digits.is_empty() && text.chars().all(written) && e164.contains(digits)
}

fn number_context(room: &Room, number: &Number) -> Value {
    let decides = room.tenant.assignments.iter().find(|assignment| assignment.scope == Scope::Number(number.id));
    let title = decides.and_then(|binding| title_of(&room.tenant, binding.template));
    json!({
        "e164": number.e164,
        "template": title.map(|title| crate::words::title(&title, room.language)),
        "calls": format!("{}/calls?{}", base(&room.desk), Filters::of_text(&number.e164).to_url("")),
    })
}

fn title_of(tenant: &Tenant, id: pbx_core::base::ids::TemplateVersionId) -> Option<String> {
    tenant.templates.get(&id).map(|template| template.title.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_written() {
        for text in ["+4930555100", "030 555", "(030) 555-100", "555100"] {
            assert!(is_in("+4930555100", text), "{text}");
        }
        for text in ["Berg", "556", "", "+", "room 555"] {
            assert!(!is_in("+4930555100", text), "{text}");
        }
    }
}
