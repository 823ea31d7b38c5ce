//! Changes of the session while two talk: what passes to the other side, and what we answer
//! ourselves.

use super::phone::{Phone, body, sdp, talking};
use super::room::Room;
use pbx_media::Command;
use pbx_sip::Message;

/// The same description with another direction, port or codec.
fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{text}");
    text.replace(from, to)
}

/// The direction that a description says.
pub(crate) fn direction(message: &Message) -> String {
    let body = body(message);
    let named = ["sendrecv", "sendonly", "recvonly", "inactive"];
    let line = body.lines().find_map(|line| line.strip_prefix("a=").filter(|name| named.contains(name)));
    line.unwrap_or("sendrecv").to_owned()
}

/// One side changes something, and the other says yes; what the other was offered, and what the one
/// was answered.
pub(crate) fn changes(
    room: &mut Room,
    one: &mut Phone,
    other: &Phone,
    offer: &str,
    answer: &str,
) -> (Message, Message) {
    one.say(room, "INVITE", "", offer);
    let passed_on = room.expect(&other.address(), "INVITE");
    other.answer(room, &passed_on, 200, answer);
    room.expect(&other.address(), "ACK");
    let answered = room.expect(&one.address(), "200");
    one.ack(room, "");
    (passed_on, answered)
}

/// One side holds, and the other follows.
pub(crate) fn holds(room: &mut Room, one: &mut Phone, other: &Phone) {
    let (offer, answer) = (sdp(&one.ip(), "8 0 101", "sendonly"), sdp(&other.ip(), "8 101", "recvonly"));
    let (passed_on, answered) = changes(room, one, other, &offer, &answer);
    assert_eq!((direction(&passed_on).as_str(), direction(&answered).as_str()), ("sendonly", "recvonly"));
}

/// A re-INVITE that we answer ourselves.
pub(crate) fn is_answered_here(room: &mut Room, one: &mut Phone, other: &Phone, offer: &str) -> Message {
    one.say(room, "INVITE", "", offer);
    let answer = room.expect(&one.address(), "200");
    assert!(!room.has(&other.address(), "INVITE"), "nothing for the other side");
    answer
}

#[test]
fn a_refresh_is_answered_while_the_other_side_is_deaf() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    let offer = sdp(&anna.ip(), "8 0 101", "sendrecv");
    let first = is_answered_here(&mut room, &mut anna, &ben, &offer);
    anna.ack(&mut room, "");
    let newer = with(&offer, "phone 1 1", "phone 1 2");
    let second = is_answered_here(&mut room, &mut anna, &ben, &newer);
    anna.ack(&mut room, "");
    assert_eq!(body(&first), body(&second), "nothing was changed, so the same is said again");
    assert!(body(&first).contains("RTP/AVP 8 101\r\n"), "{}", body(&first));
    let offer = sdp(&ben.ip(), "8 101", "sendrecv");
    is_answered_here(&mut room, &mut ben, &anna, &offer);
    ben.ack(&mut room, "");
    room.pass(40_000);
    assert!(!room.has(&anna.address(), "BYE") && !room.has(&ben.address(), "BYE"));
}

#[test]
fn a_phone_whose_media_moves_is_followed_without_a_word_to_the_other_side() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    let moved = with(&sdp(&anna.ip(), "8 0 101", "sendrecv"), "audio 40000", "audio 40100");
    is_answered_here(&mut room, &mut anna, &ben, &moved);
    let there = format!("{}:40100", anna.ip()).parse().ok();
    let aimed = |command: &Command| matches!(command, Command::Aim { aim, .. } if aim.rtp == there);
    assert!(room.media.iter().any(aimed));
}

#[test]
fn a_side_on_hold_that_refreshes_stays_on_hold_and_hears_again_after_the_resume() {
    for refresh in ["recvonly", "sendrecv"] {
        let mut room = Room::new();
        let (mut anna, mut ben) = talking(&mut room);
        holds(&mut room, &mut anna, &ben);
        let offer = sdp(&ben.ip(), "8 101", refresh);
        let answer = is_answered_here(&mut room, &mut ben, &anna, &offer);
        assert_eq!(direction(&answer), "sendonly", "{refresh}");
        ben.ack(&mut room, "");
        let answer = sdp(&ben.ip(), "8 101", "sendrecv");
        let offer = sdp(&anna.ip(), "8 0 101", "sendrecv");
        let (passed_on, answered) = changes(&mut room, &mut anna, &ben, &offer, &answer);
        assert_eq!((direction(&passed_on).as_str(), direction(&answered).as_str()), ("sendrecv", "sendrecv"));
    }
}

