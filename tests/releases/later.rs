//! What a later release has written: this one leaves it alone, and says who can read it.

use crate::rig::company::Company;
use crate::rig::server::{PROGRAM, Server, words};
use pbx_core::base::ids::{CallId, TenantId};
use pbx_core::base::time::Wall;
use pbx_core::cdr::{Assembly, CallRecord, VERSION};
use pbx_core::decision::Decision;
use pbx_core::event::{Direction, Party};
use pbx_core::journal::Entry;
use pbx_core::store::{Place, Projector, Store};
use std::process::Command;

/// The head of a segment of the next version, framed.
const NEXT: &[u8] = b"%\0\0\0\x1f\x00\x1d\x01{\"Segment\":{\"version\":2,\"records\":1}}";

/// A server on a folder with a company, stopped.
fn stopped() -> Server {
    let mut server = Server::with(&Company::new().yaml());
    server.terminate();
    assert!(server.has_stopped());
    server
}

#[test]
fn start_on_a_journal_of_a_later_release_is_refused_and_says_which_release_to_start() {
    let mut server = stopped();
    let segment = server.data().join("journal/000000000009.journal");
    std::fs::write(&segment, NEXT).unwrap();
    let serve = Command::new(PROGRAM).args(["serve", "--http", "127.0.0.1:0", "--data"]).arg(server.data()).output();
    for refused in [serve.unwrap(), server.command(&["calls"])] {
        let said = words(&refused);
        assert!(!refused.status.success(), "{said}");
        assert!(said.contains("000000000009.journal") && said.contains("start that release"), "{said}");
    }
    assert_eq!(std::fs::read(&segment).unwrap(), NEXT);
    std::fs::remove_file(&segment).unwrap();
    server.start();
}

/// A record that has nothing in it but the version after ours.
fn record_of_the_next_version() -> CallRecord {
    let (call, at) = (CallId::of_key("later"), Wall::from_micros(1_795_230_000_000_000));
    let (tenant, from) = (TenantId::of_key("acme"), Party::default());
    let mut record = Assembly::new(call, tenant, "later@phone".into(), Direction::Internal, from, "102".into(), at);
    CallRecord { version: VERSION + 1, ..record.finish(Decision::default()) }
}

#[test]
fn call_that_a_later_release_recorded_is_listed_and_explain_says_who_can_read_it() {
    let server = stopped();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&Place::Sqlite(server.data().join("ringdown.sqlite"))).await.unwrap();
        let mut projector = Projector::open(store.clone()).await.unwrap();
        projector.project_unwritten(&[Entry::recorded(record_of_the_next_version()).unwrap()]).await.unwrap();
        store.close().await;
    });
    let listed = server.only_call();
    assert_eq!(listed["sip_call_id"], "later@phone");
    let id = listed["id"].as_str().unwrap();
    for arguments in [&["explain", id][..], &["explain", id, "--json"]] {
        let refused = server.command(arguments);
        let said = words(&refused);
        assert!(!refused.status.success() && said.contains("is of version 2"), "{said}");
        assert!(said.contains("the release that wrote it, or a later one"), "{said}");
    }
}
