//! The pages as people use them.

use crate::browser::Browser;
use crate::house::{Hand, House, somebody};
use crate::records::{Story, ladder, outside, party};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use pbx_core::base::time::Wall;
use pbx_core::event::Disposition;
use pbx_core::journal::Entry;
use pbx_core::store::StoredSession;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;

async fn house(name: &str) -> House {
    House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await
}

/// A call of Clara's that Anna did not hear and Ben answered.
async fn clara_calls(house: &House) -> String {
    let acme = house.tenant("acme");
    let rung = vec![(party(&acme, "anna"), 12_300), (party(&acme, "ben"), 14_000)];
    let (from, started) = (party(&acme, "clara"), Wall::from_micros(NOW - 600_000_000));
    let (disposition, cause) = (Disposition::Answered, "normal");
    let talked = Some((1, 250_000));
    let story = Story { tenant: &acme, key: "one", from, dialled: "101", rung, talked, disposition, cause, started };
    house.keep(&[Entry::recorded(story.record()).unwrap()]).await;
    house.sip_log.append(&ladder(&story)).unwrap();
    story.id().to_string()
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_get_the_same_answer() {
    let house = house("pages-wrong").await;
    let mut browser = Browser::at(&house);
    let wrong = browser.log_in("admin@acme.test", "no").await;
    let unknown = browser.log_in("nobody@acme.test", "no").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.text.replace("admin@", "nobody@"), unknown.text.replace("admin@", "nobody@"));
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_with_a_page() {
    let house = house("pages-unreadable").await;
    let mut browser = Browser::at(&house);
    browser.get("/login").await;
    let half = browser.post("/login", "email=admin@acme.test").await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(half.text.contains("id=\"login-error\"") && half.text.contains("value=\"admin@acme.test\""));

    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let csrf = browser.csrf.clone();
    let request = Request::post("/display").header("x-csrf-token", csrf).header(header::CONTENT_TYPE, "text/plain");
    let answers = [
        (browser.send(request, Body::from("language=de")).await, StatusCode::BAD_REQUEST),
        (browser.get("/t/acme/audit?after=x").await, StatusCode::NOT_FOUND),
        (browser.get("/t/acme/calls/%FF").await, StatusCode::NOT_FOUND),
        (browser.get("/logout").await, StatusCode::METHOD_NOT_ALLOWED),
    ];
    for (answer, status) in answers {
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.text.contains("<h1>") && answer.text.contains("href=\"/\""), "{status}: {}", answer.text);
    }
}

