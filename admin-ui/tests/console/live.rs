//! The live page and its stream.

use crate::browser::Browser;
use crate::house::{Hand, House};
use crate::records::{answer, party, register, ring};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use pbx_core::base::ids::{CallId, LegId, TenantId};
use pbx_core::base::time::Wall;
use pbx_core::change::{Change, ObjectId};
use pbx_core::engine::io::Command;
use pbx_core::event::{Direction, Disposition, EventKind, Party};
use pbx_core::journal::Entry;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

async fn house(name: &str) -> House {
    House::build(name, Arc::new(Hand(AtomicI64::new(1_795_230_000_000_000)))).await
}

/// Asks for a page until it says this: the board's reader is a task of its own.
async fn until(browser: &mut Browser, path: &str, said: impl Fn(&str) -> bool) -> String {
    for _ in 0..10_000 {
        let text = browser.get(path).await.text;
        if said(&text) {
            return text;
        }
        tokio::task::yield_now().await;
    }
    panic!("{path} never said it");
}

#[tokio::test]
async fn a_call_appears_is_hung_up_and_vanishes() {
    let house = house("live-call").await;
    let acme = house.tenant("acme");
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let mut other = Browser::logged_in(&house, "admin@globex.test", "globex-secret").await;
    let call = CallId::of_key("live");
    ring(&house, acme.id, call, party(&acme, "anna"), party(&acme, "ben"));
    answer(&house, acme.id, call, party(&acme, "ben"));
    let page = until(&mut admin, "/t/acme", |text| text.contains("data-state=\"talking\"")).await;
    assert!(page.contains("Anna Berg") && page.contains("Ben Adler"));
    assert!(!other.get("/t/globex").await.text.contains("Anna Berg"));
    let path = format!("/t/acme/calls/{call}/hang-up");
    assert_eq!(admin.post(&path, "").await.status, StatusCode::SEE_OTHER);
    let told = house.commands.lock().unwrap().clone();
    assert!(matches!(told[..], [Command::HangUp { tenant, call: which }] if tenant == acme.id && which == call));
    let end = EventKind::CallEnded { disposition: Disposition::Answered, cause: "operator-hung-up".into() };
    house.tell(acme.id, Some(call), end);
    until(&mut admin, "/t/acme", |text| !text.contains("data-state=")).await;
}

#[tokio::test]
async fn a_phone_that_registers_is_reachable_in_plain_words() {
    let house = house("live-phone").await;
    let acme = house.tenant("acme");
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    assert!(admin.get("/t/acme/people").await.text.contains("it has not registered yet"));
    register(&house, &acme, "anna", [192, 0, 2, 7]);
    until(&mut admin, "/t/acme/people", |text| text.contains("Reachable at 192.0.2.7:5060 since")).await;
}

#[tokio::test]
async fn the_streams_first_word_is_the_whole_board() {
    use axum::http::header;
    use tower::ServiceExt;
    let house = house("live-stream").await;
    let router = admin_ui::router(house.ports.clone()).unwrap();
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    browser.get("/t/acme").await;
    let cookie = format!("ringdown={}", browser.cookie("ringdown").unwrap());
    let request = Request::get("/t/acme/live/events").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let first = futures_util::StreamExt::next(&mut stream).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("event: figures"));
    let second = futures_util::StreamExt::next(&mut stream).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&second).contains("event: rows"));
}

#[tokio::test]
async fn a_board_that_missed_events_shows_no_ghosts_and_no_holes() {
    let house = house("live-lag").await;
    let (acme, globex) = (house.tenant("acme"), house.tenant("globex"));
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    ring(&house, acme.id, CallId::of_key("over"), party(&acme, "anna"), party(&acme, "ben"));
    until(&mut admin, "/t/acme", |text| text.contains("Anna Berg")).await;

    // Clara's call begins and Anna's ends while nobody listens: more is told than the bus keeps.
    house.keep(&[begun(acme.id, "missed", party(&acme, "clara"))]).await;
    ring(&house, acme.id, CallId::of_key("missed"), party(&acme, "clara"), party(&acme, "ben"));
    let end = EventKind::CallEnded { disposition: Disposition::Answered, cause: "normal".into() };
    house.tell(acme.id, Some(CallId::of_key("over")), end);
    for _ in 0..3000 {
        house.tell(globex.id, None, EventKind::Alarm { code: "scan".into(), detail: String::new() });
    }
    let page = until(&mut admin, "/t/acme", |text| text.contains("Clara Vogt")).await;
    assert!(!page.contains("Anna Berg"), "the call that is over still shows");
}

/// What the journal keeps of a call that has begun.
fn begun(tenant: TenantId, key: &str, from: Party) -> Entry {
    Entry::CallStarted {
        call: CallId::of_key(key),
        tenant,
        caller: LegId::of_key(key),
        sip_call_id: key.to_owned(),
        direction: Direction::Internal,
        from,
        dialled: "102".to_owned(),
        at: Wall::from_micros(1_795_230_000_000_000),
    }
}

#[tokio::test]
async fn company_that_takes_the_name_of_one_that_is_gone_sees_none_of_its_alarms() {
    let house = house("live-gone").await;
    let acme = house.tenant("acme");
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    house.tell(acme.id, None, EventKind::Alarm { code: "scan".into(), detail: "192.0.2.66".into() });
    until(&mut admin, "/t/acme", |text| text.contains("192.0.2.66")).await;
    let configuration = house.ports.records.configuration.clone();
    let (now, mut rng) =
        (house.ports.clock.now().wall, <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(2));
    let removal = Change::Remove(ObjectId::Tenant(acme.id)).into();
    configuration.apply("test", now, &mut rng, vec![removal], false).await.unwrap();
    let again = "tenants: [{id: acme, country: DE, timezone: UTC}]";
    configuration.import("test", now, &mut rng, again, Default::default()).await.unwrap();
    let mut operator = Browser::logged_in(&house, "root@ringdown.test", "operator-secret").await;
    until(&mut operator, "/t/acme", |text| !text.contains("192.0.2.66")).await;
}
