//! Two people at one form: nobody's change is lost, and nobody saves what was not shown.

use crate::api::house_at;
use crate::browser::{Answer, Browser};
use crate::house::{Hand, House, somebody};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const NOW: i64 = 1_795_230_000_000_000;

/// Two administrators of Acme, and a clock.
async fn two(name: &str) -> (House, Browser, Browser, Arc<Hand>) {
    let clock = Arc::new(Hand(AtomicI64::new(NOW)));
    let house = House::build(name, clock.clone()).await;
    let first = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let second = Browser::logged_in(&house, "root@ringdown.test", "operator-secret").await;
    (house, first, second, clock)
}

fn page_of(house: &House, slug: &str) -> String {
    format!("/t/acme/people/{}", somebody(&house.tenant("acme"), slug).0.id)
}

/// Everything that a form on a page would send: what was typed stands in for what it was filled with.
fn form(page: &str, action: &str, typed: &[(&str, &str)]) -> String {
    let page = page.replace("&#x2F;", "/");
    let form = page.split("<form").find(|form| form.contains(&format!("action=\"{action}\""))).unwrap();
    let form = form.split("</form>").next().unwrap();
    let mut fields = Vec::new();
    for input in form.split("<input").skip(1) {
        let input = input.split('>').next().unwrap();
        let part = |name: &str| Some(input.split_once(&format!(" {name}=\""))?.1.split('"').next()?.to_owned());
        let (Some(name), value) = (part("name"), part("value").unwrap_or_default()) else { continue };
        let value = typed.iter().find(|(known, _)| *known == name).map_or(value, |(_, value)| (*value).to_owned());
        if name != "csrf" {
            fields.push(format!("{name}={}", value.replace('+', "%2B").replace(' ', "+")));
        }
    }
    fields.join("&")
}

/// Sends the form of the last answer with what was typed.
async fn send(browser: &mut Browser, last: &Answer, path: &str, typed: &[(&str, &str)], step: &str) -> Answer {
    let fields = form(&last.text, path, typed);
    browser.post(path, &format!("{fields}&step={step}")).await
}

fn name_and_extension(house: &House, slug: &str) -> (String, String) {
    let acme = house.tenant("acme");
    let person = somebody(&acme, slug).0;
    (person.name.clone(), person.extension.clone())
}

#[tokio::test]
async fn what_somebody_else_saved_meanwhile_is_shown_and_not_written_over() {
    let (house, mut first, mut second, clock) = two("meanwhile-two-fields").await;
    let path = format!("{}/edit", page_of(&house, "anna"));
    let blank = first.get(&path).await;
    let review = send(&mut first, &blank, &path, &[("extension", "0120")], "check").await;
    assert!(review.text.contains("<ins>0120</ins>") && !review.text.contains("Meanwhile"), "{}", review.text);

    let other = second.get(&path).await;
    send(&mut second, &other, &path, &[("name", "Tab Zwei")], "save").await;
    clock.0.fetch_add(12_000_000, Ordering::Relaxed);

    let stopped = send(&mut first, &review, &path, &[], "save").await;
    assert_eq!(stopped.status, StatusCode::CONFLICT);
    let said = "Meanwhile root@ringdown.test changed “Name” to “Tab Zwei” (12 s ago).";
    assert!(stopped.text.contains(said), "{}", stopped.text);
    assert!(stopped.text.contains("<ins>0120</ins>") && !stopped.text.contains("<ins>Anna Berg</ins>"));
    assert_eq!(name_and_extension(&house, "anna"), ("Tab Zwei".into(), "101".into()), "nothing was saved yet");

    let saved = send(&mut first, &stopped, &path, &[], "save").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert_eq!(name_and_extension(&house, "anna"), ("Tab Zwei".into(), "0120".into()));
    let audit = house.ports.records.store.audit_of(house.tenant("acme").id, "person/anna", 1).await.unwrap();
    assert_eq!(audit[0].detail["fields"].as_array().unwrap().len(), 1, "{:?}", audit[0].detail);
}

