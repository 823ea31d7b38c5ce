//! Session descriptions that are odd, and bodies that are more than one.

use super::phone::{Phone, body, sdp, talking};
use super::room::Room;
use pbx_media::Command;
use pbx_sip::HeaderName;

#[test]
fn offers_that_nobody_can_take_are_refused_before_anybody_rings() {
    for line in ["RTP/AVP\r\n", "RTP/AVP 101\r\n"] {
        let mut room = Room::new();
        let (mut anna, ben) = (Phone::new("101"), Phone::new("103"));
        let offer = sdp(&anna.ip(), "8", "sendrecv").replace("RTP/AVP 8\r\n", line);
        anna.call_with(&mut room, "103", "", &offer);
        room.expect(&anna.address(), "488");
        assert!(!room.has(&ben.address(), "INVITE"), "{line}");
        assert_eq!(room.record().cause, "not-acceptable");
        anna.ack(&mut room, "");
        room.is_quiet_in_the_end();
    }
}

#[test]
fn a_refused_offer_is_told_what_is_wrong_with_it() {
    for (line, warning) in [
        ("audio 0 RTP/AVP 8", "304 "),
        ("video 40000 RTP/AVP 96", "304 "),
        ("audio 40000 RTP/SAVP 8", "302 "),
        ("audio 40000 RTP/AVP 101", "305 "),
    ] {
        let mut room = Room::new();
        let mut anna = Phone::new("101");
        let offer = sdp(&anna.ip(), "8", "sendrecv").replace("audio 40000 RTP/AVP 8", line);
        anna.call_with(&mut room, "103", "", &offer);
        let refusal = room.expect(&anna.address(), "488");
        assert!(refusal.header(HeaderName::Warning).unwrap().value().starts_with(warning), "{line}: {refusal}");
    }
    let mut room = Room::new();
    let (mut anna, _ben) = talking(&mut room);
    let keys_alone = sdp(&anna.ip(), "101", "sendrecv");
    anna.say(&mut room, "INVITE", "", &keys_alone);
    let refusal = room.expect(&anna.address(), "488");
    assert!(refusal.header(HeaderName::Warning).unwrap().value().starts_with("305 "), "{refusal}");
}

#[test]
fn an_answer_whose_type_is_half_readable_is_an_answer() {
    for kind in ["application/sdp;", "application/sdp;charset=", "sdp"] {
        let mut room = Room::new();
        let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
        anna.call(&mut room, "103");
        let invite = ben.invited(&mut room);
        let answer = ben.answer_text(&invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"), "to103");
        room.known(&ben.address(), &answer.replace("application/sdp", kind));
        room.expect(&ben.address(), "ACK");
        assert!(body(&anna.take_answer(&mut room)).contains("RTP/AVP 8 101"), "{kind}");
    }
}

#[test]
fn an_answer_with_a_line_too_many_is_an_answer() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 200, &(sdp(&ben.ip(), "8 101", "sendrecv") + "m=video 0 RTP/AVP 97\r\n"));
    room.expect(&ben.address(), "ACK");
    assert!(!body(&anna.take_answer(&mut room)).contains("video"));
}

#[test]
fn media_of_a_phone_that_tells_a_host_name_goes_to_where_it_signals_from() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    let named = sdp("desk.acme.test", "8 101", "sendrecv");
    anna.call_with(&mut room, "103", "", &named);
    ben.pick_up(&mut room);
    anna.take_answer(&mut room);
    let there = format!("{}:40000", anna.ip()).parse().ok();
    let aimed =
        |command: &Command| matches!(command, Command::Aim { aim, .. } if aim.rtp.is_some() && aim.rtp == there);
    assert!(room.media.iter().any(aimed));
}

/// A call whose body has that type, and further headers.
fn called_with(room: &mut Room, anna: &mut Phone, kind: &str, headers: &str, body: &str) {
    let who = anna.who(room);
    let text = anna.invite_text("103", "first", headers, body).replace("application/sdp\r\nContent-Length", "KIND");
    let text = text.replace("KIND", &format!("{kind}\r\nContent-Length"));
    room.receive(&anna.address(), who, &text);
}

