//! The frame around the pages: the way in, the way on, the search box, what is remembered.

use crate::browser::Browser;
use crate::house::{Hand, House};
use crate::records::{Story, outside, party};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use pbx_core::base::time::Wall;
use pbx_core::event::Disposition;
use pbx_core::journal::Entry;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;

async fn house(name: &str) -> House {
    House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await
}

#[tokio::test]
async fn a_server_without_accounts_tells_how_the_first_one_is_made() {
    let house = house("frame-first").await;
    let store = &house.ports.records.store;
    assert!(!Browser::at(&house).get("/login").await.text.contains("ringdown import"));
    let mut work = store.begin().await.unwrap();
    for account in store.every_account().await.unwrap() {
        assert!(work.remove_account(account.id).await.unwrap());
    }
    work.commit().await.unwrap();
    let page = Browser::at(&house).get("/login").await.text;
    for words in ["Nobody can log in yet", "operators:", "ringdown import operators.yaml"] {
        assert!(page.contains(words), "{words} is missing in {page}");
    }
    assert!(!page.contains("type=\"password\""), "{page}");
}

#[tokio::test]
async fn the_search_box_finds_people_numbers_and_calls_and_keeps_what_was_typed() {
    let house = house("frame-find").await;
    let acme = house.tenant("acme");
    let story = Story {
        tenant: &acme,
        key: "found",
        from: outside("+493012345678", "Bergmann"),
        dialled: "102",
        rung: vec![(party(&acme, "ben"), 900)],
        talked: None,
        disposition: Disposition::NoAnswer,
        cause: "no-answer",
        started: Wall::from_micros(NOW - 1_000_000),
    };
    house.keep(&[Entry::recorded(story.record()).unwrap()]).await;
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let page = admin.get("/t/acme/find?text=berg").await.text;
    assert!(page.contains("<strong>Anna Berg</strong>") && page.contains(&story.id().to_string()), "{page}");
    assert!(page.contains("id=\"find\" name=\"text\" type=\"search\" value=\"berg\""), "{page}");
    assert!(admin.get("/t/acme/find?text=030+555").await.text.contains(">+4930555100</strong>"));
    assert!(admin.get("/t/acme/find?text=door+phone").await.text.contains("<strong>Lobby</strong>"));
    assert!(admin.get("/t/acme/find?text=Gil").await.text.contains("Nothing found"), "another company's person");
    let mut anna = Browser::logged_in(&house, "anna@acme.test", "anna-secret").await;
    let page = anna.get("/t/acme/find?text=berg").await.text;
    assert!(page.contains("Anna Berg") && !page.contains(&story.id().to_string()), "{page}");
}

#[tokio::test]
async fn whoever_is_logged_in_finds_the_way_on_from_a_page_that_is_not_there() {
    let house = house("frame-lost").await;
    let calls = "href=\"/t/acme/calls\"";
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    for path in ["/nothing", "/t/globex", "/t/acme/calls/none", "/logout"] {
        let page = admin.get(path).await;
        let text = page.text.replace("&#x2F;", "/");
        assert!(page.status.is_client_error() && text.contains(calls), "{path}: {text}");
    }
    let stranger = Browser::at(&house).get("/nothing").await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    assert!(!stranger.text.contains("nav-main") && stranger.text.contains("brand-mark"), "{}", stranger.text);
}

#[tokio::test]
async fn another_company_is_opened_on_the_same_kind_of_page() {
    let house = house("frame-switch").await;
    let mut root = Browser::logged_in(&house, "root@ringdown.test", "operator-secret").await;
    for (path, there) in [("/t/acme/people", "/t/globex/people\""), ("/t/acme", "/t/globex\"")] {
        assert!(root.get(path).await.text.replace("&#x2F;", "/").contains(there), "{path}");
    }
}

#[tokio::test]
async fn without_a_script_a_theme_is_chosen_and_the_page_stays() {
    let house = house("frame-theme").await;
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let form = format!("theme=dark&back=&csrf={}", admin.csrf);
    let kind = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let ask =
        |from: &'static str| Request::post("/display").header(kind.0.clone(), kind.1).header(header::REFERER, from);
    let answer = admin.send(ask("http://pbx.test/t/acme/calls?text=Clara"), Body::from(form.clone())).await;
    assert_eq!(answer.location(), "/t/acme/calls?text=Clara");
    let answer = admin.send(ask("http://pbx.test//elsewhere.test/"), Body::from(form)).await;
    assert_eq!(answer.location(), "/");
}
