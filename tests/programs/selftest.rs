//! `ringdown selftest`.

use crate::rig::company::Company;
use crate::rig::ports;
use crate::rig::server::{Server, words};

#[test]
fn the_self_test_passes_through_a_running_server() {
    let server = Server::with(&Company::new().yaml());
    let said = server.said(&["selftest", "--sip", &server.sip().to_string()]);
    assert!(said.contains("hear each other's tone") && said.contains("has passed"), "{said}");
}

#[test]
fn the_self_test_says_in_words_that_no_server_is_there() {
    let server = Server::without_start(8, &[]);
    let sip = server.sip().to_string();
    let output = server.command(&["selftest", "--sip", &sip]);
    assert!(!output.status.success());
    assert!(words(&output).contains("no server runs"), "{}", words(&output));
}

#[test]
fn the_self_test_says_in_words_that_nobody_answers_at_the_address() {
    let server = Server::with(&Company::new().yaml());
    let sip = format!("127.0.0.1:{}", ports::one());
    let output = server.command(&["selftest", "--sip", &sip]);
    assert!(!output.status.success());
    assert!(words(&output).contains(&format!("could not register at {sip}")), "{}", words(&output));
}
