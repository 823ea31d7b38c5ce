//! A disk that takes nothing more: here by a limit on the size of files, which every user may set.

use crate::rig::company::{Company, NUMBER};
use crate::rig::console::Console;
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code};
use crate::rig::watch::look_until;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);

/// From now on the server may write no file past so many bytes.
fn limit_files(server: &Server, bytes: &str) {
    let pid = server.process().id().to_string();
    let set = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:")]).status().unwrap();
    assert!(set.success());
}

#[test]
fn admin_logs_in_and_sees_it_while_the_disk_is_full_and_nothing_is_lost_afterwards() {
    let carrier = ports::one();
    let company = Company::new().trunk(carrier).main("[\"101\"]").yaml();
    let admin = "    admins: [{email: admin@acme.test, password: acme-secret}]\n    users:\n";
    let server = Server::with(&company.replacen("    users:\n", admin, 1));
    limit_files(&server, "1");
    let mut ben = SipLine::open(ports::one(), server.sip());
    assert_eq!(ben.register("acme-ben", "secret-ben", 300), 200, "phones go on");
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let line = SipLine::open(carrier, server.sip());
    assert!(code(&OutsideCall::dial(&line, server.sip(), NUMBER, "full", nowhere).answered()) >= 300);
    let mut console = Console::logged_in(server.http(), "admin@acme.test", "acme-secret");
    let live = console.get("/t/acme");
    assert!(live.text.contains("disk refuses what is written"), "{}", live.text);
    limit_files(&server, "unlimited");
    look_until(SOON, "the record of the call and the line of the log-in", || {
        let (calls, audit) = (server.calls(), console.get("/t/acme/audit").text);
        if calls.len() == 1 && audit.contains(">login<") { Ok(()) } else { Err(format!("{calls:?}\n{audit}")) }
    });
    assert_eq!(ben.register("acme-ben", "secret-ben", 300), 200);
    assert!(!console.get("/t/acme").text.contains("disk refuses"), "the disk takes what is written");
}
