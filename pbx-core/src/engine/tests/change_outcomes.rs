//! What comes of a change that the other side does not simply take: refusals, glare, silence.

use super::changes::{changes, direction, holds, is_answered_here};
use super::phone::{Phone, agree_to_bye, body, sdp, talking, value};
use super::room::Room;
use pbx_sip::HeaderName;

#[test]
fn a_refusal_that_was_meant_for_us_is_488_to_who_asked() {
    let same = [415, 488, 606];
    for code in [302, 401, 404, 405, 407, 415, 420, 480, 486, 488, 500, 503, 600, 603, 606] {
        let mut room = Room::new();
        let (mut anna, ben) = talking(&mut room);
        anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8 0 101", "sendonly"));
        let passed_on = room.expect(&ben.address(), "INVITE");
        ben.answer(&mut room, &passed_on, code, "");
        room.expect(&ben.address(), "ACK");
        let told = if same.contains(&code) { code } else { 488 };
        let refusal = room.expect(&anna.address(), &told.to_string());
        assert_eq!(refusal.header(HeaderName::Accept).is_some(), code == 415);
        anna.ack(&mut room, "");
        room.pass(40_000);
        assert!(!room.has(&ben.address(), "INVITE") && !room.has(&anna.address(), "BYE"), "{code}: as it was");
    }
}

#[test]
fn a_time_to_ask_again_is_passed_on() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8 0 101", "sendonly"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    let busy = ben.answer_text(&passed_on, 500, "", "");
    room.known(&ben.address(), &busy.replace("Content-Length", "Retry-After: 7\r\nContent-Length"));
    let refusal = room.expect(&anna.address(), "500");
    assert_eq!(value(&refusal, HeaderName::RetryAfter), "7");
}

#[test]
fn who_may_ask_first_after_glare_is_heard_first() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8 0 101", "sendonly"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.say(&mut room, "INVITE", "", &sdp(&ben.ip(), "8 101", "sendonly"));
    room.expect(&ben.address(), "491");
    ben.ack(&mut room, "");
    ben.answer(&mut room, &passed_on, 491, "");
    room.expect(&ben.address(), "ACK");
    // We made the Call-ID, so Ben's second try comes before ours (RFC 3261 §14.1).
    room.pass(800);
    ben.say(&mut room, "INVITE", "", &sdp(&ben.ip(), "8 101", "sendonly"));
    room.expect(&anna.address(), "491");
    anna.ack(&mut room, "");
    let passed_on = room.expect(&anna.address(), "INVITE");
    anna.answer(&mut room, &passed_on, 200, &sdp(&anna.ip(), "8 101", "recvonly"));
    let answer = room.expect(&ben.address(), "200");
    assert_eq!(direction(&answer), "recvonly");
    ben.ack(&mut room, "");
    holds_while_held(&mut room, &mut anna, &ben);
    room.pass(5_000);
    assert!(!room.has(&ben.address(), "INVITE"), "what was refused is not sent again");
}

/// The second try of the one that the other was heard before.
fn holds_while_held(room: &mut Room, anna: &mut Phone, ben: &Phone) {
    let (offer, answer) = (sdp(&anna.ip(), "8 0 101", "inactive"), sdp(&ben.ip(), "8 101", "inactive"));
    let (passed_on, answered) = changes(room, anna, ben, &offer, &answer);
    assert_eq!((direction(&passed_on).as_str(), direction(&answered).as_str()), ("sendonly", "inactive"));
}

