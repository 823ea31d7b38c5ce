//! A form that is sent after the log-in has ended, or with the token of an earlier one: nothing happens, and nothing is lost.

use crate::browser::{Answer, Browser};
use crate::house::{Hand, House, somebody};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;

/// A browser that says where its forms come from, as all do.
fn browser(router: &Router) -> Browser {
    Browser::before(router).carrying("sec-fetch-site", "same-origin")
}

async fn house(name: &str) -> (House, Router) {
    let house = House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let router = admin_ui::router(house.ports.clone()).unwrap();
    (house, router)
}

/// Ends every session of the house.
async fn forget_sessions(house: &House) {
    let far = pbx_core::base::time::Wall::from_micros(i64::MAX);
    house.ports.records.store.remove_expired_sessions(far).await.unwrap();
}

/// The value of a field of a page's form.
fn field(page: &Answer, name: &str) -> String {
    let found = page.text.split_once(&format!("name=\"{name}\" value=\"")).map_or("", |(_, rest)| rest);
    let value = found.split('"').next().unwrap();
    value.replace("&#x2F;", "/").replace("&amp;", "&").replace("&#x27;", "'")
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

const TYPED: &str = "name=Anna+Sommer&extension=101&email=anna@acme.test&step=save";

#[tokio::test]
async fn what_was_typed_while_the_log_in_ran_out_is_sent_after_the_next_one() {
    let (house, router) = house("late-expired").await;
    let mut admin = browser(&router);
    admin.log_in("admin@acme.test", "acme-secret").await;
    let path = format!("/t/acme/people/{}/edit", somebody(&house.tenant("acme"), "anna").0.id);
    admin.get(&path).await;
    forget_sessions(&house).await;

    let door = admin.post(&path, TYPED).await;
    assert_eq!(door.status, StatusCode::FORBIDDEN);
    assert!(door.text.contains("Your log-in has expired") && door.text.contains("name=\"password\""), "{}", door.text);
    let (to, form) = (field(&door, "late_to"), field(&door, "late_form"));
    assert_eq!(to, path);
    let carried = format!("late_to={}&late_form={}", escaped(&to), escaped(&form));
    let wrong = admin.post("/login", &format!("email=admin@acme.test&password=no&{carried}")).await;
    assert_eq!((wrong.status, field(&wrong, "late_to")), (StatusCode::UNPROCESSABLE_ENTITY, path.clone()));
    let kept = admin.post("/login", &format!("email=admin@acme.test&password=acme-secret&{carried}")).await;
    assert_eq!(kept.status, StatusCode::OK);
    assert!(kept.text.contains("What you typed is still here") && kept.text.contains("<dd>Anna Sommer</dd>"));
    let name = |house: &House| somebody(&house.tenant("acme"), "anna").0.name.clone();
    assert_eq!(name(&house), "Anna Berg", "it was sent without a word");

    let fields = ["name", "extension", "email", "step"].map(|name| format!("{name}={}", escaped(&field(&kept, name))));
    assert_eq!(admin.post(&to, &fields.join("&")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(name(&house), "Anna Sommer");
}

#[tokio::test]
async fn logging_out_of_what_has_run_out_is_done_with() {
    let (house, router) = house("late-log-out").await;
    let mut admin = browser(&router);
    admin.log_in("admin@acme.test", "acme-secret").await;
    admin.get("/t/acme").await;
    forget_sessions(&house).await;
    let answer = admin.post("/logout", "").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/login"));
}

#[tokio::test]
async fn a_form_of_an_earlier_log_in_is_shown_again_and_not_carried_out() {
    let (house, router) = house("late-token").await;
    let mut admin = browser(&router);
    admin.log_in("admin@acme.test", "acme-secret").await;
    admin.get("/t/acme/tokens").await;
    let old = admin.csrf.clone();
    admin.post("/logout", "").await;
    admin.log_in("admin@acme.test", "acme-secret").await;
    admin.get("/t/acme/tokens").await;
    assert_ne!(admin.csrf, old);
    let request = Request::post("/t/acme/tokens").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = format!("label=Wall+board&scope=calls:read&csrf={old}");
    let shown = admin.send(request, Body::from(form)).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN);
    assert_eq!((field(&shown, "label"), field(&shown, "scope")), ("Wall board".into(), "calls:read".into()));
    assert!(!shown.text.contains(&old) && shown.text.contains("action=\"&#x2F;t&#x2F;acme&#x2F;tokens\""));
    let tokens = || house.ports.records.store.tokens(house.tenant("acme").id);
    assert!(tokens().await.unwrap().is_empty());
    admin.post("/t/acme/tokens", "label=Wall+board&scope=calls:read").await;
    assert_eq!(tokens().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_log_in_page_that_stood_open_keeps_the_address() {
    let (_house, router) = house("late-door").await;
    let mut admin = browser(&router);
    admin.get("/login").await;
    admin.csrf = "0".repeat(32);
    let again = admin.post("/login", "email=admin@acme.test&password=acme-secret&next=/t/acme/people").await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    assert_eq!(field(&again, "next"), "/t/acme/people");
    assert!(again.text.contains("value=\"admin@acme.test\""), "{}", again.text);
    assert!(again.text.contains("open for too long") && !again.text.contains("value=\"acme-secret\""));
    let next = admin.post("/login", "email=admin@acme.test&password=acme-secret&next=/t/acme/people").await;
    assert_eq!(next.location(), "/t/acme/people");
}

#[tokio::test]
async fn what_another_site_sent_is_neither_kept_nor_carried_out() {
    let (house, router) = house("late-forged").await;
    let path = format!("/t/acme/people/{}/remove", somebody(&house.tenant("acme"), "anna").0.id);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.test"), ("accept", "*/*")] {
        let mut victim = Browser::before(&router).carrying(name, value);
        let nobody = victim.post(&path, "extension=101").await;
        assert_eq!((nobody.status, nobody.location()), (StatusCode::SEE_OTHER, "/login"), "{name}");
    }
    let mut victim = Browser::before(&router).carrying("origin", "https://evil.test");
    victim.log_in("admin@acme.test", "acme-secret").await;
    victim.csrf = String::new();
    let stale = victim.post(&path, "extension=101").await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    assert!(stale.text.contains("This form is too old") && !stale.text.contains("value=\"101\""), "{}", stale.text);
}

#[tokio::test]
async fn a_list_that_is_filtered_after_the_log_in_ran_out_gives_way_to_the_log_in_page() {
    let (house, router) = house("late-list").await;
    let mut admin = browser(&router);
    admin.log_in("admin@acme.test", "acme-secret").await;
    forget_sessions(&house).await;
    let request = Request::get("/t/acme/calls?text=berg").header("hx-request", "true");
    let answer = admin.send(request, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.headers["hx-redirect"], "/login?next=/t/acme/calls%3Ftext%3Dberg");
    assert!(!answer.text.contains("<form"), "a log-in form would stand among the rows");
}
