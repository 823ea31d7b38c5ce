//! The API as a program sees it.

use crate::browser::{Answer, Browser};
use crate::house::{Hand, House};
use crate::records::{party, ring};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use pbx_core::ids::{CallId, TokenId};
use pbx_core::store::Token;
use pbx_core::time::Wall;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

pub(crate) const NOW: i64 = 1_795_230_000_000_000;

async fn house(name: &str) -> House {
    house_at(name, Arc::new(Hand(AtomicI64::new(NOW)))).await
}

/// A house with this clock, whose Acme has a token for everything.
pub(crate) async fn house_at(name: &str, clock: Arc<Hand>) -> House {
    let house = House::build(name, clock).await;
    let scopes = admin_ui::Scope::ALL.map(|scope| scope.code().to_owned()).to_vec();
    let id = TokenId::of_key("t");
    let token =
        Token { id, label: "t".into(), scopes, created: Wall::from_micros(NOW), expires: None, last_used: None };
    let acme = house.tenant("acme").id;
    house.ports.records.store.add_token(acme, &token, Sha256::digest("secret").into()).await.unwrap();
    house
}

/// Sends a JSON body with Acme's token.
pub(crate) async fn send(house: &House, method: &str, path: &str, key: Option<&str>, body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, "Bearer secret");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let request = request.header(header::CONTENT_TYPE, "application/json");
    Browser::at(house).send(request, Body::from(body.to_owned())).await
}

pub(crate) const DORA: &str = r#"{"name":"Dora Klein","extension":"130","email":"dora@acme.test"}"#;

#[tokio::test]
async fn the_same_key_adds_one_person_and_answers_twice() {
    let house = house("api-key").await;
    let before = house.tenant("acme").people.len();
    let first = send(&house, "POST", "/api/v1/people", Some("k1"), DORA).await;
    let second = send(&house, "POST", "/api/v1/people", Some("k1"), DORA).await;
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::CREATED), "{}", first.text);
    assert_eq!(first.text, second.text);
    assert_eq!(house.tenant("acme").people.len(), before + 1);
    let other = send(&house, "POST", "/api/v1/people", Some("k1"), &DORA.replace("130", "131")).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn faults_come_by_the_field_and_nothing_is_changed() {
    let house = house("api-faults").await;
    let revision = house.ports.records.configuration.snapshot().revision;
    let answer = send(&house, "POST", "/api/v1/people", None, r#"{"name":"X","extension":"101"}"#).await;
    let problem: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["errors"][0]["field"], "extension", "{problem}");
    assert_eq!(house.ports.records.configuration.snapshot().revision, revision);
    let answer = send(&house, "POST", "/api/v1/people", None, "{").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
}

#[tokio::test]
async fn a_person_is_changed_and_removed() {
    let house = house("api-person").await;
    let made: Value = serde_json::from_str(&send(&house, "POST", "/api/v1/people", None, DORA).await.text).unwrap();
    let path = format!("/api/v1/people/{}", made["id"].as_str().unwrap());
    let changed = send(&house, "PUT", &path, None, &DORA.replace("130", "132")).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert!(house.tenant("acme").person_at("132").is_some() && house.tenant("acme").person_at("130").is_none());
    assert_eq!(send(&house, "DELETE", &path, None, "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(send(&house, "GET", &path, None, "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_come_page_by_page() {
    let house = house("api-pages").await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = send(&house, "GET", &format!("/api/v1/people?limit=3{cursor}"), None, "").await;
        let page: Value = serde_json::from_str(&answer.text).unwrap();
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|person| person["extension"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["101", "102", "103", "104"]);
}

#[tokio::test]
async fn whatever_cannot_be_answered_is_a_problem_with_its_reason() {
    let house = house("api-problems").await;
    let asked = [
        ("GET", "/api/v1/calls?limit=x", 400, "limit"),
        ("GET", "/api/v1/calls?limit=70000", 400, "limit"),
        ("GET", "/api/v1/people?limit=-1", 400, "limit"),
        ("GET", "/api/v1/calls/%FF", 404, ""),
        ("GET", "/api/v1/nothing", 404, ""),
        ("POST", "/api/v2/calls", 404, ""),
        ("PATCH", "/api/v1/calls", 405, "Allow"),
        ("DELETE", "/api/v1/openapi.json", 405, "Allow"),
    ];
    for (method, path, status, reason) in asked {
        let answer = send(&house, method, path, None, "").await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json", "{method} {path}");
        let problem: Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(problem["status"], status, "{method} {path}");
        assert!(problem["detail"].as_str().unwrap_or("").contains(reason), "{method} {path}: {problem}");
        assert_eq!(answer.headers.contains_key(header::ALLOW), status == 405, "{method} {path}");
    }
}

#[tokio::test]
async fn a_call_that_a_program_ends_is_in_the_audit() {
    let house = house("api-hang-up").await;
    let acme = house.tenant("acme");
    let call = CallId::of_key("programmed");
    let mut browser = Browser::at(&house);
    ring(&house, acme.id, call, party(&acme, "anna"), party(&acme, "ben"));
    let path = format!("/api/v1/calls/{call}/hang-up");
    let mut last = StatusCode::NOT_FOUND;
    while last == StatusCode::NOT_FOUND {
        tokio::task::yield_now().await;
        let request = Request::post(&path).header(header::AUTHORIZATION, "Bearer secret");
        last = browser.send(request, Body::empty()).await.status;
    }
    assert_eq!(last, StatusCode::ACCEPTED);
    assert_eq!(house.commands.lock().unwrap().len(), 1);
    let audit = house.ports.records.store.audit(acme.id, None, 500).await.unwrap();
    let line = audit.lines.iter().find(|line| line.action == "call.hung-up").unwrap();
    assert_eq!((line.actor.as_str(), line.object.clone()), ("api:t", call.to_string()));
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_said() {
    let house = house("api-filter").await;
    for query in ["disposition=odd", "limit=0", "cursor=x", "from=yesterday"] {
        let answer = send(&house, "GET", &format!("/api/v1/calls?{query}"), None, "").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
}
