//! Calls that go on, as a program finds and ends them.

use crate::api::{NOW, house_at};
use crate::browser::Browser;
use crate::house::{Hand, House};
use crate::records::{Story, answer, party, ring};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use pbx_core::base::ids::CallId;
use pbx_core::base::time::Wall;
use pbx_core::engine::io::Command;
use pbx_core::event::Disposition;
use pbx_core::journal::Entry;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

async fn house(name: &str) -> (House, Arc<Hand>) {
    let clock = Arc::new(Hand(AtomicI64::new(NOW)));
    (house_at(name, clock.clone()).await, clock)
}

/// A console with a program before it.
struct Program(Browser);

impl Program {
    fn at(house: &House) -> Self {
        Self(Browser::at(house).carrying("authorization", "Bearer secret"))
    }

    async fn ask(&mut self, method: &str, path: &str) -> (StatusCode, Value) {
        let answer = self.0.send(Request::builder().method(method).uri(path), Body::empty()).await;
        (answer.status, serde_json::from_str(&answer.text).unwrap_or_default())
    }

    async fn get(&mut self, path: &str) -> Value {
        let (status, found) = self.ask("GET", path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {found}");
        found
    }

    /// The calls that go on, once there are as many: the board's reader is a task of its own.
    async fn running(&mut self, count: usize) -> Vec<Value> {
        loop {
            let found = self.get("/api/v1/calls?state=running").await["items"].as_array().unwrap().clone();
            if found.len() == count {
                return found;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// Anna calls Ben, who answers; an hour later Clara calls Ben. An older call of Clara's is over.
async fn three_calls(house: &House, clock: &Hand) -> (CallId, CallId, CallId) {
    let acme = house.tenant("acme");
    let (first, second) = (CallId::of_key("first"), CallId::of_key("second"));
    ring(house, acme.id, first, party(&acme, "anna"), party(&acme, "ben"));
    answer(house, acme.id, first, party(&acme, "ben"));
    clock.0.fetch_add(3_600_000_000, Ordering::Relaxed);
    ring(house, acme.id, second, party(&acme, "clara"), party(&acme, "ben"));
    let story = Story {
        tenant: &acme,
        key: "over",
        from: party(&acme, "clara"),
        dialled: "102",
        rung: vec![(party(&acme, "ben"), 900)],
        talked: Some((0, 5_000)),
        disposition: Disposition::Answered,
        cause: "normal",
        started: Wall::from_micros(NOW),
    };
    house.keep(&[Entry::recorded(story.record()).unwrap()]).await;
    (first, second, story.id())
}

#[tokio::test]
async fn a_program_finds_the_calls_that_go_on() {
    let (house, clock) = house("running-list").await;
    let mut program = Program::at(&house);
    let (first, second, over) = three_calls(&house, &clock).await;
    let found = program.running(2).await;
    assert_eq!((&found[0]["id"], &found[1]["id"]), (&second.to_string().into(), &first.to_string().into()));
    let call = &found[1];
    assert_eq!((&call["state"], &call["from"]["name"]), (&"running".into(), &"Anna Berg".into()));
    assert_eq!((&call["to"]["name"], &call["talk_seconds"]), (&"Ben Adler".into(), &3600.into()));
    assert_eq!((&call["ended"], &call["disposition"], &call["cause"]), (&Value::Null, &Value::Null, &Value::Null));
    let ended = program.get("/api/v1/calls").await;
    assert_eq!(ended["items"].as_array().unwrap().len(), 1);
    assert_eq!((&ended["items"][0]["id"], &ended["items"][0]["state"]), (&over.to_string().into(), &"ended".into()));

    let page = program.get("/api/v1/calls?state=running&limit=1").await;
    let next = program.get(&format!("/api/v1/calls?state=running&cursor={}", page["next"].as_str().unwrap())).await;
    assert_eq!((&page["items"][0], &next["items"][0]["id"]), (&found[0], &found[1]["id"]));
    assert_eq!(next["next"], Value::Null);
    for query in ["state=odd", "state=running&text=Anna", "state=running&disposition=busy"] {
        let (status, problem) = program.ask("GET", &format!("/api/v1/calls?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}: {problem}");
    }
}

#[tokio::test]
async fn a_call_is_read_explained_and_ended_by_either_of_its_ids() {
    let (house, clock) = house("running-ids").await;
    let mut program = Program::at(&house);
    let (first, second, over) = three_calls(&house, &clock).await;
    program.running(2).await;
    for name in [over.to_string(), "over%40caller".to_owned()] {
        let call = program.get(&format!("/api/v1/calls/{name}")).await;
        assert_eq!((&call["id"], &call["state"]), (&over.to_string().into(), &"ended".into()), "{name}");
        assert!(call["decision"]["steps"].is_array(), "{call}");
        let why = program.get(&format!("/api/v1/calls/{name}/explanation?language=en")).await;
        assert!(why["lines"][0].as_str().unwrap().contains("Clara Vogt called 102"), "{why}");
    }
    let call = program.get(&format!("/api/v1/calls/{first}")).await;
    assert_eq!((&call["id"], &call["state"]), (&first.to_string().into(), &"running".into()));
    let (status, problem) = program.ask("GET", &format!("/api/v1/calls/{first}/explanation")).await;
    assert_eq!((status, &problem["type"]), (StatusCode::CONFLICT, &"/problems/going-on".into()));
    for name in [second.to_string(), format!("{second}%40caller")] {
        let (status, _) = program.ask("POST", &format!("/api/v1/calls/{name}/hang-up")).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{name}");
    }
    let told = house.commands.lock().unwrap().clone();
    assert!(told.len() == 2, "{told:?}");
    assert!(told.iter().all(|told| matches!(told, Command::HangUp { call, .. } if *call == second)), "{told:?}");
    let (status, problem) = program.ask("POST", &format!("/api/v1/calls/{over}/hang-up")).await;
    assert_eq!((status, &problem["type"]), (StatusCode::CONFLICT, &"/problems/ended".into()), "it is over");
    let (status, _) = program.ask("POST", &format!("/api/v1/calls/{}/hang-up", CallId::of_key("never"))).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "it never was");
}
