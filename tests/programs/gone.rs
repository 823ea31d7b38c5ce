//! A company that is removed while the server runs.

use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code};
use crate::rig::watch::look_until;
use std::net::SocketAddr;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(30);

#[test]
fn sip_messages_go_with_their_company() {
    let carrier = ports::one();
    let server = Server::with(&Company::new().trunk(carrier).main("[\"101\"]").yaml());
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let line = SipLine::open(carrier, server.sip());
    assert_eq!(code(&OutsideCall::dial(&line, server.sip(), NUMBER, "one", nowhere).answered()), 480);
    let kept = || std::fs::read_dir(server.data().join("sip")).map_or(0, |folder| folder.flatten().count());
    look_until(SOON, "messages of the call", || if kept() == 1 { Ok(()) } else { Err(kept().to_string()) });
    server.import_with("tenants: []", &["--prune", "--prune-tenants=1"]);
    look_until(SOON, "that they are gone", || if kept() == 0 { Ok(()) } else { Err(kept().to_string()) });
}