#[tokio::test]
async fn expired_sessions_are_swept_out_at_the_next_log_in() {
    let house = house("pages-sweep").await;
    let store = &house.ports.records.store;
    let expires = Wall::from_micros(NOW - 1);
    assert!(store.add_session(&StoredSession { id: "old".into(), data: "{}".into(), expires }).await.unwrap());
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    assert_eq!(store.remove_expired_sessions(Wall::from_micros(NOW)).await.unwrap(), 0, "the old one is still kept");
    assert_eq!(browser.get("/t/acme").await.status, StatusCode::OK);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let house = house("pages-guess").await;
    let mut browser = Browser::at(&house);
    let mut last = StatusCode::OK;
    for _ in 0..12 {
        last = browser.log_in("admin@acme.test", "no").await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_session_gets_a_new_id_at_log_in_and_ends_at_log_out() {
    let house = house("pages-session").await;
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let first = browser.cookie("ringdown").unwrap().to_owned();
    assert_eq!(browser.get("/t/acme").await.status, StatusCode::OK);
    browser.post("/logout", "").await;
    assert_eq!(browser.get("/t/acme").await.status, StatusCode::SEE_OTHER);
    browser.log_in("admin@acme.test", "acme-secret").await;
    assert_ne!(browser.cookie("ringdown").unwrap(), first);
}

#[tokio::test]
async fn a_form_without_the_token_changes_nothing() {
    let house = house("pages-forged").await;
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let acme = house.tenant("acme");
    let path = format!("/t/acme/people/{}/remove", somebody(&acme, "anna").0.id);
    for form in ["extension=101", "extension=101&csrf=", "extension=101&csrf=00"] {
        let request = Request::post(&path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        assert_eq!(browser.send(request, Body::from(form)).await.status, StatusCode::FORBIDDEN, "{form}");
    }
    assert_eq!(house.tenant("acme").people.len(), 4);
    assert_eq!(browser.post(&path, "extension=101").await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.tenant("acme").people.len(), 3);
}

#[tokio::test]
async fn a_calls_page_says_the_sentence_the_reasons_the_sound_and_the_ladder() {
    let house = house("pages-call").await;
    let call = clara_calls(&house).await;
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let page = browser.get(&format!("/t/acme/calls/{call}")).await.text;
    for words in ["Clara Vogt called 101.", "Anna Berg’s phone (Desk phone) rang 12 s.", "4 min 10 s", "180 Ringing"]
    {
        assert!(page.contains(words), "{words} is missing");
    }
    assert!(page.contains("was heard well"));
    assert!(page.contains("they talked for 4 min 10 s. Clara Vogt hung up.</h1>"), "{page}");
    assert!(page.contains("20 Nov 2026") || page.contains("21 Nov 2026"), "the day is missing in {page}");
}

#[tokio::test]
async fn calls_are_found_by_what_is_typed_and_come_as_csv() {
    let house = house("pages-find").await;
    let call = clara_calls(&house).await;
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    for (query, found) in
        [("text=Clara", true), ("text=nobody", false), ("outcome=answered", true), ("outcome=busy", false)]
    {
        let page = browser.get(&format!("/t/acme/calls?{query}")).await.text;
        assert_eq!(page.contains(&call), found, "{query}");
    }
    let csv = browser.get("/t/acme/calls.csv").await;
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(csv.text.lines().count(), 2);
    assert!(csv.text.contains("Clara Vogt,101,"));
}

#[tokio::test]
async fn other_filters_change_the_list_and_the_file_and_back_is_a_whole_page() {
    let house = house("pages-back").await;
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let ask = |names: &[&'static str]| {
        let request = Request::get("/t/acme/calls?text=Clara&outcome=busy");
        names.iter().fold(request, |request, name| request.header(*name, "true"))
    };
    let part = browser.send(ask(&["hx-request"]), Body::empty()).await;
    assert!(!part.text.contains("<html"), "{}", part.text);
    let file = "href=\"&#x2F;t&#x2F;acme&#x2F;calls.csv?text=Clara&amp;outcome=busy\" id=\"csv\" hx-swap-oob=\"true\"";
    assert!(part.text.contains(file), "{}", part.text);
    assert!(part.headers[header::VARY].to_str().unwrap().contains("HX-Request"));
    let back = browser.send(ask(&["hx-request", "hx-history-restore-request"]), Body::empty()).await;
    assert!(back.text.contains("<html") && back.text.contains("id=\"csv\">"), "{}", back.text);
}

#[tokio::test]
async fn a_number_is_found_however_it_is_written() {
    let house = house("pages-number").await;
    let acme = house.tenant("acme");
    let story = Story {
        tenant: &acme,
        key: "number",
        from: outside("+493023125001", ""),
        dialled: "101",
        rung: vec![(party(&acme, "anna"), 900)],
        talked: None,
        disposition: Disposition::Busy,
        cause: "busy",
        started: Wall::from_micros(NOW - 1_000_000),
    };
    house.keep(&[Entry::recorded(story.record()).unwrap()]).await;
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    for typed in ["493023125001", "%2B49+30+23125001", "030+23125001", "0049-30-23125001", "030/2312"] {
        let page = browser.get(&format!("/t/acme/calls?text={typed}")).await.text;
        assert!(page.contains(&story.id().to_string()), "{typed} finds nothing");
    }
    assert!(!browser.get("/t/acme/calls?text=040+23125001").await.text.contains(&story.id().to_string()));
}

#[tokio::test]
async fn a_user_sees_the_own_calls_alone() {
    let house = house("pages-own").await;
    let clara = clara_calls(&house).await;
    let acme = house.tenant("acme");
    let story = Story {
        tenant: &acme,
        key: "not-annas",
        from: outside("+493012345678", ""),
        dialled: "103",
        rung: vec![(party(&acme, "clara"), 900)],
        talked: None,
        disposition: Disposition::Busy,
        cause: "busy",
        started: Wall::from_micros(NOW - 1_000_000),
    };
    house.keep(&[Entry::recorded(story.record()).unwrap()]).await;
    let mut anna = Browser::logged_in(&house, "anna@acme.test", "anna-secret").await;
    assert_eq!(anna.get(&format!("/t/acme/calls/{clara}")).await.status, StatusCode::OK);
    assert_eq!(anna.get(&format!("/t/acme/calls/{}", story.id())).await.status, StatusCode::NOT_FOUND);
    assert!(!anna.get("/t/acme/calls").await.text.contains(&story.id().to_string()));
}

#[tokio::test]
async fn a_change_is_shown_first_and_in_effect_after() {
    let house = house("pages-edit").await;
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let path = format!("/t/acme/people/{}/edit", somebody(&house.tenant("acme"), "anna").0.id);
    browser.get(&path).await;
    let form = "name=Anna+Sommer&extension=101&email=anna@acme.test";
    let shown = browser.post(&path, &format!("{form}&step=check")).await;
    assert!(
        shown.text.contains("<del>Anna Berg</del>") && shown.text.contains("<ins>Anna Sommer</ins>"),
        "{}",
        shown.text
    );
    assert!(house.tenant("acme").people.values().any(|person| person.name == "Anna Berg"));
    assert_eq!(browser.post(&path, &format!("{form}&step=save")).await.status, StatusCode::SEE_OTHER);
    assert!(house.tenant("acme").people.values().any(|person| person.name == "Anna Sommer"));
    let taken = browser.post(&path, "name=Anna&extension=102&step=check").await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.text.contains("id=\"extension-fault\""));
}

#[tokio::test]
async fn the_console_speaks_german_and_darkness_is_remembered() {
    let house = house("pages-german").await;
    let mut browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    browser.post("/display", "language=de&back=/t/acme").await;
    browser.post("/display", "theme=dark&back=/t/acme").await;
    let page = browser.get("/t/acme").await.text;
    assert!(page.contains("lang=\"de\"") && page.contains("data-theme=\"dark\"") && page.contains("Laufende Anrufe"));
}

#[tokio::test]
async fn browsers_are_told_to_be_careful() {
    let house = house("pages-headers").await;
    let answer = Browser::at(&house).get("/login").await;
    let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe")
    );
    assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
}
