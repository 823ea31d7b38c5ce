//! The traps that B2BUAs fall into: each is a test.

use super::phone::{Phone, agree_to_bye, sdp, talking};
use super::room::Room;
use crate::event::Disposition;
use crate::sip_methods::{InsideDialog, METHODS, OutsideDialog};

#[test]
fn every_repeated_200_of_the_called_side_is_acknowledged_again() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    for _ in 0..3 {
        ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
        let ack = room.expect(&ben.address(), "ACK");
        assert_eq!(ack.uri_text(), Some("sip:103@192.0.2.103:5060"));
    }
    anna.take_answer(&mut room);
    anna.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &ben);
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    room.expect(&ben.address(), "ACK");
    assert!(!room.has(&ben.address(), "BYE"), "one BYE is enough");
    room.is_quiet_in_the_end();
}

#[test]
fn a_200_that_crosses_our_cancel_is_acknowledged_and_hung_up() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 180, "");
    anna.cancel(&mut room);
    room.expect(&ben.address(), "CANCEL");
    room.expect(&anna.address(), "487");
    anna.ack(&mut room, "");
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    room.expect(&ben.address(), "ACK");
    agree_to_bye(&mut room, &ben);
    assert_eq!(room.record().disposition, Disposition::Cancelled);
    room.is_quiet_in_the_end();
}

#[test]
fn a_second_phone_behind_a_proxy_that_answers_too_is_hung_up() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    room.expect(&ben.address(), "ACK");
    ben.answer_as(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"), "second");
    room.expect(&ben.address(), "ACK");
    agree_to_bye(&mut room, &ben);
    anna.take_answer(&mut room);
    anna.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &ben);
    room.is_quiet_in_the_end();
}

#[test]
fn a_request_that_comes_on_two_ways_is_merged() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    let who = anna.who(&mut room);
    let text = anna.invite_text("103", "first", "", "");
    room.receive(&anna.address(), who.clone(), &text);
    // A copy has the credentials of the first, with the same count.
    let again = text.replace("z9hG4bKfirst", "z9hG4bKother");
    room.receive(&anna.address(), who, &again);
    room.expect(&anna.address(), "482");
}

#[test]
fn hops_and_max_forwards_end_a_loop() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    let who = anna.who(&mut room);
    let text = anna.invite_text("103", "first", "", "").replace("Max-Forwards: 70", "Max-Forwards: 0");
    room.receive(&anna.address(), who, &text);
    room.expect(&anna.address(), "483");
    let mut cara = Phone::new("103");
    cara.call_with(&mut room, "101", "X-Ringdown-Hops: 10\r\n", "");
    room.expect(&cara.address(), "483");
    assert!(room.journal.is_empty(), "no call was made of it");
}

#[test]
fn a_used_nonce_is_refused_but_a_repeated_request_is_not() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    let who = anna.who(&mut room);
    let text = anna.invite_text("103", "first", "", "");
    room.receive(&anna.address(), who.clone(), &text);
    room.receive(&anna.address(), who.clone(), &text);
    assert!(!room.has(&anna.address(), "403"), "a retransmission is no replay");
    let other = anna.invite_text("103", "second", "", "");
    room.receive(&anna.address(), who, &other);
    room.expect(&anna.address(), "403");
}

#[test]
fn our_200_is_repeated_until_the_caller_acknowledges() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    ben.pick_up(&mut room);
    room.expect(&anna.address(), "200");
    room.pass(500);
    room.expect(&anna.address(), "200");
    room.pass(1_000);
    anna.take_answer(&mut room);
    room.sent.clear();
    room.pass(10_000);
    assert!(!room.has(&anna.address(), "200"));
}

#[test]
fn a_caller_that_never_acknowledges_ends_the_call() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    ben.pick_up(&mut room);
    room.pass(33_000);
    agree_to_bye(&mut room, &ben);
    room.expect(&anna.address(), "BYE");
    assert_eq!(room.record().cause, "no-ack");
    room.is_quiet_in_the_end();
}

#[test]
fn a_called_side_that_leaves_before_the_callers_ack_gets_its_bye_through() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    ben.pick_up(&mut room);
    ben.say(&mut room, "BYE", "", "");
    room.expect(&ben.address(), "200");
    assert!(!room.has(&anna.address(), "BYE"), "not before the ACK (RFC 3261 §15)");
    anna.take_answer(&mut room);
    agree_to_bye(&mut room, &anna);
    room.is_quiet_in_the_end();
}

#[test]
fn both_sides_may_hang_up_at_once() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    anna.say(&mut room, "BYE", "", "");
    ben.say(&mut room, "BYE", "", "");
    room.expect(&anna.address(), "200");
    assert!(room.has(&ben.address(), "481") || room.has(&ben.address(), "200"));
    agree_to_bye(&mut room, &ben);
    assert_eq!(room.records().len(), 1);
    room.is_quiet_in_the_end();
}

#[test]
fn every_method_is_answered_as_the_table_says_inside_a_dialog_and_outside() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    for row in &METHODS {
        let method = row.method.as_str();
        if let InsideDialog::Answer(status) = row.inside {
            anna.say(&mut room, method, "", "");
            room.expect(&anna.address(), &status.code().to_string());
        }
        if let OutsideDialog::Answer(status) = row.outside {
            let mut cara = Phone::new("102");
            let text = cara.invite_text("101", method, "", "").replace("INVITE", method);
            let who = cara.who(&mut room);
            room.receive(&cara.address(), who, &text);
            room.expect(&cara.address(), &status.code().to_string());
        }
    }
    assert!(!room.has(&ben.address(), "BYE"));
    assert_eq!(room.engine.calls(), 1);
}

#[test]
fn what_we_do_not_do_is_refused_and_the_call_goes_on() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    for (method, code) in [
        ("REFER", "400"),
        ("UPDATE", "405"),
        ("INFO", "405"),
        ("MESSAGE", "405"),
        ("SUBSCRIBE", "405"),
        ("NOTIFY", "481"),
        ("OPTIONS", "200"),
        ("DANCE", "501"),
    ] {
        anna.say(&mut room, method, "", "");
        room.expect(&anna.address(), code);
    }
    assert!(!room.has(&ben.address(), "BYE"));
    assert_eq!(room.engine.calls(), 1);
}