#[test]
fn a_description_among_other_parts_is_found() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    let parts = format!(
        "--next\r\nContent-Type: application/isup;version=itu-t92+\r\nContent-Disposition: signal;handling=optional\r\n\r\n\
         \x01\x02\r\n--next\r\nContent-Type: application/sdp\r\n\r\n{}\r\n--next--\r\n",
        sdp(&anna.ip(), "8 101", "sendonly")
    );
    called_with(&mut room, &mut anna, "multipart/mixed;boundary=\"next\"", "", &parts);
    assert!(body(&ben.invited(&mut room)).contains("RTP/AVP 8 101\r\n"));
    let mut room = Room::new();
    let nothing = "--next\r\nContent-Type: text/plain\r\n\r\nhello\r\n--next--\r\n";
    called_with(&mut room, &mut anna, "multipart/mixed;boundary=next", "", nothing);
    room.expect(&anna.address(), "415");
}

#[test]
fn a_description_is_found_beside_bytes_that_are_no_text_and_where_lines_end_with_lf() {
    let isup = "Content-Type: application/isup;\r\n version=itu-t92+\r\n\r\n\u{1}--next\u{ff}\u{0}";
    let inner = |sdp: &str| format!("--in\nContent-Type: application/sdp\n\n{sdp}\n--in--\n");
    for (kind, wrap) in [
        ("multipart/mixed;boundary=next", None),
        ("multipart/mixed; boundary=\"next\"", Some("multipart/alternative;boundary=in")),
    ] {
        for line_end in ["\r\n", "\n"] {
            let mut room = Room::new();
            let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
            let offer = sdp(&anna.ip(), "8 101", "sendonly");
            let (named, offer) = match wrap {
                Some(wrap) => (wrap, inner(&offer)),
                None => ("application/sdp", offer),
            };
            let parts = format!(
                "preamble\r\n--next\r\n{isup}\r\n--next\r\nContent-Type: {named}\r\n\r\n{offer}\r\n--next--\r\n"
            );
            let who = anna.who(&mut room);
            let parts = parts.replace("\r\n", line_end);
            let length = format!("Content-Type: {kind}\r\nContent-Length: {}", parts.chars().count());
            let head = anna.invite_text("103", "first", "", "").replace("Content-Length: 0", &length);
            let bytes: Vec<u8> = (head + &parts).chars().map(|letter| u8::try_from(letter).unwrap()).collect();
            room.receive_bytes(&anna.address(), who, &bytes);
            assert!(body(&ben.invited(&mut room)).contains("RTP/AVP 8 101\r\n"), "{kind} {line_end:?}");
        }
    }
}

#[test]
fn words_that_may_be_left_out_are() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    let optional = "Content-Disposition: render; handling=optional\r\n";
    called_with(&mut room, &mut anna, "text/plain", optional, "hello");
    assert!(body(&ben.invited(&mut room)).contains("m=audio"), "as of an INVITE without an offer");
}

#[test]
fn an_offer_of_many_words_leaves_room_for_itself_in_a_datagram() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    let long = |number: u8| format!("a=rtpmap:{number} X{number}/8000\r\na=fmtp:{number} {}\r\n", "z".repeat(250));
    let offer = sdp(&anna.ip(), "96 97 98 99 8 101", "sendrecv") + &(96..100).map(long).collect::<String>();
    anna.call_with(&mut room, "103", "", &offer);
    let invite = ben.invited(&mut room);
    assert!(invite.as_bytes().len() <= 1_300, "{}", invite.as_bytes().len());
    assert!(body(&invite).contains("RTP/AVP 96 8 101\r\n"), "{invite}");
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    assert!(body(&anna.take_answer(&mut room)).contains("RTP/AVP 8 101\r\n"));
}

#[test]
fn a_change_to_nothing_is_refused_and_the_call_goes_on() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    let nothing = sdp(&anna.ip(), "8", "sendrecv").replace("RTP/AVP 8", "RTP/AVP");
    anna.say(&mut room, "INVITE", "", &nothing);
    room.expect(&anna.address(), "488");
    assert!(!room.has(&ben.address(), "INVITE"));
}
