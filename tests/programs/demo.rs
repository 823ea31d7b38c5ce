//! `ringdown demo`: what a newcomer sees first.

use crate::rig::company::Company;
use crate::rig::server::{Server, words};
use crate::rig::watch::look_until;
use std::time::Duration;

/// How long it may take until the simulated phones have talked, and the simulated carrier was served.
const BUSTLE: Duration = Duration::from_secs(150);
const SOON: Duration = Duration::from_secs(20);

/// Anna under another name and with another extension, as somebody would change her in the console.
const EDITED: &str = r#"tenants: [{id: acme, users: [{id: anna, name: Anna Stein, extension: "111"}]}]"#;

#[test]
fn demo_calls_by_itself_and_keeps_what_was_changed() {
    let mut demo = Server::demo();
    let password = log_in(&demo);
    look_until(BUSTLE, "an answered call, and one through the customer service", || {
        let calls = demo.calls();
        let answered = calls.iter().any(|call| call["disposition"] == "answered");
        let looked_up = calls.iter().any(|call| call["template"] == "vip-by-lookup");
        if answered && looked_up { Ok(()) } else { Err(format!("{calls:#?}")) }
    });
    demo.import(EDITED);
    let edited = demo.said(&["export", "--tenant", "acme"]);
    demo.interrupt();
    assert!(demo.has_stopped(), "Ctrl-C ends it well");
    let calls = demo.calls();
    let kept = calls.len();
    let words = demo.explain(&calls[0]);
    assert!(!words.trim().is_empty(), "calls are explained without a server too");

    demo.start();
    assert_eq!(log_in(&demo), password, "the log-in is the same");
    let exported = demo.said(&["export", "--tenant", "acme"]);
    let without_source =
        |text: &str| text.lines().filter(|line| !line.contains("/customers/")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(without_source(&exported), without_source(&edited));
    assert!(exported.contains("Anna Stein"), "{exported}");
    assert!(demo.calls().len() >= kept, "the records are still there");
}

#[test]
fn demo_touches_no_folder_of_a_real_server() {
    let mut server = Server::with(&Company::new().trunk(5071).yaml());
    server.terminate();
    assert!(server.has_stopped());
    let before = server.said(&["export", "--all"]);
    let refused = server.command(&["demo", "--http", "127.0.0.1:0"]);
    assert!(!refused.status.success() && words(&refused).contains("a server that is no demo"), "{}", words(&refused));
    assert_eq!(server.said(&["export", "--all"]), before);
}

#[test]
fn demo_shows_its_passwords_on_no_public_page() {
    let server = Server::without_start(8, &[]);
    let refused = server.command(&["demo", "--http", "0.0.0.0:8080"]);
    let said = words(&refused);
    assert!(!refused.status.success() && said.contains("on loopback alone, not on 0.0.0.0:8080"), "{said}");
    assert!(!server.data().exists());
}

#[test]
fn demo_has_a_folder_of_its_own() {
    let help = words(&Server::without_start(8, &[]).command(&["demo", "--help"]));
    assert!(help.contains("[default: demo-data]"), "{help}");
}

/// The password that it prints for Acme's administrator.
fn log_in(demo: &Server) -> String {
    demo.process().line(SOON, "how to log in", |line| {
        let mut words = line.trim().strip_prefix("log in as admin@acme.test")?.split_whitespace();
        words.next().map(str::to_owned)
    })
}