#[tokio::test]
async fn a_field_that_both_changed_is_saved_only_once_the_others_was_seen() {
    let (house, mut first, mut second, _) = two("meanwhile-one-field").await;
    let path = format!("{}/edit", page_of(&house, "anna"));
    let (mine, theirs) = (first.get(&path).await, second.get(&path).await);
    send(&mut second, &theirs, &path, &[("name", "Anna Kurz"), ("email", "")], "save").await;
    let stopped = send(&mut first, &mine, &path, &[("name", "Anna Lang")], "check").await;
    assert_eq!(stopped.status, StatusCode::CONFLICT);
    assert!(stopped.text.contains("<del>Anna Kurz</del>") && stopped.text.contains("<ins>Anna Lang</ins>"));
    assert!(stopped.text.contains("Meanwhile root@ringdown.test emptied “E-mail” (0 s ago)."), "{}", stopped.text);
    let back = send(&mut first, &stopped, &path, &[], "edit").await;
    send(&mut first, &back, &path, &[], "save").await;
    assert_eq!(name_and_extension(&house, "anna").0, "Anna Lang");
    assert_eq!(somebody(&house.tenant("acme"), "anna").0.email, None, "an address that was left alone came back");
}

#[tokio::test]
async fn a_form_that_two_send_alike_stops_nobody() {
    let (house, mut first, mut second, _) = two("meanwhile-none").await;
    let path = format!("{}/edit", page_of(&house, "ben"));
    for browser in [&mut first, &mut second] {
        let page = browser.get(&path).await;
        assert_eq!(send(browser, &page, &path, &[("name", "Ben Neu")], "save").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(name_and_extension(&house, "ben").0, "Ben Neu");
}

#[tokio::test]
async fn a_phone_that_was_renamed_meanwhile_is_not_renamed_unseen() {
    let (house, mut first, mut second, _) = two("meanwhile-phone").await;
    let page = page_of(&house, "ben");
    let path = format!("/t/acme/devices/{}/label", somebody(&house.tenant("acme"), "ben").1.id);
    let label = |house: &House| somebody(&house.tenant("acme"), "ben").1.label.clone();
    let (mine, theirs) = (first.get(&page).await, second.get(&page).await);
    send(&mut second, &theirs, &path, &[("label", "Front desk")], "").await;
    send(&mut first, &mine, &path, &[("label", "Kitchen")], "").await;
    assert_eq!(label(&house), "Front desk");
    let shown = first.get(&page).await;
    let said =
        "Meanwhile root@ringdown.test changed “Name” to “Front desk” (0 s ago). Send it again to call it “Kitchen”.";
    assert!(shown.text.contains(said) && shown.text.contains("value=\"Kitchen\""), "{}", shown.text);
    send(&mut first, &shown, &path, &[], "").await;
    assert_eq!(label(&house), "Kitchen");
}

#[tokio::test]
async fn a_program_that_sends_an_old_revision_changes_nothing() {
    let house = house_at("meanwhile-api", Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let mut program = Browser::at(&house).carrying("authorization", "Bearer secret");
    let acme = house.tenant("acme");
    let (ben, phone) = somebody(&acme, "ben");
    let person = format!("/api/v1/people/{}", ben.id);
    let device = format!("{person}/devices/{}", phone.id);
    let mut ask = async |method: &str, path: &str, body: Value| {
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        let answer = program.send(request, Body::from(body.to_string())).await;
        (answer.status, serde_json::from_str::<Value>(&answer.text).unwrap_or_default())
    };
    let read = ask("GET", &person, Value::Null).await.1;
    let body = |name: &str, revision: &Value| json!({ "name": name, "extension": "102", "revision": revision });
    let (status, changed) = ask("PUT", &person, body("Ben Neu", &read["revision"])).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    let (status, problem) = ask("PUT", &person, body("Ben Alt", &read["revision"])).await;
    assert_eq!((status, &problem["type"]), (StatusCode::CONFLICT, &"/problems/changed-meanwhile".into()));
    assert_eq!(ask("PUT", &person, body("Ben Drei", &changed["revision"])).await.0, StatusCode::OK);
    assert_eq!(ask("PUT", &person, body("Ben Vier", &Value::Null)).await.0, StatusCode::OK, "it may be left out");

    let label = |label: &str, revision: &Value| json!({ "label": label, "revision": revision });
    let old = &read["devices"][0]["revision"];
    assert_eq!(ask("PATCH", &device, label("Front desk", old)).await.0, StatusCode::OK);
    let (status, _) = ask("PATCH", &device, label("Kitchen", old)).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(somebody(&house.tenant("acme"), "ben").1.label, "Front desk");
}
