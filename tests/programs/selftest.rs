//! `ringdown selftest`.

use crate::rig::company::Company;
use crate::rig::ports;
use crate::rig::server::{Server, words};
use crate::rig::sip_line::SipLine;
use pbx_sip::digest::Algorithm;

#[test]
fn the_self_test_passes_through_a_running_server() {
    let server = Server::with(&Company::new().yaml());
    let said = server.said(&["selftest", "--sip", &server.sip().to_string()]);
    assert!(said.contains("hear each other's tone") && said.contains("has passed"), "{said}");
    let left = server.said(&["export", "--all"]);
    assert!(left.contains("acme") && !left.contains("selftest"), "the self-test's company stays behind:\n{left}");
}

#[test]
fn the_self_test_ends_in_words_where_the_call_is_refused() {
    let server = Server::with(&Company::new().yaml());
    let sip = server.sip().to_string();
    let test = |callee: &str| {
        let accounts = ["--account", "acme-anna:secret-anna@101", "--account", callee];
        let output = server.command(&[&["selftest", "--sip", &sip], &accounts[..]].concat());
        assert!(!output.status.success());
        words(&output)
    };
    let nobody = test("acme-ben:secret-ben@999");
    assert!(nobody.contains("the call to 999 failed: the server answered 404 (nobody has that extension"), "{nobody}");
    let wrong = test("acme-ben:guessed@102");
    assert!(wrong.contains("acme-ben could not register") && wrong.contains("password is wrong"), "{wrong}");
}

#[test]
fn the_self_test_passes_where_longer_registrations_alone_are_granted() {
    let longer = ["--register-min-s", "600", "--register-default-s", "600"];
    let server = Server::tuned(&Company::new().yaml(), 200, &longer);
    let said = server.said(&["selftest", "--sip", &server.sip().to_string()]);
    assert!(said.contains("has passed"), "{said}");
}

#[test]
fn a_company_that_is_called_selftest_is_left_alone() {
    let server = Server::with("tenants: [{id: selftest, country: DE, users: [{id: anna, extension: \"101\"}]}]");
    let before = server.said(&["export", "--all"]);
    let output = server.command(&["selftest", "--sip", &server.sip().to_string()]);
    assert!(words(&output).contains("that is not the self-test's"), "{}", words(&output));
    assert_eq!(server.said(&["export", "--all"]), before);
}

/// The stronger hash stands first (RFC 8760 §2.4): who takes it uses it, who doesn't know it passes over it.
#[test]
fn phones_register_and_call_where_sha_256_is_offered_first() {
    let server = Server::tuned(&Company::new().yaml(), 200, &["--offer-sha256", "true"]);
    let mut phone = SipLine::open(ports::one(), server.sip());
    assert_eq!(phone.register("acme-anna", "secret-anna", 300), 200);
    assert_eq!(phone.hashes_with(), Some(Algorithm::Sha256));
    let said = server.said(&["selftest", "--sip", &server.sip().to_string()]);
    assert!(said.contains("has passed"), "{said}");
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
    assert!(words(&output).contains(&format!("could not register at {sip}: nothing answered")), "{}", words(&output));
}
