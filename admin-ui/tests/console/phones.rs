//! Phones on a person's page: what to type into one, a new name, a way out, and who sees what of it.

use crate::browser::Browser;
use crate::house::{Hand, House, somebody};
use crate::records::register;
use axum::http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;

async fn house(name: &str) -> House {
    House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await
}

async fn admin(house: &House) -> Browser {
    Browser::logged_in(house, "admin@acme.test", "acme-secret").await
}

fn page_of(house: &House, slug: &str) -> String {
    format!("/t/acme/people/{}", somebody(&house.tenant("acme"), slug).0.id)
}

/// What Ben's phones are called, in their order.
fn bens(house: &House) -> Vec<String> {
    let acme = house.tenant("acme");
    let ben = somebody(&acme, "ben").0;
    acme.devices_of(ben).map(|device| device.label.clone()).collect()
}

/// What the admin did to phones, as the audit has it.
async fn deeds(house: &House) -> Vec<String> {
    let audit = house.ports.records.store.audit(house.tenant("acme").id, None, 500).await.unwrap();
    let own = audit.lines.into_iter().filter(|line| line.actor == "admin@acme.test");
    own.map(|line| line.action).filter(|action| action.starts_with("device.")).collect()
}

#[tokio::test]
async fn a_phone_is_renamed_but_not_like_another_of_the_same_person() {
    let house = house("phones-rename").await;
    let mut admin = admin(&house).await;
    let (acme, page) = (house.tenant("acme"), page_of(&house, "ben"));
    let device = somebody(&acme, "ben").1;
    let path = format!("/t/acme/devices/{}/label", device.id);
    for (label, fault) in [
        ("laptop", "already has a phone with that name"),
        ("+", "must be filled in"),
        ("A%E2%80%AEB", "no line breaks or hidden"),
    ] {
        let answer = admin.post(&path, &format!("label={label}")).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, page.as_str()), "{label}");
        let shown = admin.get(&page).await.text;
        assert!(shown.contains(fault), "{label}: {shown}");
        assert_eq!(bens(&house), ["Desk phone", "Laptop"], "{label}");
    }
    admin.post(&path, "label=Front+desk").await;
    assert!(admin.get(&page).await.text.contains("The phone is now called “Front desk”."));
    assert_eq!(bens(&house), ["Front desk", "Laptop"]);
    assert_eq!(house.tenant("acme").devices[&device.id].ha1, device.ha1, "its password stays");
    assert_eq!(deeds(&house).await, ["device.changed"]);
}

#[tokio::test]
async fn a_phone_is_not_added_under_a_name_that_the_person_has() {
    let house = house("phones-add").await;
    let mut admin = admin(&house).await;
    let page = page_of(&house, "ben");
    admin.get(&page).await;
    admin.post(&format!("{page}/devices"), "label=desk+phone").await;
    let shown = admin.get(&page).await.text;
    assert!(shown.contains("already has a phone with that name") && shown.contains("value=\"desk phone\""), "{shown}");
    assert_eq!(bens(&house).len(), 2);
    admin.post(&format!("{page}/devices"), "label=Kitchen").await;
    assert!(admin.get(&page).await.text.contains("id=\"secret\""));
    assert_eq!(bens(&house), ["Desk phone", "Laptop", "Kitchen"]);
}

#[tokio::test]
async fn a_phone_is_removed_once_its_name_was_typed() {
    let house = house("phones-remove").await;
    let mut admin = admin(&house).await;
    let (acme, page) = (house.tenant("acme"), page_of(&house, "ben"));
    let path = format!("/t/acme/devices/{}/remove", somebody(&acme, "ben").1.id);
    admin.get(&page).await;
    admin.post(&path, "label=Laptop").await;
    assert!(admin.get(&page).await.text.contains("Nothing was removed: “Desk phone” must be typed"));
    assert_eq!(bens(&house).len(), 2);
    let answer = admin.post(&path, "label=Desk+phone").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, page.as_str()));
    assert!(admin.get(&page).await.text.contains("The phone “Desk phone” was removed."));
    assert_eq!(bens(&house), ["Laptop"]);
    assert_eq!(admin.post(&path, "label=Desk+phone").await.status, StatusCode::NOT_FOUND);
    assert_eq!(deeds(&house).await, ["device.removed"]);
}

#[tokio::test]
async fn what_must_be_typed_into_a_phone_is_on_its_page() {
    let house = house("phones-server").await;
    let shown = admin(&house).await.get(&page_of(&house, "anna")).await.text;
    for fact in ["acme-anna-desk", "192.0.2.1:5060", "UDP or TCP", "acme.test"] {
        assert!(shown.contains(&format!(">{fact}<")), "{fact} is missing: {shown}");
    }
}

#[tokio::test]
async fn a_user_sees_whether_colleagues_can_be_reached_and_not_where() {
    let house = house("phones-sight").await;
    let acme = house.tenant("acme");
    let mut anna = Browser::logged_in(&house, "anna@acme.test", "anna-secret").await;
    register(&house, &acme, "ben", [192, 0, 2, 8]);
    register(&house, &acme, "anna", [192, 0, 2, 7]);
    let mut people = String::new();
    while !people.contains("192.0.2.7:5060") {
        people = anna.get("/t/acme/people").await.text;
        tokio::task::yield_now().await;
    }
    let (bens, lobbys) = (anna.get(&page_of(&house, "ben")).await.text, anna.get(&page_of(&house, "lobby")).await.text);
    assert!(bens.contains("Reachable since") && lobbys.contains("Always reachable"), "{bens}{lobbys}");
    for fact in ["192.0.2.8", "acme-ben-desk", "acme-ben-soft", "127.0.0.1:7080"] {
        assert!(![&people, &bens, &lobbys].iter().any(|page| page.contains(fact)), "a user sees {fact}");
    }
    let own = anna.get(&page_of(&house, "anna")).await.text;
    assert!(own.contains("acme-anna-desk") && own.contains("Reachable at 192.0.2.7:5060"), "{own}");
    let admins = admin(&house).await.get(&page_of(&house, "ben")).await.text;
    assert!(admins.contains("acme-ben-desk"), "{admins}");
}
