//! What a person of a company sees of what goes on: the own calls, and of nobody else's that there are any.

use crate::browser::Browser;
use crate::house::{Hand, House};
use crate::records::{Story, answer, outside, party, ring};
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, header};
use futures_util::StreamExt;
use pbx_core::base::ids::CallId;
use pbx_core::base::time::Wall;
use pbx_core::directory::Tenant;
use pbx_core::event::{Disposition, EventKind};
use pbx_core::journal::Entry;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tower::ServiceExt;

const NOW: i64 = 1_795_230_000_000_000;
/// The live stream of Acme.
const STREAM: &str = "/t/acme/live/events";

async fn house(name: &str) -> House {
    House::build(name, Arc::new(Hand(AtomicI64::new(NOW)))).await
}

fn of(key: &str) -> CallId {
    CallId::of_key(key)
}

/// The live stream as one logged-in reader hears it.
struct Stream {
    body: BodyDataStream,
    heard: String,
}

impl Stream {
    /// Opens it, and hears the whole board first.
    async fn of(house: &House, email: &str, password: &str) -> Self {
        let router = admin_ui::router(house.ports.clone()).unwrap();
        let browser = Browser::logged_in(house, email, password).await;
        let cookie = format!("ringdown={}", browser.cookie("ringdown").unwrap());
        let request = Request::get(STREAM).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let body = router.oneshot(request).await.unwrap().into_body().into_data_stream();
        let mut stream = Self { body, heard: String::new() };
        stream.until("event: rows").await;
        stream
    }

    /// Reads on until this was heard.
    async fn until(&mut self, words: &str) {
        while !self.heard.contains(words) {
            let more = self.body.next().await.unwrap().unwrap();
            self.heard.push_str(&String::from_utf8_lossy(&more));
        }
    }
}

/// A call that Globex has, one that Ben has with Clara, and then one that Anna has.
fn three_calls(house: &House, acme: &Tenant) {
    let globex = house.tenant("globex");
    ring(house, globex.id, of("foreign"), outside("+442071234567", "Foreign Caller"), party(&globex, "gil"));
    ring(house, acme.id, of("bens"), party(acme, "ben"), party(acme, "clara"));
    answer(house, acme.id, of("bens"), party(acme, "clara"));
    ring(house, acme.id, of("annas"), outside("+493012345678", "Wagner Logistik"), party(acme, "anna"));
}

/// Whether a text tells of a call that is not Anna's.
fn tells_of_others(text: &str) -> Option<String> {
    let words = ["Foreign Caller", "Gil Frost", "Ben Adler", "Clara Vogt"].map(str::to_owned);
    let ids = ["foreign", "bens"].map(|key| of(key).to_string());
    words.into_iter().chain(ids).find(|word| text.contains(word))
}

#[tokio::test]
async fn a_users_stream_tells_of_the_own_calls_alone() {
    let house = house("sight-stream").await;
    let acme = house.tenant("acme");
    let mut anna = Stream::of(&house, "anna@acme.test", "anna-secret").await;
    three_calls(&house, &acme);
    anna.until("Wagner Logistik").await;
    let end = || EventKind::CallEnded { disposition: Disposition::Answered, cause: "normal".into() };
    house.tell(acme.id, Some(of("bens")), end());
    house.tell(acme.id, Some(of("annas")), end());
    anna.until(&format!("{{\"html\":null,\"id\":\"{}\"}}", of("annas"))).await;
    assert_eq!(tells_of_others(&anna.heard), None, "{}", anna.heard);
}

#[tokio::test]
async fn an_admins_stream_tells_of_every_call_of_the_company_and_of_no_other() {
    let house = house("sight-admin").await;
    let mut admin = Stream::of(&house, "admin@acme.test", "acme-secret").await;
    three_calls(&house, &house.tenant("acme"));
    admin.until("Wagner Logistik").await;
    admin.until("Clara Vogt").await;
    let foreign = ["Foreign Caller".to_owned(), "Gil Frost".to_owned(), of("foreign").to_string()];
    assert!(!foreign.iter().any(|word| admin.heard.contains(word)), "{}", admin.heard);
}

#[tokio::test]
async fn a_users_live_page_shows_the_own_calls_alone() {
    let house = house("sight-page").await;
    let mut anna = Browser::logged_in(&house, "anna@acme.test", "anna-secret").await;
    three_calls(&house, &house.tenant("acme"));
    let mut page = String::new();
    while !page.contains("Wagner Logistik") {
        page = anna.get("/t/acme").await.text;
        tokio::task::yield_now().await;
    }
    assert_eq!(tells_of_others(&page), None, "{page}");
    assert!(page.contains("You have 1 call right now"), "{page}");
    assert!(page.contains("Your calls right now"), "{page}");
    assert!(!page.contains("hang-up"), "a user ends calls");
}

#[tokio::test]
async fn a_users_file_of_calls_holds_the_own_calls_alone() {
    let house = house("sight-csv").await;
    let (acme, globex) = (house.tenant("acme"), house.tenant("globex"));
    let mut entries = Vec::new();
    let calls = [
        (&globex, "foreign", outside("+442071234567", "Foreign Caller"), "gil"),
        (&acme, "bens", party(&acme, "ben"), "clara"),
        (&acme, "annas", outside("+493012345678", "Wagner Logistik"), "anna"),
    ];
    for (tenant, key, from, to) in calls {
        let (rung, talked) = (vec![(party(tenant, to), 900)], Some((0, 5_000)));
        let (disposition, cause, started) = (Disposition::Answered, "normal", Wall::from_micros(NOW));
        let story = Story { tenant, key, from, dialled: "1", rung, talked, disposition, cause, started };
        entries.push(Entry::recorded(story.record()).unwrap());
    }
    house.keep(&entries).await;
    let mut anna = Browser::logged_in(&house, "anna@acme.test", "anna-secret").await;
    let own = anna.get("/t/acme/calls.csv").await.text;
    assert_eq!(own.lines().count(), 2, "{own}");
    assert!(own.contains("Wagner Logistik,"), "{own}");
    let mut admin = Browser::logged_in(&house, "admin@acme.test", "acme-secret").await;
    let all = admin.get("/t/acme/calls.csv").await.text;
    assert_eq!((all.lines().count(), all.contains("Foreign Caller")), (3, false), "{all}");
}
