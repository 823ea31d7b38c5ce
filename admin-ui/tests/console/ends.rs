//! The live stream ends with the session that opened it, and tells of the company as it is configured now.

use crate::browser::Browser;
use crate::house::{Hand, House};
use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, header};
use futures_util::StreamExt;
use rand_chacha::rand_core::SeedableRng;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tower::ServiceExt;

const NOW: i64 = 1_795_230_000_000_000;

async fn house(name: &str) -> (House, Router) {
    let house = House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let router = admin_ui::router(house.ports.clone()).unwrap();
    (house, router)
}

async fn import(house: &House, text: &str) {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(2);
    let now = house.ports.clock.now().wall;
    house.ports.records.configuration.import("import", now, &mut rng, text, Default::default()).await.unwrap();
}

/// The live stream of a browser that is logged in; the whole board was heard.
async fn listen(router: &Router, browser: &Browser) -> BodyDataStream {
    let cookie = format!("ringdown={}", browser.cookie("ringdown").unwrap());
    let request = Request::get("/t/acme/live/events").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let mut stream = router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    assert_ne!(until(&mut stream, "event: rows").await, None, "the stream never began");
    stream
}

/// What is heard until these words; nothing if the stream ends before. A stream that has nothing to say but that it lives
/// (beat after beat) will neither say them nor end.
async fn until(stream: &mut BodyDataStream, words: &str) -> Option<String> {
    let mut heard = String::new();
    while !heard.contains(words) {
        heard.push_str(&String::from_utf8_lossy(&stream.next().await?.unwrap()));
        assert!(heard.matches("event: beat").count() < 4, "the stream goes on and says nothing; it said {heard}");
    }
    Some(heard)
}

#[tokio::test]
async fn a_stream_ends_at_once_when_its_reader_logs_out() {
    let (_house, router) = house("ends-log-out").await;
    let (mut leaves, mut stays) = (Browser::before(&router), Browser::before(&router));
    leaves.log_in("admin@acme.test", "acme-secret").await;
    stays.log_in("anna@acme.test", "anna-secret").await;
    let (mut first, mut second) = (listen(&router, &leaves).await, listen(&router, &stays).await);
    leaves.get("/t/acme").await;
    leaves.post("/logout", "").await;
    assert_eq!(until(&mut first, "never").await, None);
    stays.get("/t/acme").await;
    stays.post("/logout", "").await;
    assert_eq!(until(&mut second, "never").await, None, "the other one ends with its own session");
}

#[tokio::test]
async fn a_stream_ends_at_once_when_the_log_in_is_changed_or_removed() {
    let (house, router) = house("ends-log-in").await;
    let changes = [
        ("admin@acme.test", "acme-secret", "admins: [{email: admin@acme.test, password: another-secret}]"),
        ("anna@acme.test", "anna-secret", "users: [{id: anna, email: anna.berg@acme.test}]"),
    ];
    for (email, password, change) in changes {
        let mut browser = Browser::before(&router);
        browser.log_in(email, password).await;
        let mut stream = listen(&router, &browser).await;
        import(&house, &format!("tenants: [{{id: acme, {change}}}]")).await;
        assert_eq!(until(&mut stream, "never").await, None, "{email}");
    }
}

#[tokio::test]
async fn a_stream_tells_of_the_phones_that_there_are_now() {
    let (house, router) = house("ends-import").await;
    let mut admin = Browser::before(&router);
    admin.log_in("admin@acme.test", "acme-secret").await;
    let mut stream = listen(&router, &admin).await;
    import(&house, "tenants: [{id: acme, users: [{id: clara, devices: [{id: desk}, {id: soft}, {id: car}]}]}]").await;
    let heard = until(&mut stream, "event: figures").await.unwrap() + &until(&mut stream, "event: rows").await.unwrap();
    assert!(heard.contains("of 7 phones"), "{heard}");
}
