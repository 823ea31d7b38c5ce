//! Every route × every role × a foreign tenant: whatever is another tenant's answers as what is not there, byte for byte.

use crate::browser::{Answer, Browser};
use crate::house::{Hand, House, somebody};
use crate::records::{Story, party};
use admin_ui::{Permission, Scope};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use pbx_core::base::ids::{CallId, TokenId};
use pbx_core::base::time::Wall;
use pbx_core::event::Disposition;
use pbx_core::journal::Entry;
use pbx_core::store::Token;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;
/// An id that nothing has.
const NOTHING: &str = "00000000-0000-8000-8000-000000000000";

async fn house(name: &str) -> House {
    House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await
}

/// Real ids of a tenant, for every placeholder that a route may have.
struct Ids {
    call: String,
    person: String,
    device: String,
    token: String,
}

async fn ids(house: &House, slug: &str, person: &str) -> Ids {
    let tenant = house.tenant(slug);
    let (someone, device) = somebody(&tenant, person);
    let story = Story {
        tenant: &tenant,
        key: "walk",
        from: party(&tenant, person),
        dialled: "102",
        rung: vec![],
        talked: None,
        disposition: Disposition::Rejected,
        cause: "not-found",
        started: Wall::from_micros(NOW),
    };
    house.keep(&[Entry::recorded(story.record()).unwrap()]).await;
    let id = TokenId::of_key(slug);
    add_token(house, slug, id, Scope::ALL.map(|scope| scope.code().to_owned()).to_vec()).await;
    Ids {
        call: story.id().to_string(),
        person: someone.id.to_string(),
        device: device.id.to_string(),
        token: id.to_string(),
    }
}

async fn add_token(house: &House, slug: &str, id: TokenId, scopes: Vec<String>) {
    let created = Wall::from_micros(NOW);
    let token = Token { id, label: slug.to_owned(), scopes, created, expires: None, last_used: None };
    let hash = Sha256::digest(secret(id)).into();
    house.ports.records.store.add_token(house.tenant(slug).id, &token, hash).await.unwrap();
}

fn secret(id: TokenId) -> String {
    format!("rd_{id}")
}

/// A route's path with these ids, in this tenant. A placeholder without a case fails here: every new one needs one.
fn fill(path: &str, tenant: &str, ids: &Ids) -> String {
    let filled = path
        .replace("{tenant}", tenant)
        .replace("{call}", &ids.call)
        .replace("{person}", &ids.person)
        .replace("{device}", &ids.device)
        .replace("{token}", &ids.token)
        .replace("{version}", "0")
        .replace("{name}", "nothing.css");
    assert!(!filled.contains('{'), "{path} has a placeholder without a case in this test");
    filled
}

fn nothing() -> Ids {
    Ids { call: NOTHING.into(), person: NOTHING.into(), device: NOTHING.into(), token: NOTHING.into() }
}

async fn open(browser: &mut Browser, method: &Method, path: &str) -> Answer {
    if method == Method::GET {
        return browser.get(path).await;
    }
    browser.post(path, "name=X&extension=177&label=X&scope=calls:read").await
}

fn pages() -> Vec<(Method, String, Permission)> {
    let all = admin_ui::routes();
    all.into_iter().filter(|(_, _, needs)| !matches!(needs, Permission::Token(_))).collect()
}

#[tokio::test]
async fn nobody_gets_in_without_logging_in() {
    let house = house("walk-nobody").await;
    let ids = ids(&house, "acme", "anna").await;
    for (method, path, needs) in pages() {
        let mut browser = Browser::at(&house);
        let answer = open(&mut browser, &method, &fill(&path, "acme", &ids)).await;
        if needs != Permission::Public {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{method} {path}");
            assert!(answer.location().starts_with("/login"), "{method} {path} → {}", answer.location());
        }
    }
}