#[test]
fn a_resume_without_an_offer_is_offered_what_the_other_side_wants() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 0 101", "sendrecv"));
    anna.take_answer(&mut room);
    room.sent.clear();
    let (hold, held) = (sdp(&anna.ip(), "8 101", "sendonly"), sdp(&ben.ip(), "8 101", "recvonly"));
    changes(&mut room, &mut anna, &ben, &hold, &held);
    let offer = is_answered_here(&mut room, &mut anna, &ben, "");
    assert_eq!(direction(&offer), "sendrecv", "Ben does not hold");
    assert!(body(&offer).contains("RTP/AVP 8 101 0\r\n"), "all that Ben has: {}", body(&offer));
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "sendrecv"));
    let told = room.expect(&ben.address(), "INVITE");
    assert_eq!(direction(&told), "sendrecv");
    ben.answer(&mut room, &told, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    room.expect(&ben.address(), "ACK");
    assert!(!room.has(&anna.address(), "INVITE"), "Anna knows that");
}

#[test]
fn a_refresh_without_an_offer_changes_nothing() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    holds(&mut room, &mut anna, &ben);
    is_answered_here(&mut room, &mut anna, &ben, "");
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "sendonly"));
    assert!(!room.has(&ben.address(), "INVITE"), "Anna holds as before");
    let offer = is_answered_here(&mut room, &mut ben, &anna, "");
    assert_eq!(direction(&offer), "sendonly", "and Ben is told so");
    ben.ack(&mut room, &sdp(&ben.ip(), "8 101", "recvonly"));
    assert!(!room.has(&anna.address(), "INVITE"));
}

#[test]
fn a_codec_chosen_in_an_ack_is_passed_on() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 0 101", "sendrecv"));
    anna.take_answer(&mut room);
    room.sent.clear();
    is_answered_here(&mut room, &mut anna, &ben, "");
    anna.ack(&mut room, &sdp(&anna.ip(), "0 101", "sendrecv"));
    let told = room.expect(&ben.address(), "INVITE");
    assert!(body(&told).contains("RTP/AVP 0 101\r\n"), "{}", body(&told));
}

#[test]
fn a_hold_in_an_answer_to_what_an_ack_told_comes_back() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    holds(&mut room, &mut anna, &ben);
    is_answered_here(&mut room, &mut anna, &ben, "");
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "sendrecv"));
    let told = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &told, 200, &sdp(&ben.ip(), "8 101", "sendonly"));
    let echo = room.expect(&anna.address(), "INVITE");
    assert_eq!(direction(&echo), "sendonly", "Ben holds by now");
    anna.answer(&mut room, &echo, 200, &sdp(&anna.ip(), "8 101", "inactive"));
    room.expect(&anna.address(), "ACK");
    assert!(!room.has(&ben.address(), "INVITE"), "it comes to an end");
}

#[test]
fn an_end_of_a_hold_in_an_answer_is_told_to_who_asked_for_less() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    holds(&mut room, &mut anna, &ben);
    // Ben wants another codec, and repeats what Anna's hold has left him.
    let (offer, answer) = (sdp(&ben.ip(), "0 101", "recvonly"), sdp(&anna.ip(), "0 101", "sendrecv"));
    let (passed_on, answered) = changes(&mut room, &mut ben, &anna, &offer, &answer);
    assert_eq!((direction(&passed_on).as_str(), direction(&answered).as_str()), ("sendrecv", "sendonly"));
    let told = room.expect(&ben.address(), "INVITE");
    assert_eq!(direction(&told), "sendrecv", "Anna holds no more");
}

