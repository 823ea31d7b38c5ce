//! What survives.

use crate::rig::baresip::{Baresip, Line};
use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code};
use crate::rig::watch;
use std::net::SocketAddr;
use std::time::Duration;

#[test]
fn a_second_start_has_the_data_of_the_first() {
    let company = Company::new();
    let mut server = Server::with(&company.yaml());
    let exported = server.said(&["export", "--tenant", "acme"]);
    server.terminate();
    assert!(server.has_stopped());
    assert_eq!(server.said(&["export", "--tenant", "acme"]), exported, "without a server");
    server.start();
    assert_eq!(server.said(&["export", "--tenant", "acme"]), exported, "with a server");
    let mut anna = SipLine::open(ports::one(), server.sip());
    assert_eq!(anna.register("acme-anna", "secret-anna", 300), 200);
}

#[test]
fn a_registered_phone_is_reachable_right_after_a_crash() {
    let carrier = ports::one();
    let company = Company::new().trunk(carrier).main("[\"102\"]");
    let mut server = Server::with(&company.yaml());
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben").picks_up_by_hand(), server.sip(), 620);
    server.kill();
    server.start();

    let line = SipLine::open(carrier, server.sip());
    let mut call = OutsideCall::dial(&line, server.sip(), NUMBER, "crash", SocketAddr::from(([127, 0, 0, 1], 9)));
    ben.rings();
    ben.order("accept");
    assert_eq!(code(&call.answered()), 200);
    ben.is_connected();
    ben.talks_for(Duration::from_millis(100));
    assert_eq!(call.hang_up(), 200);
    ben.is_hung_up();
    let record = server.only_call();
    assert_eq!((&record["disposition"], &record["dialled"]), (&"answered".into(), &NUMBER.into()), "{record:#}");
}

#[test]
fn a_phone_that_signed_off_stays_off_after_a_crash() {
    let carrier = ports::one();
    let company = Company::new().trunk(carrier).main("[\"102\"]");
    let mut server = Server::with(&company.yaml());
    let mut ben = SipLine::open(ports::one(), server.sip());
    assert_eq!(ben.register("acme-ben", "secret-ben", 300), 200);
    assert_eq!(ben.register("acme-ben", "secret-ben", 0), 200);
    server.kill();
    server.start();
    let line = SipLine::open(carrier, server.sip());
    let mut call = OutsideCall::dial(&line, server.sip(), NUMBER, "gone", SocketAddr::from(([127, 0, 0, 1], 9)));
    assert_eq!(code(&call.answered()), 480);
}

#[test]
fn a_call_that_a_kill_cut_has_the_length_that_it_had() {
    let carrier = ports::one();
    let company = Company::new().trunk(carrier).main("[\"102\"]");
    let mut server = Server::with(&company.yaml());
    let _ben = Baresip::start(&Line::new("acme-ben", "secret-ben"), server.sip(), 620);
    let line = SipLine::open(carrier, server.sip());
    let mut call = OutsideCall::dial(&line, server.sip(), NUMBER, "cut", SocketAddr::from(([127, 0, 0, 1], 9)));
    assert_eq!(code(&call.answered()), 200);
    // Two beats later the server has said that it lived on after the answer.
    let answered = server.pulse();
    let later = watch::look_until(Duration::from_secs(10), "the server's pulse", || {
        Some(server.pulse()).filter(|now| *now > answered + 1_000_000).ok_or_else(|| "nothing new".to_owned())
    });
    server.kill();
    let last = server.pulse();
    assert!(last >= later);
    let record = server.only_call();
    assert_eq!((&record["cut"], &record["ended"]), (&true.into(), &last.into()), "{record:#}");
}