#[tokio::test]
async fn a_foreign_tenants_things_answer_as_what_is_not_there() {
    let house = house("walk-foreign").await;
    let theirs = ids(&house, "globex", "gil").await;
    let _ours = ids(&house, "acme", "anna").await;
    for (email, password) in [("admin@acme.test", "acme-secret"), ("anna@acme.test", "anna-secret")] {
        let mut browser = Browser::logged_in(&house, email, password).await;
        for (method, path, needs) in pages() {
            if !matches!(needs, Permission::Member | Permission::Admin) {
                continue;
            }
            // Through their tenant, and through ours with their ids: both as an address that never was.
            let never = open(&mut browser, &method, &fill(&path, "nowhere", &nothing())).await;
            let foreign = open(&mut browser, &method, &fill(&path, "globex", &theirs)).await;
            assert_eq!(never.status, StatusCode::NOT_FOUND, "{method} {path}");
            assert_eq!((never.status, &never.text), (foreign.status, &foreign.text), "{email}: {method} {path}");
            if path.matches('{').count() > 1 {
                let never = open(&mut browser, &method, &fill(&path, "acme", &nothing())).await;
                let crossed = open(&mut browser, &method, &fill(&path, "acme", &theirs)).await;
                assert!(never.status.is_client_error(), "{method} {path} → {}", never.status);
                assert_eq!((never.status, &never.text), (crossed.status, &crossed.text), "{email}: {method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn every_role_gets_what_the_table_says_and_no_more() {
    let roles = [
        ("root@ringdown.test", "operator-secret", 3),
        ("admin@acme.test", "acme-secret", 2),
        ("anna@acme.test", "anna-secret", 1),
    ];
    for (email, password, rank) in roles {
        let house = house(&format!("walk-role-{rank}")).await;
        let ids = ids(&house, "acme", "anna").await;
        let mut browser = Browser::logged_in(&house, email, password).await;
        let mut routes = pages();
        routes.sort_by_key(|(method, path, _)| {
            (path.ends_with("/remove"), method == Method::POST && path.ends_with("/revoke"))
        });
        for (method, path, needs) in routes {
            if path == "/logout" || path.ends_with("events") || path.starts_with("/assets") {
                continue;
            }
            let status = open(&mut browser, &method, &fill(&path, "acme", &ids)).await.status;
            assert!(!status.is_server_error(), "{email}: {method} {path} → {status}");
            let needed = match needs {
                Permission::Operator => 3,
                Permission::Admin => 2,
                _ => 1,
            };
            let refused = status == StatusCode::FORBIDDEN || status == StatusCode::NOT_FOUND;
            assert_eq!(refused, rank < needed, "{email}: {method} {path} → {status}");
        }
    }
}

#[tokio::test]
async fn a_token_does_what_its_scope_says_in_its_own_tenant() {
    let house = house("walk-token").await;
    let theirs = ids(&house, "globex", "gil").await;
    let _ours = ids(&house, "acme", "anna").await;
    let full = secret(TokenId::of_key("acme"));
    for (method, path, needs) in admin_ui::routes() {
        let Permission::Token(scope) = needs else { continue };
        let others = Scope::ALL.iter().filter(|other| **other != scope).map(|other| other.code().to_owned()).collect();
        let narrow = TokenId::of_key(&format!("narrow {method} {path}"));
        add_token(&house, "acme", narrow, others).await;
        let foreign = ask(&house, &method, &fill(&path, "", &theirs), Some(&full)).await;
        let never = ask(&house, &method, &fill(&path, "", &nothing()), Some(&full)).await;
        assert_eq!((foreign.status, &foreign.text), (never.status, &never.text), "{method} {path}");
        if path.contains('{') {
            assert_eq!(never.status, StatusCode::NOT_FOUND, "{method} {path}");
        }
        let refused = ask(&house, &method, &fill(&path, "", &nothing()), Some(&secret(narrow))).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {path}");
        let stranger = ask(&house, &method, &fill(&path, "", &nothing()), None).await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_eq!(stranger.headers[header::CONTENT_TYPE], "application/problem+json");
    }
}

async fn ask(house: &House, method: &Method, path: &str, token: Option<&str>) -> Answer {
    let mut browser = Browser::at(house);
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = match *method {
        Method::POST | Method::PUT => r#"{"name":"","extension":""}"#,
        Method::PATCH => r#"{"label":""}"#,
        _ => "",
    };
    browser.send(request.header(header::CONTENT_TYPE, "application/json"), Body::from(body)).await
}

#[test]
fn an_id_of_nothing_is_an_id() {
    assert!(NOTHING.parse::<CallId>().is_ok());
}
