//! Where the requests of a dialog go: to the Contact, to the source, to a phone's newest flow.

use super::phone::{Phone, sdp};
use super::room::{Room, address, device_id, flow, ring, tenant_id};
use crate::base::flow::{Flow, Transport};
use crate::base::ids::{NumberId, TrunkId};
use crate::directory::{Directory, Tenant};
use crate::door::Who;
use crate::engine::io::Input;
use pbx_sip::{HeaderName, Message};

/// The source of a phone's messages behind a NAT.
const HOME: &str = "203.0.113.7:61000";

/// 103 has said BYE to a caller whose INVITE came from there and was changed so; where the caller's
/// came.
fn hung_up(from: &str, who: Option<Who>, changed: impl Fn(String) -> String) -> (String, Message) {
    let mut room = Room::new();
    let (mut caller, mut ben) = (Phone::new(if who.is_some() { "200" } else { "101" }), Phone::new("103"));
    room.turns.push_back(ring(&["103"]));
    let body = sdp(&caller.ip(), "8 101", "sendrecv");
    let invite = changed(caller.invite_text("+4930555100", "first", "", &body));
    let who = who.unwrap_or_else(|| caller.who(&mut room));
    let invite = invite.replace("+4930555100", if matches!(who, Who::Trunk { .. }) { "+4930555100" } else { "103" });
    room.receive(from, who, &invite);
    ben.pick_up(&mut room);
    let answer = room.expect(from, "200");
    caller.learn(&answer);
    let ack = changed(caller.text("ACK", 1, "ack", "", ""));
    room.known(from, &ack);
    ben.say(&mut room, "BYE", "", "");
    let bye = room.sent.iter().find(|sent| sent.message.method().is_some_and(|method| method.as_str() == "BYE"));
    let bye = bye.expect("a BYE");
    (bye.to.to_string(), bye.message.clone())
}

fn carrier() -> Who {
    Who::Trunk { tenant: tenant_id(), trunk: TrunkId::of_key("carrier"), number: NumberId::of_key("main") }
}

#[test]
fn carrier_that_names_another_machine_is_hung_up_there() {
    let elsewhere = |text: String| text.replace("<sip:200@192.0.2.200:5060>", "<sip:198.51.100.9:5071>");
    assert_eq!(hung_up("192.0.2.200:5060", Some(carrier()), elsewhere).0, "198.51.100.9:5071");
    let private = |text: String| text.replace("<sip:200@192.0.2.200:5060>", "<sip:10.0.0.9:5071>");
    assert_eq!(hung_up("192.0.2.200:5060", Some(carrier()), private).0, "192.0.2.200:5060", "that is not from here");
}

#[test]
fn phone_that_names_somebody_else_is_hung_up_where_it_is() {
    let contact = |text: String| text.replace("<sip:101@192.0.2.101:5060>", "<sip:101@198.51.100.9:5060>");
    assert_eq!(hung_up("192.0.2.101:5060", None, contact).0, "192.0.2.101:5060");
    let route = |text: String| text.replace("Contact:", "Record-Route: <sip:198.51.100.9:5060;lr>\r\nContact:");
    assert_eq!(hung_up("192.0.2.101:5060", None, route).0, "192.0.2.101:5060");
}

#[test]
fn contact_that_names_tcp_is_spoken_to_over_tcp() {
    let (to, bye) = hung_up("192.0.2.101:5060", None, |text| {
        text.replace("<sip:101@192.0.2.101:5060>", "<sip:101@192.0.2.101:5062;transport=tcp>")
    });
    assert_eq!(to, "192.0.2.101:5062");
    assert!(bye.header(HeaderName::Via).unwrap().value().starts_with("SIP/2.0/TCP "));
}

#[test]
fn phone_that_learnt_its_address_by_stun_is_hung_up_where_it_sends_from() {
    let (to, _) = hung_up(HOME, None, |text| {
        let via = text.replace("Via: SIP/2.0/UDP 192.0.2.101:5060;", "Via: SIP/2.0/UDP 203.0.113.7:40000;rport=61000;");
        via.replace("<sip:101@192.0.2.101:5060>", "<sip:101@203.0.113.7:40000>")
    });
    assert_eq!(to, HOME);
}

/// Registers 103, which has no fixed contact here, on a flow.
fn registers(room: &mut Room, cseq: u32, flow: Flow, contact: &str) {
    let acme = room.directory.tenant(tenant_id()).unwrap();
    let mut acme = Tenant::clone(acme);
    acme.devices.get_mut(&device_id("103")).unwrap().contact = None;
    room.directory = Directory::new(0, "ringdown".into(), vec![acme], vec![]);
    let who = Phone::new("103").who(room);
    let text = format!(
        "REGISTER sip:acme.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.5:5060;branch=z9hG4bKreg{cseq}\r\n\
         From: <sip:103@acme.test>;tag=r\r\nTo: <sip:103@acme.test>\r\nCall-ID: reg\r\nCSeq: {cseq} REGISTER\r\n\
         Contact: {contact}\r\nContent-Length: 0\r\n\r\n"
    );
    room.input(Input::Message { flow, message: Message::parse(text).unwrap(), who });
    room.expect(&flow.remote.to_string(), "200");
}

