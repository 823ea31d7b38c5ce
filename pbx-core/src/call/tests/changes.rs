//! Changes of the session while two talk: what passes to the other side, and what we answer
//! ourselves.

use super::phone::{Phone, agree_to_bye, body, sdp, talking, value};
use super::room::Room;
use pbx_media::Command;
use pbx_sip::{HeaderName, Message};

/// The same description with another direction, port or codec.
fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{text}");
    text.replace(from, to)
}

/// The direction that a description says.
fn direction(message: &Message) -> String {
    let body = body(message);
    let named = ["sendrecv", "sendonly", "recvonly", "inactive"];
    let line = body.lines().find_map(|line| line.strip_prefix("a=").filter(|name| named.contains(name)));
    line.unwrap_or("sendrecv").to_owned()
}

/// One side changes something, and the other says yes; what the other was offered, and what the one
/// was answered.
fn changes(room: &mut Room, one: &mut Phone, other: &Phone, offer: &str, answer: &str) -> (Message, Message) {
    one.say(room, "INVITE", "", offer);
    let passed_on = room.expect(&other.address(), "INVITE");
    other.answer(room, &passed_on, 200, answer);
    room.expect(&other.address(), "ACK");
    let answered = room.expect(&one.address(), "200");
    one.ack(room, "");
    (passed_on, answered)
}

/// One side holds, and the other follows.
fn holds(room: &mut Room, one: &mut Phone, other: &Phone) {
    let (offer, answer) = (sdp(&one.ip(), "8 0 101", "sendonly"), sdp(&other.ip(), "8 101", "recvonly"));
    let (passed_on, answered) = changes(room, one, other, &offer, &answer);
    assert_eq!((direction(&passed_on).as_str(), direction(&answered).as_str()), ("sendonly", "recvonly"));
}

/// A re-INVITE that we answer ourselves.
fn is_answered_here(room: &mut Room, one: &mut Phone, other: &Phone, offer: &str) -> Message {
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
