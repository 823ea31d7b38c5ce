//! A new server shows the way in: its output tells how the first account is made, and that account logs in.

use crate::rig::console::Console;
use crate::rig::server::Server;
use std::time::Duration;

#[test]
fn a_server_that_nobody_can_log_in_to_says_how_the_first_account_is_made() {
    let server = Server::without_people();
    let tells = |line: &str| line.contains("ringdown import operators.yaml --data ").then_some(());
    server.process().line(Duration::from_secs(60), "how the first account is made", tells);
    let said = server.process().said();
    assert!(said.contains("email: you@example.com"), "{said}");
    server.import(admin_ui::FIRST_ACCOUNT);
    Console::logged_in(server.http(), "you@example.com", "choose+one");
}