#[test]
fn phone_whose_nat_gave_it_another_port_is_hung_up_where_it_registered_last() {
    let mut room = Room::new();
    let (mut anna, ben) = (Phone::new("101"), Phone::new("103"));
    registers(&mut room, 1, flow(HOME), "<sip:103@192.168.1.5:5060>");
    anna.call(&mut room, "103");
    let invite = room.expect(HOME, "INVITE");
    let answer = ben.answer_text(&invite, 200, &sdp("192.168.1.5", "8 101", "sendrecv"), "toben");
    room.known(HOME, &answer.replace("sip:103@192.0.2.103:5060", "sip:103@192.168.1.5:5060"));
    room.expect(HOME, "ACK");
    anna.take_answer(&mut room);
    room.thaw();
    room.pass(60_000);
    let moved = "203.0.113.7:61234";
    registers(&mut room, 2, flow(moved), "<sip:103@192.168.1.5:5060>");
    room.thaw();
    anna.say(&mut room, "BYE", "", "");
    let bye = room.expect(moved, "BYE");
    assert_eq!(bye.uri().unwrap().as_str(), "sip:103@192.168.1.5:5060");
}

/// 103 with two flows, and Anna calls it. Gives the flows' addresses, the better first, and the
/// INVITE by that one.
fn rung_by_two_flows(room: &mut Room, anna: &mut Phone) -> ([&'static str; 2], Message) {
    let flows = ["192.0.2.103:40002", "192.0.2.103:40001"];
    for (n, there) in flows.iter().rev().enumerate() {
        let number = n as u64 + 1;
        let flow = Flow { transport: Transport::Tcp, connection: number, ..flow(there) };
        let contact = format!("<sip:103@{there};transport=tcp>;+sip.instance=\"<urn:uuid:1>\";reg-id={number}");
        room.pass(1_000);
        registers(room, number as u32, flow, &contact);
    }
    anna.call(room, "103");
    let invite = room.expect(flows[0], "INVITE");
    assert!(!room.has(flows[1], "INVITE"), "one phone is rung once");
    (flows, invite)
}

#[test]
fn next_flow_of_a_phone_is_rung_when_the_first_does_not_lead_to_it() {
    for code in [430, 503, 408] {
        let mut room = Room::new();
        let (mut anna, ben) = (Phone::new("101"), Phone::new("103"));
        let (flows, first) = rung_by_two_flows(&mut room, &mut anna);
        room.known(flows[0], &ben.answer_text(&first, code, "", "x"));
        room.thaw();
        let second = room.expect(flows[1], "INVITE");
        assert!(!room.has(&anna.address(), "480"));
        let answer = ben.answer_text(&second, 200, &sdp("192.0.2.103", "8 101", "sendrecv"), "y");
        room.known(flows[1], &answer);
        anna.take_answer(&mut room);
        anna.say(&mut room, "BYE", "", "");
        let bye = room.expect(flows[1], "BYE");
        room.known(flows[1], &ben.answer_text(&bye, 200, "", "y"));
        assert_eq!(room.record().cause, "normal");
        room.is_quiet_in_the_end();
    }
}

#[test]
fn lost_connection_of_the_first_flow_rings_the_next_at_once() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    let (flows, _) = rung_by_two_flows(&mut room, &mut anna);
    room.input(Input::FlowLost(Flow { transport: Transport::Tcp, connection: 2, ..flow(flows[0]) }));
    room.expect(flows[1], "INVITE");
}

#[test]
fn phone_that_is_busy_is_not_rung_by_its_other_flow() {
    let mut room = Room::new();
    let (mut anna, ben) = (Phone::new("101"), Phone::new("103"));
    let (flows, first) = rung_by_two_flows(&mut room, &mut anna);
    room.known(flows[0], &ben.answer_text(&first, 486, "", "x"));
    room.expect(&anna.address(), "486");
    assert!(!room.has(flows[1], "INVITE"));
}

#[test]
fn phone_that_closed_its_connection_is_dialled_at_its_contact_and_refused_at_once_if_nobody_listens() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    let connection = Flow { transport: Transport::Tcp, connection: 9, ..flow("192.0.2.103:40001") };
    registers(&mut room, 1, connection, "<sip:103@192.0.2.103:5090;transport=tcp>");
    room.input(Input::FlowLost(connection));
    anna.call(&mut room, "103");
    room.expect("192.0.2.103:5090", "INVITE");
    room.input(Input::FlowLost(Flow { remote: address("192.0.2.103:5090"), connection: 10, ..connection }));
    room.expect(&anna.address(), "480");
}
