//! The console behind TLS proxies: who asks, and whether by HTTPS, is what a proxy of the operator's list says.

use crate::browser::{Answer, Browser};
use crate::house::{Hand, House};
use axum::Router;
use axum::http::{StatusCode, header};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;
const PROXY: &str = "10.0.0.1";
/// What one address may get wrong in the name of one account.
const TRIES: usize = 10;

/// A house whose proxies are 10.0.0.0/8, and its console.
async fn house(name: &str) -> (House, Router) {
    let mut house = House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await;
    house.ports.options.proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let router = admin_ui::router(house.ports.clone()).unwrap();
    (house, router)
}

/// A browser at this address, as the proxy tells of it.
fn behind_proxy(console: &Router, client: &str) -> Browser {
    Browser::before(console).from(PROXY).carrying("x-forwarded-for", client).carrying("x-forwarded-proto", "https")
}

fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// How many wrong passwords are checked before the answer is that it is too often.
async fn guesses(browser: &mut Browser, email: &str) -> usize {
    for done in 0..100 {
        if browser.log_in(email, "no").await.status == StatusCode::TOO_MANY_REQUESTS {
            return done;
        }
    }
    100
}

#[tokio::test]
async fn by_https_cookies_are_secure_and_the_browser_is_told_to_stay() {
    let (_house, console) = house("proxies-https").await;
    let mut browser = behind_proxy(&console, "203.0.113.9").carrying("sec-fetch-site", "same-origin");
    let page = browser.get("/login").await;
    assert_eq!(page.headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    let entered = browser.log_in("admin@acme.test", "acme-secret").await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "the form's token is known again");
    assert_eq!(browser.get("/t/acme").await.status, StatusCode::OK);
    let chosen = browser.post("/display", "theme=dark&back=/t/acme").await;
    let set: Vec<String> = [&page, &entered, &chosen].into_iter().flat_map(cookies).collect();
    assert!(set.len() >= 3 && set.iter().all(|cookie| cookie.contains("; Secure")), "{set:?}");
    assert!(set.iter().any(|cookie| cookie.starts_with("__Host-ringdown=")), "{set:?}");
    assert!(set.iter().any(|cookie| cookie.starts_with("__Host-ringdown-form=")), "{set:?}");
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "its forms are believed");
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused_behind_the_proxy_too() {
    let (_house, console) = house("proxies-forged").await;
    let mut browser = behind_proxy(&console, "203.0.113.9").carrying("sec-fetch-site", "cross-site");
    assert_eq!(browser.log_in("admin@acme.test", "acme-secret").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn by_plain_http_one_can_log_in_without_the_proxy() {
    let (_house, console) = house("proxies-plain").await;
    let mut browser = Browser::before(&console).from("127.0.0.1");
    let entered = browser.log_in("admin@acme.test", "acme-secret").await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    assert!(cookies(&entered).iter().all(|cookie| !cookie.contains("Secure")), "{:?}", cookies(&entered));
    assert!(!entered.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    assert_eq!(browser.get("/t/acme").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_stranger_who_plays_the_proxy_is_not_believed() {
    let (house, console) = house("proxies-stranger").await;
    let forged = |n: usize| {
        let stranger = Browser::before(&console).from("198.51.100.66");
        stranger.carrying("x-forwarded-for", &format!("203.0.113.{n}")).carrying("x-forwarded-proto", "https")
    };
    let page = forged(1).get("/login").await;
    assert!(!page.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    assert!(cookies(&page).iter().all(|cookie| !cookie.contains("Secure")));
    let mut checked = 0;
    while forged(checked).log_in("admin@acme.test", "no").await.status != StatusCode::TOO_MANY_REQUESTS {
        checked += 1;
    }
    assert_eq!(checked, TRIES, "another claim is no other source");
    let mut admin = Browser::before(&console).from("192.0.2.1");
    admin.log_in("admin@acme.test", "acme-secret").await;
    let audit = admin.get("/t/acme/audit").await.text;
    assert!(audit.contains("198.51.100.66") && !audit.contains("203.0.113."), "{audit}");
    drop(house);
}

#[tokio::test]
async fn the_limit_hits_the_one_who_guesses_and_no_neighbour_behind_the_same_proxy() {
    let (_house, console) = house("proxies-limit").await;
    let mut guesser = behind_proxy(&console, "203.0.113.9");
    assert_eq!(guesses(&mut guesser, "admin@acme.test").await, TRIES);
    let mut guesser_again = behind_proxy(&console, "198.51.100.1, 203.0.113.9");
    let refused = guesser_again.log_in("admin@acme.test", "acme-secret").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "with a header of its own it is still the same");
    let mut neighbour = behind_proxy(&console, "203.0.113.10");
    assert_eq!(neighbour.log_in("admin@acme.test", "acme-secret").await.status, StatusCode::SEE_OTHER);
    let audit = neighbour.get("/t/acme/audit").await.text;
    let line = |code: &str, address: &str| {
        audit.split("<tr>").any(|row| row.contains(&format!(">{code}<")) && row.contains(&format!(">{address}<")))
    };
    assert!(line("login.failed", "203.0.113.9") && line("login", "203.0.113.10"), "{audit}");
}

#[tokio::test]
async fn right_log_ins_do_not_count() {
    let (_house, console) = house("proxies-right").await;
    let mut office = behind_proxy(&console, "203.0.113.9");
    for _ in 0..2 * TRIES {
        in_and_out(&mut office).await;
    }
    let mut failures = 0;
    while office.log_in("root@ringdown.test", "no").await.status != StatusCode::TOO_MANY_REQUESTS {
        failures += 1;
        in_and_out(&mut office).await;
    }
    assert_eq!(failures, TRIES, "what is right neither counts nor forgives");
}

async fn in_and_out(browser: &mut Browser) {
    assert_eq!(browser.log_in("admin@acme.test", "acme-secret").await.status, StatusCode::SEE_OTHER);
    browser.get("/t/acme").await;
    assert_eq!(browser.post("/logout", "").await.status, StatusCode::SEE_OTHER);
}
