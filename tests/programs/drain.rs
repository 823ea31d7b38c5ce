//! SIGTERM: no new calls, running ones may end, records are on disk.

use crate::rig::company::{Company, NUMBER};
use crate::rig::load::always_answers;
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code};
use std::net::SocketAddr;

/// Nobody listens there: these calls are about messages.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);

#[test]
fn a_running_call_may_end_while_new_ones_are_refused() {
    let carrier = ports::one();
    let company =
        Company::empty().person_at("ben", "102", always_answers(ports::one())).trunk(carrier).main("[\"102\"]");
    let mut server = Server::with(&company.yaml());
    let line = SipLine::open(carrier, server.sip());
    let mut running = OutsideCall::dial(&line, server.sip(), NUMBER, "running", NOWHERE);
    assert_eq!(code(&running.answered()), 200);

    server.terminate();
    server
        .process()
        .line(std::time::Duration::from_secs(10), "that it stops", |l| l.contains("stopping").then_some(()));
    let mut refused = OutsideCall::dial(&line, server.sip(), NUMBER, "refused", NOWHERE);
    assert_eq!(code(&refused.answered()), 503);
    assert_eq!(running.hang_up(), 200);
    assert!(server.has_stopped(), "it did not end well");

    let calls = server.calls();
    let ours: Vec<_> = calls.iter().filter(|c| c["sip_call_id"] == running.call_id.as_str()).collect();
    assert_eq!(ours.len(), 1, "{calls:#?}");
    assert_eq!((&ours[0]["disposition"], &ours[0]["cut"]), (&"answered".into(), &false.into()), "{calls:#?}");
}

#[test]
fn a_call_that_does_not_end_is_cut_at_the_deadline() {
    let carrier = ports::one();
    let company =
        Company::empty().person_at("ben", "102", always_answers(ports::one())).trunk(carrier).main("[\"102\"]");
    let mut server = Server::tuned(&company.yaml(), 200, &["--drain-deadline-s", "1"]);
    let line = SipLine::open(carrier, server.sip());
    let mut running = OutsideCall::dial(&line, server.sip(), NUMBER, "endless", NOWHERE);
    assert_eq!(code(&running.answered()), 200);
    server.terminate();
    let bye = line.request("BYE");
    line.answer(&bye, "200 OK", None);
    assert!(server.has_stopped(), "it did not end well");
    let call = server.only_call();
    assert_eq!((&call["disposition"], &call["cut"]), (&"answered".into(), &true.into()), "{call:#}");
}
