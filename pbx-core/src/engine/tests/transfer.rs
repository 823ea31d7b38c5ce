//! Blind transfers: 101 and 103 talk, and one of them has the other talk with 102, who has two
//! phones.

use super::phone::{Phone, agree_to_bye, body, sdp, talking, value};
use super::room::Room;
use crate::event::EventKind;
use pbx_media::Command;
use pbx_sip::{HeaderName, Message};

/// Sends a REFER to this extension; returns the first NOTIFY.
fn refers(room: &mut Room, phone: &mut Phone, to: &str) -> Message {
    phone.say(room, "REFER", &format!("Refer-To: <sip:{to}@acme.test>\r\n"), "");
    room.expect(&phone.address(), "202");
    is_notified(room, phone, "SIP/2.0 100 Trying\r\n", "active;expires=30")
}

/// Expects a NOTIFY with this fragment and state, and agrees to it.
fn is_notified(room: &mut Room, phone: &Phone, fragment: &str, state: &str) -> Message {
    let notify = room.expect(&phone.address(), "NOTIFY");
    assert_eq!((body(&notify).as_str(), value(&notify, HeaderName::SubscriptionState).as_str()), (fragment, state));
    assert_eq!(value(&notify, HeaderName::ContentType), "message/sipfrag;version=2.0");
    phone.answer(room, &notify, 200, "");
    notify
}

/// The first of 102's phones takes the call, the other one is cancelled.
fn target_answers(room: &mut Room) -> Phone {
    let (mut clara, mut other) = (Phone::new("102"), Phone::new("112"));
    let invite = other.invited(room);
    other.answer(room, &invite, 180, "");
    clara.pick_up(room);
    let cancel = room.expect(&other.address(), "CANCEL");
    other.answer(room, &cancel, 200, "");
    other.answer(room, &invite, 487, "");
    room.expect(&other.address(), "ACK");
    clara
}

/// 101 has agreed with 102 on the codecs.
fn agrees(room: &mut Room, phone: &Phone) {
    let invite = room.expect(&phone.address(), "INVITE");
    phone.answer(room, &invite, 200, &sdp(&phone.ip(), "8 101", "sendrecv"));
    room.expect(&phone.address(), "ACK");
}

fn joins(room: &Room) -> usize {
    room.media.iter().filter(|command| matches!(command, Command::Join { .. })).count()
}

#[test]
fn the_other_one_talks_with_the_target() {
    for thawed in [false, true] {
        let mut room = Room::new();
        let (anna, mut ben) = talking(&mut room);
        let before = joins(&room);
        let notify = refers(&mut room, &mut ben, "102");
        assert_eq!(value(&notify, HeaderName::Event), "refer;id=2");
        if thawed {
            room.thaw();
        }
        let mut clara = target_answers(&mut room);
        is_notified(&mut room, &ben, "SIP/2.0 200 OK\r\n", "terminated;reason=noresource");
        agree_to_bye(&mut room, &ben);
        agrees(&mut room, &anna);
        assert_eq!(joins(&room), before + 1);
        let moved = |kind: &&EventKind| matches!(kind, EventKind::Transferred { by, .. } if by.number == "102");
        assert!(room.events.iter().any(|kind| moved(&kind)));
        clara.say(&mut room, "BYE", "", "");
        agree_to_bye(&mut room, &anna);
        let record = room.record();
        let (legs, segments) = (&record.legs, &record.segments);
        let clara = legs.iter().find(|leg| leg.party.number == "102" && leg.answered.is_some()).unwrap();
        assert_eq!(segments.len(), 2);
        assert_eq!((segments[0].a, segments[0].b), (legs[0].id, legs[1].id));
        assert_eq!((segments[1].a, segments[1].b), (legs[0].id, clara.id));
        assert!(segments[1].media.is_some() && segments[0].to == segments[1].from);
        assert_eq!((record.to.number.as_str(), record.hung_up), ("102", Some(clara.id)));
        room.is_quiet_in_the_end();
    }
}

#[test]
fn caller_who_transfers_leaves_the_one_who_answered_with_the_target() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    refers(&mut room, &mut anna, "102");
    let mut clara = Phone::new("102");
    let invite = clara.invited(&mut room);
    assert!(value(&invite, HeaderName::From).contains("sip:103@"), "the target sees who will talk");
    clara.answer(&mut room, &invite, 200, &sdp(&clara.ip(), "8 101", "sendrecv"));
    room.expect(&clara.address(), "ACK");
    is_notified(&mut room, &anna, "SIP/2.0 200 OK\r\n", "terminated;reason=noresource");
    agree_to_bye(&mut room, &anna);
    agrees(&mut room, &ben);
    ben.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &clara);
    let record = room.record();
    assert_eq!(record.segments.len(), 2);
    assert!(record.legs[0].ended <= record.segments[1].from, "the caller has left before");
    room.is_quiet_in_the_end();
}

