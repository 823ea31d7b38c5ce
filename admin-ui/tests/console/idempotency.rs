//! Keys of requests: carried out once, whatever becomes of the connection or of the task that carried it out.

use crate::api::{DORA, NOW, house_at, send};
use crate::browser::{Answer, Browser};
use crate::house::{Hand, House};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::task::Poll;

async fn house(name: &str) -> House {
    house_at(name, Arc::new(Hand(AtomicI64::new(NOW)))).await
}

/// Goes on with something for this many turns, then drops it: what a server does when the client hangs up.
async fn broken_off<T>(work: impl Future<Output = T>, turns: usize) {
    let mut work = pin!(work);
    let mut left = turns;
    poll_fn(|cx| {
        left = left.saturating_sub(1);
        if left == 0 { Poll::Ready(()) } else { work.as_mut().poll(cx).map(drop) }
    })
    .await;
}

/// Asks with a key until the answer is another than that it is being done.
async fn answered(house: &House, key: &str, body: &str) -> Answer {
    for _ in 0..200 {
        let answer = send(house, "POST", "/api/v1/people", Some(key), body).await;
        if answer.status != StatusCode::CONFLICT {
            return answer;
        }
        tokio::task::yield_now().await;
    }
    panic!("the key {key} is stuck");
}

#[tokio::test]
async fn a_key_is_answered_although_the_first_client_hung_up() {
    let house = house("key-hung-up").await;
    for turns in 2..16 {
        let (before, key) = (house.tenant("acme").people.len(), format!("after {turns} turns"));
        let body = DORA.replace("130", &format!("{}", 130 + turns));
        broken_off(send(&house, "POST", "/api/v1/people", Some(&key), &body), turns).await;
        let answer = answered(&house, &key, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{key}: {}", answer.text);
        assert_eq!(house.tenant("acme").people.len(), before + 1, "{key}");
    }
}

#[tokio::test]
async fn what_is_kept_is_in_effect_although_the_client_hung_up() {
    let house = house("key-in-effect").await;
    let records = &house.ports.records;
    for turns in 2..24 {
        let body = DORA.replace("130", &format!("{}", 130 + turns));
        broken_off(send(&house, "POST", "/api/v1/people", None, &body), turns).await;
        let mut looks = 0;
        while records.store.revision().await.unwrap() != records.configuration.snapshot().revision {
            looks += 1;
            assert!(looks < 200, "after {turns} turns a change is kept that is not in effect");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_key_whose_request_died_is_free_after_a_minute() {
    let clock = Arc::new(Hand(AtomicI64::new(NOW)));
    let mut house = house_at("key-died", clock.clone()).await;
    let (random, dies) = (house.ports.random.clone(), AtomicBool::new(true));
    house.ports.random = Arc::new(move |to| {
        assert!(!dies.swap(false, Ordering::Relaxed), "the first request dies here");
        random(to);
    });
    let first = send(&house, "POST", "/api/v1/people", Some("k"), DORA).await;
    assert_eq!(first.status, StatusCode::INTERNAL_SERVER_ERROR);
    let at_once = send(&house, "POST", "/api/v1/people", Some("k"), DORA).await;
    assert_eq!(at_once.status, StatusCode::CONFLICT, "it may still be going on");
    clock.0.fetch_add(61_000_000, Ordering::Relaxed);
    let later = send(&house, "POST", "/api/v1/people", Some("k"), DORA).await;
    assert_eq!(later.status, StatusCode::CREATED, "{}", later.text);
    clock.0.fetch_add(3_600_000_000, Ordering::Relaxed);
    let again = send(&house, "POST", "/api/v1/people", Some("k"), DORA).await;
    assert_eq!((again.status, again.text), (StatusCode::CREATED, later.text), "an answer is kept for a day");
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_refused_and_nothing_is_done() {
    let house = house("key-odd").await;
    let before = house.tenant("acme").people.len();
    for key in [&b"schl\xc3\xbcssel"[..], b"", &[b'k'; 201]] {
        let request = Request::post("/api/v1/people").header(header::AUTHORIZATION, "Bearer secret");
        let request = request.header("idempotency-key", key).header(header::CONTENT_TYPE, "application/json");
        let answer = Browser::at(&house).send(request, Body::from(DORA)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{key:?}");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
        assert!(answer.text.contains("Idempotency-Key"), "{}", answer.text);
    }
    assert_eq!(house.tenant("acme").people.len(), before);
}
