//! SIPp's built-in scenarios, unchanged.

use crate::rig::company::{Company, NUMBER};
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sipp::Sipp;
use std::time::Duration;

#[test]
fn the_built_in_caller_reaches_the_built_in_callee() {
    let carrier = ports::one();
    let desk = Sipp::uas();
    let company = Company::empty().person_at("ben", "102", desk.address()).trunk(carrier).main("[\"102\"]");
    let server = Server::tuned(&company.yaml(), 800, &["--rtp-rest-s", "1"]);

    Sipp::uac(carrier, server.sip(), NUMBER, 50, 10).succeeds(Duration::from_secs(60));

    let calls = server.calls();
    assert_eq!(calls.len(), 50, "{calls:#?}");
    for call in &calls {
        assert_eq!((&call["disposition"], &call["cause"]), (&"answered".into(), &"normal".into()), "{call:#}");
        assert_eq!((&call["dialled"], &call["to_number"]), (&NUMBER.into(), &"102".into()), "{call:#}");
        assert_eq!(call["cut"], false, "{call:#}");
    }
    drop(desk);
}