#[test]
fn talk_goes_on_when_nobody_answers() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    refers(&mut room, &mut ben, "102");
    for phone in ["102", "112"] {
        let mut phone = Phone::new(phone);
        let invite = phone.invited(&mut room);
        phone.answer(&mut room, &invite, 486, "");
        room.expect(&phone.address(), "ACK");
    }
    is_notified(&mut room, &ben, "SIP/2.0 486 Busy Here\r\n", "terminated;reason=noresource");
    assert!(!room.has(&anna.address(), "BYE") && !room.has(&ben.address(), "BYE"));
    refers(&mut room, &mut ben, "104");
    is_notified(&mut room, &ben, "SIP/2.0 480 Temporarily Unavailable\r\n", "terminated;reason=noresource");
    anna.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &ben);
    assert_eq!(room.record().segments.len(), 1);
    room.is_quiet_in_the_end();
}

#[test]
fn who_asked_may_hang_up_before_the_target_answers() {
    for answers in [true, false] {
        let mut room = Room::new();
        let (anna, mut ben) = talking(&mut room);
        refers(&mut room, &mut ben, "102");
        ben.say(&mut room, "BYE", "", "");
        room.expect(&ben.address(), "200");
        assert!(!room.has(&anna.address(), "BYE"), "the other one waits");
        let gives_back = |command: &&Command| matches!(command, Command::Release { .. });
        assert_eq!(room.media.iter().filter(gives_back).count(), 1, "a port for which nobody is left");
        if answers {
            let mut clara = target_answers(&mut room);
            agrees(&mut room, &anna);
            clara.say(&mut room, "BYE", "", "");
        } else {
            room.pass(31_000);
        }
        agree_to_bye(&mut room, &anna);
        assert_eq!(room.record().segments.len(), if answers { 2 } else { 1 });
        room.pass(40_000);
        room.is_quiet_in_the_end();
    }
}

#[test]
fn phones_stop_ringing_when_the_other_one_hangs_up() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    refers(&mut room, &mut ben, "102");
    for phone in ["102", "112"] {
        let phone = Phone::new(phone);
        let invite = room.expect(&phone.address(), "INVITE");
        phone.answer(&mut room, &invite, 180, "");
    }
    anna.say(&mut room, "BYE", "", "");
    for phone in ["102", "112"] {
        room.expect(&Phone::new(phone).address(), "CANCEL");
    }
    is_notified(&mut room, &ben, "SIP/2.0 487 Request Terminated\r\n", "terminated;reason=noresource");
    agree_to_bye(&mut room, &ben);
    assert_eq!(room.record().segments.len(), 1);
    room.pass(80_000);
    room.is_quiet_in_the_end();
}

#[test]
fn transfer_that_cannot_be_is_refused_and_the_talk_goes_on() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    let replaces = "Refer-To: <sip:102@acme.test?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3>\r\n";
    for (header, code) in [
        ("", "400"),
        ("Refer-To: <sip:acme.test>\r\n", "400"),
        ("Refer-To: <sip:199@acme.test>\r\n", "404"),
        ("Refer-To: <sip:112@acme.test>\r\n", "404"),
        (replaces, "603"),
    ] {
        anna.say(&mut room, "REFER", header, "");
        room.expect(&anna.address(), code);
    }
    refers(&mut room, &mut ben, "102");
    anna.say(&mut room, "REFER", "Refer-To: <sip:104@acme.test>\r\n", "");
    room.expect(&anna.address(), "491");
    anna.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &ben);
}

#[test]
fn target_waits_until_a_change_of_the_session_is_at_its_end() {
    let mut room = Room::new();
    let (anna, mut ben) = talking(&mut room);
    refers(&mut room, &mut ben, "102");
    ben.say(&mut room, "INVITE", "Contact: <sip:103@192.0.2.103:5060>\r\n", &sdp(&ben.ip(), "8 101", "sendonly"));
    let hold = room.expect(&anna.address(), "INVITE");
    let mut clara = target_answers(&mut room);
    assert!(!room.has(&ben.address(), "BYE"));
    anna.answer(&mut room, &hold, 200, &sdp(&anna.ip(), "8 101", "recvonly"));
    room.expect(&anna.address(), "ACK");
    room.expect(&ben.address(), "200");
    ben.ack(&mut room, "");
    is_notified(&mut room, &ben, "SIP/2.0 200 OK\r\n", "terminated;reason=noresource");
    agree_to_bye(&mut room, &ben);
    let resumed = room.expect(&anna.address(), "INVITE");
    assert!(body(&resumed).contains("a=sendrecv"), "{}", body(&resumed));
    anna.answer(&mut room, &resumed, 200, &sdp(&anna.ip(), "8 101", "sendrecv"));
    room.expect(&anna.address(), "ACK");
    clara.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &anna);
    room.is_quiet_in_the_end();
}

#[test]
fn leg_whose_call_is_over_transfers_nobody() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    ben.pick_up(&mut room);
    let answer = room.expect(&anna.address(), "200");
    anna.learn(&answer);
    ben.say(&mut room, "BYE", "", "");
    // Our BYE to the caller waits for the ACK of its 200.
    anna.say(&mut room, "REFER", "Refer-To: <sip:102@acme.test>\r\n", "");
    room.expect(&anna.address(), "403");
    assert!(!room.has(&Phone::new("102").address(), "INVITE"));
}
