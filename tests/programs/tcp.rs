//! Phones on TCP.

use crate::rig::baresip::{Baresip, Line};
use crate::rig::company::{Company, NUMBER};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, answer, code};
use crate::rig::tcp_line::TcpLine;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

#[test]
fn a_phone_on_tcp_registers_and_is_called() {
    let server = Server::with(&Company::new().yaml());
    let mut anna = Baresip::start(&Line::new("acme-anna", "secret-anna"), server.sip(), 440);
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben").transport("tcp"), server.sip(), 880);

    anna.dial("102");
    anna.is_connected();
    ben.is_connected();
    anna.talks_for(Duration::from_millis(1200));
    anna.order("hangup");
    ben.is_hung_up();

    ben.dial("101");
    ben.is_connected();
    anna.is_connected();
    ben.order("hangup");
    anna.is_hung_up();

    anna.switch_off().assert_only(880);
    ben.switch_off().assert_only(440);
    assert_eq!(server.calls().len(), 2);
}

/// The answer to an OPTIONS with this length of its body, after which the connection ends.
fn last_answer(server: &Server, length: &str) -> u16 {
    let mut line = TcpLine::open(server.sip());
    line.send(&line.request("OPTIONS", "anna", 1, length));
    let answer = line.message();
    assert!(line.is_closed());
    code(&answer)
}

#[test]
fn a_stream_that_cannot_be_cut_is_answered_before_it_is_closed() {
    let server = Server::without_people();
    assert_eq!(last_answer(&server, ""), 400);
    assert_eq!(last_answer(&server, "Content-Length: 4000000000\r\nContent-Length: 0\r\n"), 400);
    assert_eq!(last_answer(&server, "Content-Length: 4000000000\r\n"), 413);
}

#[test]
fn a_peer_that_closes_its_side_still_gets_its_answer() {
    let server = Server::without_people();
    let mut line = TcpLine::open(server.sip());
    line.send(&line.request("OPTIONS", "anna", 1, "Content-Length: 0\r\n"));
    line.close_our_side();
    assert_eq!(code(&line.message()), 200);
    assert!(line.is_closed());
}

/// What becomes of a call to a phone that registered this contact over a connection and closed it.
fn call_after_the_connection_was_closed(contact: &str) -> u16 {
    let carrier = ports::one();
    let server = Server::with(&Company::new().trunk(carrier).main("[\"102\"]").yaml());
    let mut ben = TcpLine::open(server.sip());
    assert_eq!(ben.register("acme-ben", "secret-ben", &format!("sip:ben@{contact};transport=tcp")), 200);
    ben.close_our_side();
    assert!(ben.is_closed());
    let line = SipLine::open(carrier, server.sip());
    let mut call = OutsideCall::dial(&line, server.sip(), NUMBER, "closed", SocketAddr::from(([127, 0, 0, 1], 9)));
    code(&call.answered())
}

#[test]
fn phone_that_closed_its_connection_is_dialled_at_its_contact() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let contact = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut dialled = TcpLine::accepted(&listener);
        let invite = dialled.message();
        dialled.send(&answer(&invite, "486 Busy Here", contact, None));
    });
    assert_eq!(call_after_the_connection_was_closed(&contact.to_string()), 486);
}

#[test]
fn call_to_a_phone_that_closed_its_connection_and_listens_no_more_is_refused_at_once() {
    let contact = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(call_after_the_connection_was_closed(&contact.to_string()), 480);
}

#[test]
fn after_a_restart_no_phone_gets_the_call_of_another() {
    let carrier = ports::one();
    let mut server = Server::with(&Company::new().trunk(carrier).main("[\"102\"]").yaml());
    let mut ben = TcpLine::open(server.sip());
    assert_eq!(ben.register("acme-ben", "secret-ben", "sip:ben@192.0.2.77:5060;transport=tcp"), 200);
    server.kill();
    server.start();
    // The first connection of each start has the same number.
    let mut cleo = TcpLine::open(server.sip());
    assert_eq!(cleo.register("acme-cleo", "secret-cleo", "sip:cleo@192.0.2.78:5060;transport=tcp"), 200);
    let line = SipLine::open(carrier, server.sip());
    let mut call = OutsideCall::dial(&line, server.sip(), NUMBER, "lost", SocketAddr::from(([127, 0, 0, 1], 9)));
    assert_eq!(code(&call.answered()), 480, "there is no way to Ben's phone until it comes back");
    assert!(cleo.message_within(Duration::from_millis(300)).is_none(), "Cleo's phone rang");
}

#[test]
fn an_address_with_too_many_connections_loses_those_on_which_no_phone_has_registered() {
    let mut server = Server::without_start(200, &["--connections-per-address", "2"]);
    server.start();
    server.import(&Company::new().yaml());
    let mut ben = TcpLine::open(server.sip());
    assert_eq!(ben.register("acme-ben", "secret-ben", "sip:ben@192.0.2.77:5060;transport=tcp"), 200);
    let mut idle = TcpLine::open(server.sip());
    let mut late = TcpLine::open(server.sip());
    assert!(idle.is_closed());
    for line in [&mut late, &mut ben] {
        let request = line.request("OPTIONS", "anybody", 9, "Content-Length: 0\r\n");
        line.send(&request);
        assert_eq!(code(&line.message()), 200);
    }
}
