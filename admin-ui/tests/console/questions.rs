//! What cannot be undone is asked about first, with script and without.

use crate::browser::Browser;
use crate::house::{Hand, House, somebody};
use crate::records::{Story, party, ring};
use axum::http::StatusCode;
use pbx_core::base::ids::CallId;
use pbx_core::base::time::Wall;
use pbx_core::event::{Disposition, EventKind};
use pbx_core::journal::Entry;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;

async fn admin(name: &str) -> (House, Browser) {
    let house = House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    (house, browser)
}

/// The forms of a page that send something to this address at once.
fn acts_at_once(page: &str, path: &str) -> bool {
    let page = page.replace("&#x2F;", "/");
    page.split("<form").any(|form| {
        let form = form.split('>').next().unwrap();
        form.contains(&format!("action=\"{path}\"")) && form.contains("method=\"post\"")
    })
}

/// The page's form leads to a question, whose own form acts.
async fn asks_first(browser: &mut Browser, page: &str, path: &str, words: &str) {
    let shown = browser.get(page).await.text;
    assert!(shown.replace("&#x2F;", "/").contains(&format!("action=\"{path}\"")), "{path} is not offered: {shown}");
    assert!(!acts_at_once(&shown, path), "{path} acts without a question");
    let question = browser.get(&format!("{path}?")).await;
    assert_eq!(question.status, StatusCode::OK, "{path}");
    assert!(question.text.contains(words) && acts_at_once(&question.text, path), "{}", question.text);
}

#[tokio::test]
async fn a_page_without_script_asks_before_what_cannot_be_undone() {
    let (house, mut admin) = admin("questions-ask").await;
    let acme = house.tenant("acme");
    let (anna, phone) = somebody(&acme, "anna");
    let password = format!("/t/acme/devices/{}/password", phone.id);
    let page = format!("/t/acme/people/{}", anna.id);
    asks_first(&mut admin, &page, &password, "Give “Desk phone” a new password?").await;
    assert_eq!(house.tenant("acme").devices[&phone.id].ha1, phone.ha1, "looking changed it");

    admin.post("/t/acme/tokens", "label=Wallboard&scope=calls:read").await;
    let token = house.ports.records.store.tokens(acme.id).await.unwrap()[0].id;
    asks_first(&mut admin, "/t/acme/tokens", &format!("/t/acme/tokens/{token}/revoke"), "Revoke “Wallboard”?").await;
    assert_eq!(house.ports.records.store.tokens(acme.id).await.unwrap().len(), 1);

    let call = CallId::of_key("live");
    ring(&house, acme.id, call, party(&acme, "anna"), party(&acme, "ben"));
    while !admin.get("/t/acme").await.text.contains(&call.to_string()) {
        tokio::task::yield_now().await;
    }
    let hang_up = format!("/t/acme/calls/{call}/hang-up");
    asks_first(&mut admin, "/t/acme", &hang_up, "End the call of Anna Berg now?").await;
    assert!(house.commands.lock().unwrap().is_empty(), "looking ended it");
}

#[tokio::test]
async fn ending_a_call_that_had_just_ended_leads_back_to_it() {
    let (house, mut admin) = admin("questions-ended").await;
    let (acme, globex) = (house.tenant("acme"), house.tenant("globex"));
    let mut ids = Vec::new();
    for (tenant, who) in [(&acme, "anna"), (&globex, "gil")] {
        let story = Story {
            tenant,
            key: "ended",
            from: party(tenant, who),
            dialled: "102",
            rung: vec![(party(tenant, who), 900)],
            talked: Some((0, 5_000)),
            disposition: Disposition::Answered,
            cause: "normal",
            started: Wall::from_micros(NOW),
        };
        house.keep(&[Entry::recorded(story.record()).unwrap()]).await;
        ids.push(story.id());
    }
    let (call, foreign) = (ids[0], ids[1]);
    let page = format!("/t/acme/calls/{call}");
    let asked = admin.get(&format!("{page}/hang-up")).await;
    assert_eq!((asked.status, asked.location()), (StatusCode::SEE_OTHER, page.as_str()));
    assert!(admin.get(&page).await.text.contains("It had already ended."));
    let sent = admin.post(&format!("{page}/hang-up"), "").await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, page.as_str()));
    assert!(admin.get(&page).await.text.contains("It had already ended."));
    assert!(house.commands.lock().unwrap().is_empty());
    assert_eq!(admin.post(&format!("/t/acme/calls/{foreign}/hang-up"), "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_page_says_that_the_server_is_being_restarted() {
    let (house, mut admin) = admin("questions-drain").await;
    let mut anna = Browser::logged_in(&house, "anna@acme.test", "anna-secret").await;
    let acme = house.tenant("acme");
    for (key, from) in [("one", "anna"), ("two", "ben")] {
        ring(&house, acme.id, CallId::of_key(key), party(&acme, from), party(&acme, "clara"));
    }
    while !admin.get("/t/acme").await.text.contains("2 calls right now") {
        tokio::task::yield_now().await;
    }
    assert!(!admin.get("/t/acme/people").await.text.contains("being restarted"));
    house.draining.send_replace(true);
    let people = admin.get("/t/acme/people").await.text;
    assert!(people.contains("running calls are allowed to end (2 left)."), "{people}");
    let own = |text: &str| text.contains("allowed to end (1 left)");
    while !own(&anna.get("/t/acme").await.text) {
        tokio::task::yield_now().await;
    }
    let end = EventKind::CallEnded { disposition: Disposition::NoAnswer, cause: "no-answer".into() };
    house.tell(acme.id, Some(CallId::of_key("one")), end);
    while !admin.get("/t/acme").await.text.contains("(1 left)") {
        tokio::task::yield_now().await;
    }
}
