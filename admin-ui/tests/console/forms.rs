//! Forms end on a page that can be loaded anew: nothing is done twice, and a secret is shown once.

use crate::browser::Browser;
use crate::house::{Hand, House, somebody};
use axum::http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;

async fn admin(name: &str) -> (House, Browser) {
    let house = House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await;
    let browser = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    (house, browser)
}

/// The secret that a page shows.
fn secret(page: &str) -> Option<&str> {
    page.split_once("id=\"secret\">")?.1.split('<').next()
}

#[tokio::test]
async fn a_new_password_is_shown_once_on_the_persons_page() {
    let (house, mut admin) = admin("forms-password").await;
    let acme = house.tenant("acme");
    let (person, device) = somebody(&acme, "anna");
    let page = format!("/t/acme/people/{}", person.id);
    let answer = admin.post(&format!("/t/acme/devices/{}/password", device.id), "").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, page.as_str()));
    assert_eq!(secret(&answer.text), None);
    let ha1 = house.tenant("acme").devices[&device.id].ha1.clone();
    assert_ne!(ha1, device.ha1);
    let mut other = Browser::logged_in(&house, "root@ringdown.test", "operator-secret").await;
    assert_eq!(secret(&other.get(&page).await.text), None, "another session");
    assert_eq!(secret(&admin.get(&page).await.text).map(str::len), Some(20));
    assert_eq!(secret(&admin.get(&page).await.text), None, "a second time");
    assert_eq!(house.tenant("acme").devices[&device.id].ha1, ha1, "looking made another");
}

#[tokio::test]
async fn a_token_is_made_once_and_shown_once() {
    let (house, mut admin) = admin("forms-token").await;
    let answer = admin.post("/t/acme/tokens", "label=Wallboard&scope=calls:read").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/t/acme/tokens"));
    let shown = admin.get("/t/acme/tokens").await.text;
    assert!(secret(&shown).unwrap().starts_with("rd_"), "{shown}");
    admin.post("/display", "language=de&back=/t/acme/tokens").await;
    let again = admin.get("/t/acme/tokens").await;
    assert_eq!((again.status, secret(&again.text)), (StatusCode::OK, None));
    let tokens = house.ports.records.store.tokens(house.tenant("acme").id).await.unwrap();
    assert_eq!(tokens.len(), 1);
    let made = tokens[0].id;
    admin.post(&format!("/t/acme/tokens/{made}/revoke"), "").await;
    assert!(admin.get("/t/acme/tokens").await.text.contains("Der Schlüssel wurde widerrufen."));
}

#[tokio::test]
async fn what_was_done_is_said_once_on_the_next_page() {
    let (house, mut admin) = admin("forms-done").await;
    let acme = house.tenant("acme");
    let page = format!("/t/acme/people/{}", somebody(&acme, "clara").0.id);
    admin.get(&page).await;
    let unconfirmed = admin.post(&format!("{page}/remove"), "extension=1").await;
    assert_eq!((unconfirmed.status, unconfirmed.location()), (StatusCode::SEE_OTHER, page.as_str()));
    assert!(admin.get(&page).await.text.contains("Nothing was removed: 103 must be typed to confirm."));
    admin.post(&format!("{page}/edit"), "name=Clara+Kurz&extension=103&step=save").await;
    assert!(admin.get(&page).await.text.contains("“Clara Kurz” was saved."));
    assert!(!admin.get(&page).await.text.contains("was saved"));
    let removed = admin.post(&format!("{page}/remove"), "extension=103").await;
    assert_eq!(removed.location(), "/t/acme/people");
    assert!(admin.get("/t/acme/people").await.text.contains("“Clara Kurz” was removed."));
}

#[tokio::test]
async fn the_review_names_the_forms_fields_in_its_order_and_leads_back_to_it() {
    let (_house, mut admin) = admin("forms-review").await;
    let blank = admin.get("/t/acme/people/new").await.text;
    let id = blank.split_once("name=\"id\" value=\"").unwrap().1.split('"').next().unwrap();
    let typed = format!("id={id}&name=Zoe+Test&extension=150&email=zoe@acme.test");
    let review = admin.post("/t/acme/people/new", &format!("{typed}&step=check")).await.text;
    let rows: Vec<&str> =
        review.split("<th scope=\"row\">").skip(1).map(|row| row.split('<').next().unwrap()).collect();
    assert_eq!(rows, ["Name", "Extension", "E-mail"]);
    assert!(review.contains("name=\"step\" value=\"edit\""), "{review}");
    let form = admin.post("/t/acme/people/new", &format!("{typed}&step=edit")).await;
    assert_eq!(form.status, StatusCode::OK);
    for value in ["Zoe Test", "150", "zoe@acme.test"] {
        assert!(form.text.contains(&format!("value=\"{value}\"")), "{value}: {}", form.text);
    }
}
