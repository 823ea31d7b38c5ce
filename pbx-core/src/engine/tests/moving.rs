//! Phones that move: what they say inside a dialog tells where they are.

use super::phone::{Phone, sdp, talking};
use super::room::{Room, flow};
use crate::base::flow::{Flow, Transport};
use crate::engine::io::Input;
use pbx_media::Command;
use pbx_sip::Message;

const ELSEWHERE: &str = "192.0.2.55:5060";

/// Anna asks for a change from another address.
fn moves(room: &mut Room, anna: &mut Phone, cseq: u32) {
    let contact = "Contact: <sip:101@192.0.2.55:5060>\r\n";
    let text = anna.text("INVITE", cseq, "moved", contact, &sdp("192.0.2.55", "8 101", "sendrecv"));
    room.known(ELSEWHERE, &text);
}

#[test]
fn a_phone_that_moves_is_spoken_to_at_its_new_address() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    anna.cseq += 1;
    let cseq = anna.cseq;
    moves(&mut room, &mut anna, cseq);
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &passed_on, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    room.expect(ELSEWHERE, "200");
    room.pass(600);
    room.expect(ELSEWHERE, "200");
    assert!(!room.has(&anna.address(), "200"), "nobody is there any more");
    let here = "192.0.2.55".parse().ok();
    let aimed = |command: &Command| matches!(command, Command::Aim { aim, .. } if aim.signalling == here);
    assert!(room.media.iter().any(aimed), "media is believed from there");
    room.known(ELSEWHERE, &anna.text("ACK", cseq, "ack", "", ""));
    ben.say(&mut room, "BYE", "", "");
    room.expect(ELSEWHERE, "BYE");
}

#[test]
fn a_request_that_is_not_accepted_moves_nobody() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    moves(&mut room, &mut anna, 1);
    room.expect(ELSEWHERE, "500");
    ben.say(&mut room, "BYE", "", "");
    room.expect(&anna.address(), "BYE");
}

/// The phone's connection of this number.
fn connection(phone: &Phone, connection: u64) -> Flow {
    Flow { transport: Transport::Tcp, connection, ..flow(&phone.address()) }
}

#[test]
fn loss_of_a_connection_ends_what_waits_on_it_and_nothing_else() {
    for frozen in [false, true] {
        let mut room = Room::new();
        let mut callers = [Phone::new("101"), Phone::new("102")];
        for phone in &mut callers {
            let who = phone.who(&mut room);
            let message = Message::parse(phone.invite_text("103", "first", "", "")).unwrap();
            room.input(Input::Message { flow: connection(phone, 7), message, who });
        }
        assert_eq!(room.engine.census().streams, 2);
        if frozen {
            room.thaw();
        }
        let [anna, ben] = &callers;
        room.input(Input::FlowLost(connection(anna, 8)));
        assert_eq!(room.records().len(), 0, "another connection of hers");
        room.input(Input::FlowLost(connection(anna, 7)));
        assert_eq!((room.records().len(), room.engine.census().streams), (1, 1), "frozen: {frozen}");
        room.input(Input::FlowLost(connection(ben, 7)));
        assert_eq!((room.records().len(), room.engine.census().streams), (2, 0));
    }
}