/// Somebody is offered this and answers that.
fn is_offered(room: &mut Room, phone: &Phone, offered: &str, answer: &str) {
    let offer = room.expect(&phone.address(), "INVITE");
    assert_eq!(direction(&offer), offered, "to {}", phone.name);
    phone.answer(room, &offer, 200, &sdp(&phone.ip(), "8 101", answer));
    room.expect(&phone.address(), "ACK");
}

#[test]
fn two_who_hold_in_silence_and_resume_without_an_offer_hear_each_other() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    is_answered_here(&mut room, &mut anna, &ben, "");
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "inactive"));
    let told = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &told, 491, "");
    room.expect(&ben.address(), "ACK");
    ben.say(&mut room, "INVITE", "", &sdp(&ben.ip(), "8 101", "inactive"));
    is_offered(&mut room, &anna, "inactive", "inactive");
    room.expect(&ben.address(), "200");
    ben.ack(&mut room, "");
    let offer = is_answered_here(&mut room, &mut anna, &ben, "");
    assert_eq!(direction(&offer), "sendonly", "or Anna could not say that she holds no more");
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "recvonly"));
    is_offered(&mut room, &ben, "sendrecv", "inactive");
    is_offered(&mut room, &anna, "inactive", "inactive");
    let offer = is_answered_here(&mut room, &mut ben, &anna, "");
    assert_eq!(direction(&offer), "sendrecv");
    ben.ack(&mut room, &sdp(&ben.ip(), "8 101", "sendrecv"));
    is_offered(&mut room, &anna, "sendrecv", "sendrecv");
    assert!(!room.has(&anna.address(), "INVITE") && !room.has(&ben.address(), "INVITE"));
}

#[test]
fn a_hold_by_port_0_or_an_address_of_zeros_is_a_hold() {
    for (from, to, way) in [
        ("audio 40000", "audio 0", "inactive"),
        ("c=IN IP4 192.0.2.101", "c=IN IP4 0.0.0.0", "sendonly"),
        ("sendrecv", "inactive", "inactive"),
    ] {
        let mut room = Room::new();
        let (mut anna, ben) = talking(&mut room);
        let offer = sdp(&anna.ip(), "8 0 101", "sendrecv");
        let held = with(
            &sdp(&ben.ip(), "8 101", "inactive"),
            "audio 40000",
            if way == "inactive" { "audio 0" } else { "audio 40000" },
        );
        let (passed_on, answered) = changes(&mut room, &mut anna, &ben, &with(&offer, from, to), &held);
        assert_eq!(direction(&passed_on), way, "{to}");
        assert_eq!(body(&answered).contains("m=audio 0 "), to == "audio 0", "{}", body(&answered));
        let (passed_on, answered) = changes(&mut room, &mut anna, &ben, &offer, &sdp(&ben.ip(), "8 101", "sendrecv"));
        assert_eq!((direction(&passed_on).as_str(), direction(&answered).as_str()), ("sendrecv", "sendrecv"), "{to}");
        assert!(body(&passed_on).contains("RTP/AVP 8 0 101\r\n") && !body(&answered).contains("m=audio 0 "));
    }
}

#[test]
fn a_change_may_have_fewer_lines_than_before_and_more() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    let video = "m=video 40010 RTP/AVP 96\r\n";
    let offer = sdp(&anna.ip(), "8 0 101", "sendrecv") + video;
    anna.call_with(&mut room, "103", "", &offer);
    ben.pick_up(&mut room);
    anna.take_answer(&mut room);
    for lines in ["", video] {
        let hold = sdp(&anna.ip(), "8 0 101", if lines.is_empty() { "sendonly" } else { "sendrecv" }) + lines;
        let (_, answered) = changes(&mut room, &mut anna, &ben, &hold, &sdp(&ben.ip(), "8 101", "sendrecv"));
        assert_eq!(body(&answered).contains("m=video 0 "), !lines.is_empty(), "{}", body(&answered));
    }
    // Ben leaves out the line that Anna's offer does not pass on, too.
    let (hold, held) = (sdp(&ben.ip(), "8 101", "sendonly"), sdp(&anna.ip(), "8 101", "recvonly"));
    let (_, answered) = changes(&mut room, &mut ben, &anna, &hold, &held);
    assert_eq!(direction(&answered), "recvonly");
}
