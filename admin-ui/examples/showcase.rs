//! Serves the console over a real store with records built in code and events replayed: to look at it, and for the browser tests.
//!
//! `cargo run -p admin-ui --example showcase -- 127.0.0.1:8480`

#![allow(clippy::unwrap_used, reason = "an example stops at its first surprise")]

#[path = "../tests/console/house.rs"]
mod house;
#[path = "../tests/console/records.rs"]
mod records;

use admin_ui::Clock;
use house::House;
use pbx_core::base::ids::{CallId, LegId};
use pbx_core::base::time::{Now, Wall};
use pbx_core::event::{Disposition, EventKind};
use pbx_core::journal::Entry;
use records::{Story, answer, ladder, outside, party, register, ring};
use std::net::SocketAddr;
use std::sync::Arc;

#[derive(Debug)]
struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "an example is a shell of its own")]
    fn now(&self) -> Now {
        Now { wall: Wall::from_micros(jiff::Timestamp::now().as_microsecond()), ..Now::default() }
    }
}

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8480".to_owned());
    let house = House::build("showcase", Arc::new(Machine)).await;
    let router = admin_ui::router(house.ports.clone()).unwrap();
    tokio::task::yield_now().await;
    past(&house).await;
    present(&house);
    let listener = tokio::net::TcpListener::bind(&address).await.unwrap();
    println!("http://{}/", listener.local_addr().unwrap());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async { tokio::signal::ctrl_c().await.unwrap() })
        .await
        .unwrap();
}

/// Calls that are over.
async fn past(house: &House) {
    let acme = house.tenant("acme");
    let now = house.ports.clock.now().wall.micros();
    let at = |minutes: i64| Wall::from_micros(now - minutes * 60_000_000);
    let (anna, ben, clara) = (party(&acme, "anna"), party(&acme, "ben"), party(&acme, "clara"));
    let caller = outside("+493012345678", "");
    let story = |key, from, dialled, rung, talked, disposition, cause, minutes| Story {
        tenant: &acme,
        key,
        from,
        dialled,
        rung,
        talked,
        disposition,
        cause,
        started: at(minutes),
    };
    let answered = Disposition::Answered;
    let stories = [
        story(
            "one",
            clara.clone(),
            "101",
            vec![(anna.clone(), 12_300), (ben.clone(), 14_000)],
            Some((1, 250_000)),
            answered,
            "normal",
            4,
        ),
        story(
            "two",
            caller.clone(),
            "+4930555100",
            vec![(anna.clone(), 5_100)],
            Some((0, 1_934_000)),
            answered,
            "normal",
            47,
        ),
        story("three", anna.clone(), "102", vec![(ben.clone(), 30_000)], None, Disposition::NoAnswer, "no-answer", 63),
        story("four", ben.clone(), "103", vec![(clara.clone(), 900)], None, Disposition::Busy, "busy", 95),
        story(
            "five",
            outside("", ""),
            "+4930555100",
            vec![(anna.clone(), 8_000)],
            None,
            Disposition::Cancelled,
            "caller-cancelled",
            180,
        ),
        story("six", clara.clone(), "199", vec![], None, Disposition::Rejected, "not-found", 1_500),
        story(
            "seven",
            anna.clone(),
            "103",
            vec![(clara.clone(), 2_000)],
            None,
            Disposition::Failed,
            "not-acceptable",
            2_900,
        ),
    ];
    let mut entries = Vec::new();
    for story in &stories {
        let mut record = story.record();
        if story.key == "two" {
            let media = record.segments[0].media.as_mut().unwrap();
            media.from_b =
                pbx_core::cdr::ReceivedMedia { announced: Some("10.0.0.7:40000".into()), ..Default::default() };
            media.from_a.strangers = vec!["198.51.100.9:4000".into()];
        }
        house.sip_log.append(&ladder(story)).unwrap();
        entries.push(Entry::recorded(record).unwrap());
    }
    house.keep(&entries).await;
}

/// Phones that can be reached, calls that go on.
fn present(house: &House) {
    let acme = house.tenant("acme");
    register(house, &acme, "anna", [192, 0, 2, 7]);
    register(house, &acme, "ben", [192, 0, 2, 8]);
    register(house, &acme, "clara", [192, 0, 2, 9]);
    let globex = house.tenant("globex");
    register(house, &globex, "gil", [198, 51, 100, 4]);
    let id = |key: &str| CallId::of_key(key);
    ring(house, acme.id, id("live-1"), party(&acme, "anna"), party(&acme, "ben"));
    answer(house, acme.id, id("live-1"), party(&acme, "ben"));
    ring(house, acme.id, id("live-2"), outside("+493012345678", "Wagner Logistik"), party(&acme, "clara"));
    ring(house, acme.id, id("live-3"), party(&acme, "clara"), party(&acme, "lobby"));
    answer(house, acme.id, id("live-3"), party(&acme, "lobby"));
    house.tell(acme.id, Some(id("live-3")), EventKind::Held { leg: LegId::of_key("live-3") });
}
