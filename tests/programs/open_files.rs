//! Nothing stays open.

use crate::rig::company::Company;
use crate::rig::load::{Load, always_answers};
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::watch::look_until;
use std::path::PathBuf;
use std::time::Duration;

/// Files that the server opens when it first needs them, and keeps: a further connection to the store, the journal's next
/// file. A call that left one open would leave ten thousand.
const OPENED_ONCE: usize = 16;

/// What is open, by what it leads to.
fn open_files(server: &Server) -> Vec<PathBuf> {
    let files = std::fs::read_dir(format!("/proc/{}/fd", server.process().id())).unwrap();
    files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok()).collect()
}

#[test]
fn ten_thousand_calls_leave_no_file_open() {
    let carrier = ports::one();
    let company =
        Company::empty().person_at("ben", "102", always_answers(ports::one())).trunk(carrier).main("[\"102\"]");
    let server = Server::tuned(&company.yaml(), 3000, &["--rtp-rest-s", "0"]);
    let mut load = Load::from_port(carrier, server.sip(), 0);
    // The first calls open what stays: connections to the store, spare ports.
    load.all_of(300, 10, Duration::from_secs(30));
    server.calls();
    let before = open_files(&server);

    load.all_of(10_000, 10, Duration::from_secs(120));
    let unanswered = load.seen().iter().filter(|(_, seen)| !seen.ended).take(5).collect::<Vec<_>>();
    assert!(unanswered.is_empty(), "these calls went wrong: {unanswered:?}");
    look_until(Duration::from_secs(20), "the calls' files are closed", || {
        let now = open_files(&server);
        let more = now.iter().filter(|file| !before.contains(file)).take(2 * OPENED_ONCE).collect::<Vec<_>>();
        if now.len() < before.len() + OPENED_ONCE { Ok(()) } else { Err(format!("open as well: {more:?}")) }
    });
    assert_eq!(server.calls().len(), 10_300);
}
