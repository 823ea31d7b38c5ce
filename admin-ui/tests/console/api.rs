//! The API as a program sees it.

use crate::browser::{Answer, Browser};
use crate::house::{Hand, House, somebody};
use crate::records::{party, ring};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use pbx_core::base::ids::{CallId, TokenId};
use pbx_core::base::time::Wall;
use pbx_core::store::Token;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
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

#[tokio::test]
async fn every_field_that_is_wrong_is_named_with_a_code_of_the_document() {
    let house = house("api-fields").await;
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let codes = document["components"]["schemas"]["ProblemField"]["properties"]["code"]["description"].clone();
    let bodies = [
        (r#"{"extension":"130"}"#, "name", "required"),
        (r#"{"name":" ","extension":"130"}"#, "name", "required"),
        (r#"{"name":5,"extension":"130"}"#, "name", "grammar"),
        (r#"{"name":"X","extension":"130","phone":"1"}"#, "phone", "unknown"),
        (r#"{"name":"X","extension":"101"}"#, "extension", "taken"),
        (r#"{"name":"X","extension":"0"}"#, "extension", "grammar"),
        (r#"{"name":"X","extension":"112"}"#, "extension", "emergency"),
        (r#"{"name":"A\u202eB","extension":"130"}"#, "name", "grammar"),
        (r#"{"name":"A\u0007B","extension":"130"}"#, "name", "grammar"),
        (r#"{"name":"X","extension":"130","email":"Anna@acme.test"}"#, "email", "taken"),
        (r#"{"name":"X","extension":"130","email":"anna"}"#, "email", "grammar"),
    ];
    for (body, field, code) in bodies {
        let answer = send(&house, "POST", "/api/v1/people", None, body).await;
        let problem: Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {problem}");
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!((errors.len(), &errors[0]["field"], &errors[0]["code"]), (1, &field.into(), &code.into()), "{body}");
        assert!(codes.as_str().unwrap().contains(&format!("`{code}`")), "{code} is not in the document");
    }
    let own = somebody(&house.tenant("acme"), "anna").0.id;
    let path = format!("/api/v1/people/{own}");
    let body = r#"{"name":"Anna Berg","extension":"101","email":"anna@acme.test"}"#;
    assert_eq!(send(&house, "PUT", &path, None, body).await.status, StatusCode::OK, "the own e-mail is not taken");
}

#[tokio::test]
async fn what_is_asked_for_and_not_known_is_refused_by_name() {
    let house = house("api-unknown").await;
    let call = CallId::of_key("none");
    for (path, name) in [
        ("/api/v1/calls?texte=x".to_owned(), "texte"),
        ("/api/v1/people?page=2".to_owned(), "page"),
        (format!("/api/v1/calls/{call}?expand=legs"), "expand"),
        (format!("/api/v1/calls/{call}/explanation?lang=de"), "lang"),
        (format!("/api/v1/calls/{call}/explanation?language=xx"), "language"),
    ] {
        let answer = send(&house, "GET", &path, None, "").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.text);
        assert!(answer.text.contains(&format!("`{name}`")), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_bodys_kind_must_be_said_and_the_schemes_case_does_not_matter() {
    let house = house("api-kind").await;
    let post = || Request::post("/api/v1/people").header(header::AUTHORIZATION, "bearer secret");
    let silent = Browser::at(&house).send(post(), Body::from(DORA)).await;
    assert_eq!(silent.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{}", silent.text);
    assert!(silent.text.contains("Content-Type: application/json"), "{}", silent.text);
    let said = post().header(header::CONTENT_TYPE, "application/json; charset=utf-8");
    let answer = Browser::at(&house).send(said, Body::from(DORA)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
}

#[tokio::test]
async fn a_persons_phone_is_renamed_and_removed() {
    let house = house("api-phones").await;
    let acme = house.tenant("acme");
    let (ben, desk) = somebody(&acme, "ben");
    let anna = somebody(&acme, "anna").0;
    let path = format!("/api/v1/people/{}/devices/{}", ben.id, desk.id);
    let taken = send(&house, "PATCH", &path, None, r#"{"label":"LAPTOP "}"#).await;
    let problem: Value = serde_json::from_str(&taken.text).unwrap();
    assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&"label".into(), &"taken".into()));
    let renamed = send(&house, "PATCH", &path, None, r#"{"label":"Front desk"}"#).await;
    let device: Value = serde_json::from_str(&renamed.text).unwrap();
    assert_eq!((renamed.status, &device["label"]), (StatusCode::OK, &"Front desk".into()), "{device}");
    let anothers = path.replace(&ben.id.to_string(), &anna.id.to_string());
    assert_eq!(send(&house, "DELETE", &anothers, None, "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(&house, "DELETE", &path, None, "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(send(&house, "DELETE", &path, None, "").await.status, StatusCode::NOT_FOUND);
    assert!(!house.tenant("acme").devices.contains_key(&desk.id));
    let audit = house.ports.records.store.audit(acme.id, None, 500).await.unwrap();
    let own = audit.lines.iter().filter(|line| line.actor == "api:t");
    let deeds: BTreeSet<&str> = own.map(|line| line.action.as_str()).collect();
    assert_eq!(deeds, ["device.changed", "device.removed"].into());
}