#[test]
fn a_change_told_in_an_ack_is_not_lost_by_glare() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    is_answered_here(&mut room, &mut anna, &ben, "");
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "sendonly"));
    for _ in 0..5 {
        let told = room.expect(&ben.address(), "INVITE");
        assert_eq!(direction(&told), "sendonly");
        ben.answer(&mut room, &told, 491, "");
        room.expect(&ben.address(), "ACK");
        room.sent.clear();
        room.pass(4_100);
    }
    let told = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &told, 491, "");
    // Ben's own change goes first, and Anna does not take it.
    ben.say(&mut room, "INVITE", "", &sdp(&ben.ip(), "0 101", "sendrecv"));
    let passed_on = room.expect(&anna.address(), "INVITE");
    anna.answer(&mut room, &passed_on, 488, "");
    room.expect(&ben.address(), "488");
    ben.ack(&mut room, "");
    let told = room.expect(&ben.address(), "INVITE");
    assert_eq!(direction(&told), "sendonly", "Ben is told of Anna's hold all the same");
}

#[test]
fn a_change_waits_for_the_ack_of_the_other_side() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    let refresh = sdp(&ben.ip(), "8 101", "sendrecv");
    is_answered_here(&mut room, &mut ben, &anna, &refresh);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8 0 101", "sendonly"));
    assert!(!room.has(&ben.address(), "INVITE") && !room.has(&anna.address(), "491"), "Ben's ACK is on its way");
    ben.ack(&mut room, "");
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &passed_on, 200, &sdp(&ben.ip(), "8 101", "recvonly"));
    room.expect(&anna.address(), "200");
}

#[test]
fn a_change_that_overtakes_the_ack_is_to_come_again() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    ben.pick_up(&mut room);
    let answer = room.expect(&anna.address(), "200");
    anna.learn(&answer);
    let ack = anna.text("ACK", 1, "ack", "", "");
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8 0 101", "sendonly"));
    room.expect(&anna.address(), "491");
    anna.ack(&mut room, "");
    room.known(&anna.address(), &ack);
    holds(&mut room, &mut anna, &ben);
    room.pass(40_000);
    assert!(!room.has(&anna.address(), "BYE"), "the ACK was taken");
}

#[test]
fn a_leg_that_is_silent_to_a_change_gets_a_bye() {
    for says in [None, Some(408)] {
        let mut room = Room::new();
        let (mut anna, ben) = talking(&mut room);
        anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8 0 101", "sendonly"));
        let passed_on = room.expect(&ben.address(), "INVITE");
        match says {
            Some(code) => ben.answer(&mut room, &passed_on, code, ""),
            None => room.pass(33_000),
        }
        room.expect(&anna.address(), "487");
        anna.ack(&mut room, "");
        for phone in [&anna, &ben] {
            let bye = agree_to_bye(&mut room, phone);
            assert!(value(&bye, HeaderName::Reason).contains("answered nothing any more"));
        }
        room.pass(2_000);
        assert_eq!(room.record().cause, "far-end-vanished");
        room.is_quiet_in_the_end();
    }
}

#[test]
fn an_answer_of_no_use_takes_the_other_side_back_to_what_was() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "9", "sendrecv"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &passed_on, 200, &sdp(&ben.ip(), "18", "sendrecv"));
    room.expect(&ben.address(), "ACK");
    room.expect(&anna.address(), "488");
    let back = room.expect(&ben.address(), "INVITE");
    assert!(body(&back).contains("RTP/AVP 8 0 101\r\n"), "{}", body(&back));
    ben.answer(&mut room, &back, 200, &sdp(&ben.ip(), "18", "sendrecv"));
    room.expect(&ben.address(), "ACK");
    room.pass(40_000);
    assert!(!room.has(&ben.address(), "INVITE"), "once");
}

#[test]
fn a_change_of_mind_while_the_first_is_passed_on_is_passed_on_after_it() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    is_answered_here(&mut room, &mut anna, &ben, "");
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "sendonly"));
    let first = room.expect(&ben.address(), "INVITE");
    is_answered_here(&mut room, &mut anna, &ben, "");
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "sendrecv"));
    ben.answer(&mut room, &first, 200, &sdp(&ben.ip(), "8 101", "recvonly"));
    room.expect(&ben.address(), "ACK");
    let second = room.expect(&ben.address(), "INVITE");
    assert_eq!((direction(&first).as_str(), direction(&second).as_str()), ("sendonly", "sendrecv"));
}
