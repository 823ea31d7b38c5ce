//! What the pages tell about calls, phones and the past, in words that people know.

use crate::browser::Browser;
use crate::house::{Hand, House, somebody};
use crate::records::{Story, ladder, outside, party};
use pbx_core::base::time::Wall;
use pbx_core::event::Disposition;
use pbx_core::journal::Entry;
use pbx_core::sip_log::LoggedMessage as Message;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

const NOW: i64 = 1_795_230_000_000_000;

async fn house(name: &str) -> House {
    House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await
}

/// A call that the carrier brought and Anna took; gives its id.
async fn a_call_from_outside(house: &House) -> String {
    a_call_with_odd_messages(house, "").await
}

/// The same, with these headers in each of its messages.
async fn a_call_with_odd_messages(house: &House, headers: &str) -> String {
    let acme = house.tenant("acme");
    let story = Story {
        tenant: &acme,
        key: "outside",
        from: outside("+493012345678", "Wagner Logistik"),
        dialled: "+4930555100",
        rung: vec![(party(&acme, "anna"), 900)],
        talked: Some((0, 5_000)),
        disposition: Disposition::Answered,
        cause: "normal",
        started: Wall::from_micros(NOW - 600_000_000),
    };
    house.keep(&[Entry::recorded(story.record()).unwrap()]).await;
    let odd = |(tenant, message): (_, Message)| {
        let text = String::from_utf8(message.bytes.to_vec()).unwrap();
        (tenant, Message { bytes: text.replacen("\r\n", &format!("\r\n{headers}"), 1).into(), ..message })
    };
    house.sip_log.append(&ladder(&story).into_iter().map(odd).collect::<Vec<_>>()).unwrap();
    story.id().to_string()
}

#[tokio::test]
async fn the_lanes_of_a_ladder_have_the_names_of_the_trunk_and_the_phone() {
    let house = house("telling-lanes").await;
    let call = a_call_from_outside(&house).await;
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let page = admin.get(&format!("/t/acme/calls/{call}")).await.text;
    for name in ["class=\"lane-name\">carrier<", "class=\"lane-name\">Anna Berg<", "carrier → Ringdown"] {
        assert!(page.contains(name), "{name} is missing in {page}");
    }
    assert!(page.contains("Wagner Logistik hung up."), "{page}");
}

#[tokio::test]
async fn what_could_not_be_read_stands_at_the_message_that_came_with_it() {
    let house = house("telling-flaws").await;
    let call = a_call_with_odd_messages(&house, "Reason: Last=reset-reset\r\n").await;
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let page = admin.get(&format!("/t/acme/calls/{call}")).await.text;
    assert_eq!(
        page.matches("Not readable, so ignored: Reason</span>").count(),
        6,
        "what came, not what was sent: {page}"
    );
    admin.post("/display", "language=de&back=/t/acme").await;
    let page = admin.get(&format!("/t/acme/calls/{call}")).await.text;
    assert!(page.contains("Nicht lesbar, daher nicht beachtet: Reason</span>"), "{page}");
}

#[tokio::test]
async fn a_list_of_calls_names_templates_and_germans_read_german() {
    let house = house("telling-titles").await;
    let call = a_call_from_outside(&house).await;
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let page = admin.get("/t/acme/calls").await.text;
    assert!(page.contains("Ring the person") && !page.contains(">ring-person<"), "{page}");
    admin.post("/display", "language=de&back=/t/acme").await;
    assert!(admin.get("/t/acme/calls").await.text.contains("Person anrufen"));
    let page = admin.get(&format!("/t/acme/calls/{call}")).await.text;
    assert!(page.contains("„Person anrufen“ entscheidet") && page.contains("+9,0 s"), "{page}");
}

#[tokio::test]
async fn phones_that_cannot_be_reached_are_not_all_right() {
    let house = house("telling-health").await;
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let page = admin.get("/t/acme").await.text;
    assert!(page.contains("class=\"health partly\"") && page.contains("4 phones cannot be reached"), "{page}");
    let mut root = Browser::logged_in(&house, "root@ringdown.test", "operator-secret").await;
    assert!(root.get("/tenants").await.text.contains("4 not reachable"));
}

#[tokio::test]
async fn an_empty_company_teaches_the_next_step() {
    let house = house("telling-empty").await;
    let mut rng = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(2);
    let company = "tenants: [{id: solo, name: Solo, domains: [solo.test], timezone: UTC, country: GB, language: en}]";
    let now = Wall::from_micros(NOW);
    house.ports.records.configuration.import("import", now, &mut rng, company, Default::default()).await.unwrap();
    let mut root = Browser::logged_in(&house, "root@ringdown.test", "operator-secret").await;
    let page = root.get("/t/solo").await.text;
    assert!(page.contains("Nobody is here yet") && page.contains("Add the first person"), "{page}");
    assert!(!page.contains("Everything is all right"), "{page}");
}

#[tokio::test]
async fn a_user_without_calls_is_not_told_to_set_up_accounts() {
    let house = house("telling-user").await;
    let mut anna = Browser::logged_in(&house, "anna@acme.test", "anna-secret").await;
    let page = anna.get("/t/acme/calls").await.text;
    assert!(page.contains("Your finished calls are kept here"), "{page}");
    assert!(!page.contains("See people and their accounts"), "{page}");
    assert!(anna.get("/t/acme").await.text.contains("You have no call right now"));
}

#[tokio::test]
async fn a_user_reads_whom_to_ask_for_what_is_not_allowed() {
    let house = house("telling-403").await;
    let mut anna = Browser::logged_in(&house, "anna@acme.test", "anna-secret").await;
    let refused = anna.get("/t/acme/tokens").await;
    assert_eq!(refused.status, axum::http::StatusCode::FORBIDDEN);
    assert!(refused.text.contains("Ask your phone administrator: admin@acme.test."), "{}", refused.text);
    assert!(refused.text.contains("Go to Live") && !refused.text.contains("globex"), "{}", refused.text);
}

#[tokio::test]
async fn the_audit_names_people_with_a_link_as_long_as_they_are_there() {
    let house = house("telling-audit").await;
    let acme = house.tenant("acme");
    let (anna, _) = somebody(&acme, "anna");
    let link = format!("href=\"/t/acme/people/{}\">", anna.id);
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let page = admin.get("/t/acme/audit").await.text.replace("&#x2F;", "/");
    for words in ["Anna Berg</a>", "Anna Berg, Desk phone</a>"] {
        assert!(page.contains(&format!("{link}{words}")), "{words} is missing in {page}");
    }
    assert!(page.contains("href=\"/t/acme\">Acme</a>") && !page.contains("person/anna"), "{page}");
    admin.post(&format!("/t/acme/people/{}/remove", anna.id), "extension=101").await;
    let page = admin.get("/t/acme/audit").await.text.replace("&#x2F;", "/");
    assert!(page.contains("Removed a person") && !page.contains(&link), "{page}");
}
