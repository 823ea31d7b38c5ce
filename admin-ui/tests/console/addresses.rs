//! Nobody but those who run a company reads where a colleague's phone stands, what it logs in as, or what a data source said.

use crate::browser::Browser;
use crate::house::{Hand, House, somebody};
use crate::records::{Story, ladder, party, register, ring};
use admin_ui::Permission;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use futures_util::StreamExt;
use pbx_core::base::ids::CallId;
use pbx_core::base::time::Wall;
use pbx_core::base::value::Value;
use pbx_core::decision::{Step, StepKind};
use pbx_core::directory::Tenant;
use pbx_core::event::{Disposition, EventKind};
use pbx_core::journal::Entry;
use pbx_core::sip_log::LoggedMessage as Message;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tower::ServiceExt;

const NOW: i64 = 1_795_230_000_000_000;

/// What Anna must not read: addresses and log-ins of others, what a source said, what a script is given, what was dialled.
const OTHERS: [&str; 11] = [
    "192.0.2.8",
    "192.0.2.9",
    "198.51.100.9",
    "127.0.0.1:7080",
    "127.0.0.1:5071",
    "acme-ben-desk",
    "acme-clara-desk",
    "gold",
    "account_manager",
    "secret-parameter",
    "112 by Clara",
];

/// A call between Anna and Ben that a template with a data source decided.
fn story<'a>(acme: &'a Tenant, key: &'a str, from: &str, to: &[&str]) -> Story<'a> {
    Story {
        tenant: acme,
        key,
        from: party(acme, from),
        dialled: "102",
        rung: to.iter().map(|slug| (party(acme, slug), 900)).collect(),
        talked: Some((0, 5_000)),
        disposition: Disposition::Answered,
        cause: "normal",
        started: Wall::from_micros(NOW - 600_000_000),
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, Value> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect()
}

/// What the source said of the caller, as a record keeps it.
fn looked_up() -> Vec<Step> {
    let at = Wall::from_micros(NOW);
    let asked = BTreeMap::from([
        ("source".to_owned(), Value::from("customers")),
        ("args".to_owned(), Value::Map(map(&[("number", "secret-parameter")]))),
    ]);
    let found = Value::Map(BTreeMap::from([
        ("status".to_owned(), Value::from("found")),
        ("value".to_owned(), Value::Map(map(&[("tier", "gold"), ("account_manager", "101")]))),
    ]));
    [
        StepKind::Verb { name: "lookup".into(), args: asked, line: 4 },
        StepKind::Outcome { outcome: found },
        StepKind::Verb { name: "note".into(), args: map(&[("text", "gold customer")]), line: 5 },
    ]
    .map(|kind| Step { at, kind })
    .to_vec()
}

/// Writes down two calls of Anna's with everything that a record may hold; gives their ids.
async fn past(house: &House, acme: &Tenant) -> Vec<String> {
    let mut ids = Vec::new();
    for story in [story(acme, "calls", "anna", &["ben"]), story(acme, "called", "clara", &["ben", "anna"])] {
        let mut record = story.record();
        record.decision.steps.splice(3..3, looked_up());
        let media = record.segments[0].media.as_mut().unwrap();
        media.from_a.announced = Some("192.0.2.9:4000".into());
        media.from_b.latched = Some("192.0.2.8:4000".into());
        media.from_b.strangers = vec!["198.51.100.9:4000".into()];
        house.keep(&[Entry::recorded(record).unwrap()]).await;
        house.sip_log.append(&ladder(&story)).unwrap();
        ids.push(story.id().to_string());
    }
    ids
}

/// A call of Anna's to Ben that goes on, its messages and an alarm among what happens.
fn present(house: &House, acme: &Tenant) -> String {
    for (slug, host) in [("anna", 7), ("ben", 8), ("clara", 9)] {
        register(house, acme, slug, [192, 0, 2, host]);
    }
    let call = CallId::of_key("live");
    ring(house, acme.id, call, party(acme, "anna"), party(acme, "ben"));
    let messages = ladder(&story(acme, "live", "anna", &["ben"]));
    let of_call = |(tenant, message): (_, Message)| (tenant, Message { call, ..message });
    house.sip_log.append(&messages.into_iter().map(of_call).collect::<Vec<_>>()).unwrap();
    let (code, detail) = ("emergency-without-route".into(), "112 by Clara".into());
    house.tell(acme.id, None, EventKind::Alarm { code, detail });
    call.to_string()
}

/// Every page that somebody may open by a link, with these calls and everybody of Acme.
fn pages(house: &House, calls: &[String]) -> Vec<String> {
    let acme = house.tenant("acme");
    let people: Vec<String> = acme.people.keys().map(ToString::to_string).collect();
    let phones: Vec<String> = acme.devices.keys().map(ToString::to_string).collect();
    let mut pages = Vec::new();
    for (method, path, needs) in admin_ui::routes() {
        let asset = path.starts_with("/assets") || path.ends_with("/events");
        if method != Method::GET || asset || matches!(needs, Permission::Token(_)) {
            continue;
        }
        let path = path.replace("{tenant}", "acme");
        let ids = match path.split_once('{').map(|(_, rest)| rest.split('}').next().unwrap()) {
            None => vec![path],
            Some("call") => calls.iter().map(|id| path.replace("{call}", id)).collect(),
            Some("person") => people.iter().map(|id| path.replace("{person}", id)).collect(),
            Some("device") => phones.iter().map(|id| path.replace("{device}", id)).collect(),
            Some("token") => vec![path.replace("{token}", &calls[0])],
            Some(other) => panic!("{path} has a placeholder without a case in this test: {other}"),
        };
        pages.extend(ids);
    }
    pages.extend(["ben", "102", "Anna", "555"].map(|text| format!("/t/acme/find?text={text}")));
    pages
}

/// All that a reader gets to see of Acme, once the board knows of what goes on: pages, files, the live stream.
async fn everything(house: &House, email: &str, password: &str) -> Vec<(String, String)> {
    let router = admin_ui::router(house.ports.clone()).unwrap();
    let mut browser = Browser::before(&router);
    browser.log_in(email, password).await;
    let acme = house.tenant("acme");
    let mut calls = past(house, &acme).await;
    calls.push(present(house, &acme));
    while !browser.get("/t/acme").await.text.contains("An emergency call had no way out") {
        tokio::task::yield_now().await;
    }
    let mut seen = Vec::new();
    for path in pages(house, &calls) {
        let text = browser.get(&path).await.text;
        seen.push((path, text));
    }
    let cookie = format!("ringdown={}", browser.cookie("ringdown").unwrap());
    let request = Request::get("/t/acme/live/events").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let mut stream = router.oneshot(request).await.unwrap().into_body().into_data_stream();
    let mut heard = String::new();
    while !heard.contains("event: rows") {
        heard.push_str(&String::from_utf8_lossy(&stream.next().await.unwrap().unwrap()));
    }
    seen.push(("the live stream".to_owned(), heard));
    seen
}

#[tokio::test]
async fn a_user_sees_no_address_on_any_page() {
    let house = House::build("addresses-user", Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let seen = everything(&house, "anna@acme.test", "anna-secret").await;
    for (page, text) in &seen {
        let text = text.replace("&#x2F;", "/");
        assert_eq!(OTHERS.iter().find(|word| text.contains(**word)), None, "{page}: {text}");
    }
    let all: String = seen.into_iter().map(|(_, text)| text).collect();
    assert!(all.contains("192.0.2.7:5060") && all.contains("Anna Berg → Ringdown"), "the own phone is not shown");
    assert!(all.contains("Ben Adler answered") && all.contains("It asked “customers”."), "the call is not told");
    assert!(!all.contains("(line ") && !all.contains("The record as it is kept"));
}

#[tokio::test]
async fn an_admin_sees_all_of_it() {
    let house = House::build("addresses-admin", Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let seen = everything(&house, "admin@acme.test", "acme-secret").await;
    let all: String = seen.into_iter().map(|(_, text)| text.replace("&#x2F;", "/")).collect();
    // The carrier's own address is on no page without a call through it.
    let shown = OTHERS.iter().filter(|word| **word != "127.0.0.1:5071");
    assert_eq!(shown.filter(|word| !all.contains(**word)).collect::<Vec<_>>(), [&""; 0]);
}

#[tokio::test]
async fn a_user_cannot_guess_what_a_colleagues_phone_logs_in_as() {
    let house = House::build("addresses-find", Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let acme = house.tenant("acme");
    let ben = format!("/people/{}\"", somebody(&acme, "ben").0.id);
    for (email, password, found) in [("anna@acme.test", "anna-secret", false), ("admin@acme.test", "acme-secret", true)]
    {
        let mut browser = Browser::logged_in(&house, email, password).await;
        let answer = browser.get("/t/acme/find?text=acme-ben-de").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.text.replace("&#x2F;", "/").contains(&ben), found, "{email}: {}", answer.text);
    }
}
