//! Offer and answer between the two legs: early media, no offer, hold, glare.

use super::phone::{Phone, agree_to_bye, body, sdp, talking, value};
use super::room::{Room, ring};
use crate::event::EventKind;
use pbx_media::{Aim, Command, Format, Payloads};
use pbx_sip::HeaderName;

#[test]
fn early_media_passes_from_the_first_that_has_some() {
    let mut room = Room::new();
    room.turns.push_back(ring(&["102"]));
    let (mut anna, mut desk, mut soft) = (Phone::new("101"), Phone::new("102"), Phone::new("112"));
    anna.call(&mut room, "102");
    let (one, two) = (desk.invited(&mut room), soft.invited(&mut room));
    desk.answer(&mut room, &one, 183, &sdp(&desk.ip(), "8", "sendrecv"));
    let early = room.expect(&anna.address(), "183");
    assert!(body(&early).contains("RTP/AVP 8"));
    assert!(room.media.iter().any(|command| matches!(command, Command::Join { .. })));
    soft.answer(&mut room, &two, 183, &sdp(&soft.ip(), "0", "sendrecv"));
    assert!(!room.has(&anna.address(), "183"), "the caller goes on hearing the first");
    soft.answer(&mut room, &two, 200, &sdp(&soft.ip(), "0", "sendrecv"));
    let answer = anna.take_answer(&mut room);
    assert!(body(&answer).contains("RTP/AVP 0"));
    let tag = |message: &pbx_sip::Message| message.to_addr().unwrap().tag().unwrap().to_owned();
    assert_ne!(tag(&early), tag(&answer), "another description needs another dialog");
    anna.say(&mut room, "BYE", "", "");
    room.expect(&anna.address(), "200");
    agree_to_bye(&mut room, &soft);
}

#[test]
fn a_caller_hears_ringing_once_early_media_has_ended() {
    for rings_first in [true, false] {
        let mut room = Room::new();
        room.turns.push_back(ring(&["102"]));
        let (mut anna, mut desk, mut soft) = (Phone::new("101"), Phone::new("102"), Phone::new("112"));
        anna.call(&mut room, "102");
        let (one, two) = (desk.invited(&mut room), soft.invited(&mut room));
        desk.answer(&mut room, &one, 183, &sdp(&desk.ip(), "8", "sendrecv"));
        room.expect(&anna.address(), "183");
        desk.answer(&mut room, &one, 180, "");
        if rings_first {
            soft.answer(&mut room, &two, 180, "");
        }
        assert!(!room.has(&anna.address(), "180"), "many phones would ring over what is heard");
        desk.answer(&mut room, &one, 486, "");
        if !rings_first {
            assert!(!room.has(&anna.address(), "180"), "nobody rings yet");
            soft.answer(&mut room, &two, 180, "");
        }
        room.expect(&anna.address(), "180");
        assert!(!room.has(&anna.address(), "180"));
    }
}

#[test]
fn forwarding_and_queueing_are_ringing_to_the_caller() {
    for code in [181, 182, 183] {
        let mut room = Room::new();
        let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
        anna.call(&mut room, "103");
        let invite = ben.invited(&mut room);
        ben.answer(&mut room, &invite, code, "");
        room.expect(&anna.address(), "180");
        ben.answer(&mut room, &invite, 180, "");
        assert!(!room.has(&anna.address(), "180"), "{code}: once");
    }
}

#[test]
fn a_caller_without_an_offer_is_offered_what_was_answered() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call_with(&mut room, "103", "", "");
    let invite = ben.invited(&mut room);
    assert!(body(&invite).contains("m=audio"), "phones ring badly without an offer");
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    room.expect(&ben.address(), "ACK");
    let offer = room.expect(&anna.address(), "200");
    assert!(body(&offer).contains("RTP/AVP 8"));
    anna.learn(&offer);
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "sendrecv"));
    let aimed = |ip: &str| {
        let here: std::net::SocketAddr = format!("{ip}:40000").parse().unwrap();
        room.media
            .iter()
            .any(|command| matches!(command, Command::Aim { aim: Aim { rtp: Some(rtp), .. }, .. } if *rtp == here))
    };
    assert!(aimed(&anna.ip()) && aimed(&ben.ip()));
}

#[test]
fn media_of_both_sides_is_counted_in_the_clock_of_their_codec() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    let opus = |ip: &str| sdp(ip, "96 101", "sendrecv") + "a=rtpmap:96 opus/48000/2\r\n";
    let offer = opus(&anna.ip());
    anna.call_with(&mut room, "103", "", &offer);
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 200, &opus(&ben.ip()));
    anna.take_answer(&mut room);
    let format = |payload, channels, clock, name: &str| Format { payload, channels, clock, name: name.into() };
    let formats = [format(96, 2, 48_000, "opus"), format(101, 1, 8_000, "telephone-event")];
    let expected = Payloads::of(formats.clone().into_iter(), formats.into_iter());
    assert_eq!(payloads(&room), [expected.clone(), expected]);
}

/// What the media threads were told last of the payload types of each port.
fn payloads(room: &Room) -> Vec<Payloads> {
    let mut of_ports = std::collections::BTreeMap::new();
    for command in &room.media {
        if let Command::Aim { port, aim } = command {
            of_ports.insert(*port, aim.payloads.clone());
        }
    }
    of_ports.into_values().collect()
}

/// A description with the keys under this number.
fn keys_as(ip: &str, number: u8) -> String {
    sdp(ip, &format!("8 {number}"), "sendrecv").replace("rtpmap:101", &format!("rtpmap:{number}"))
}

/// Payload types of a far end that was told one number for its keys and takes another.
fn keys(sends: u8, takes: u8) -> Payloads {
    let format =
        |payload| std::iter::once(Format { payload, channels: 1, clock: 8_000, name: "telephone-event".into() });
    Payloads::of(format(sends), format(takes))
}

#[test]
fn each_leg_has_its_own_number_for_keys_where_the_answer_renumbers_them() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    let offer = keys_as(&anna.ip(), 96);
    anna.call_with(&mut room, "103", "", &offer);
    let invite = ben.invited(&mut room);
    assert!(body(&invite).contains("rtpmap:96 telephone-event"), "{}", body(&invite));
    ben.answer(&mut room, &invite, 200, &keys_as(&ben.ip(), 101));
    let answer = anna.take_answer(&mut room);
    assert!(body(&answer).contains("rtpmap:101 telephone-event"), "{}", body(&answer));
    assert_eq!(payloads(&room), [keys(96, 101), keys(101, 96)], "what one sends the other takes, as it is");
}

#[test]
fn each_leg_has_its_own_number_for_keys_where_the_caller_answers_last() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call_with(&mut room, "103", "", "");
    let invite = ben.invited(&mut room);
    assert!(body(&invite).contains("rtpmap:101 telephone-event"), "{}", body(&invite));
    ben.answer(&mut room, &invite, 200, &keys_as(&ben.ip(), 97));
    let offer = room.expect(&anna.address(), "200");
    assert!(body(&offer).contains("rtpmap:97 telephone-event"), "{}", body(&offer));
    anna.learn(&offer);
    let answer = keys_as(&anna.ip(), 96);
    anna.ack(&mut room, &answer);
    let format = |payload, channels, clock, name: &str| Format { payload, channels, clock, name: name.into() };
    let told = [format(111, 2, 48_000, "opus"), format(101, 1, 8_000, "telephone-event")];
    let takes = [format(97, 1, 8_000, "telephone-event")];
    let bens = Payloads::of(told.into_iter(), takes.into_iter());
    assert_eq!(payloads(&room), [bens, keys(97, 96)], "101 of the one is 96 to the other");
}

#[test]
fn payload_types_of_early_media_are_those_of_the_open_offer() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    let offer = keys_as(&anna.ip(), 96);
    anna.call_with(&mut room, "103", "", &offer);
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 183, &keys_as(&ben.ip(), 101));
    assert_eq!(payloads(&room)[0], keys(96, 101), "of Ben's port");
    assert_eq!(payloads(&room)[1], keys(101, 96), "of Anna's");
}

#[test]
fn hold_and_resume_pass_to_the_other_side() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    for (asked, passed, answered) in [("sendonly", "a=sendonly", "recvonly"), ("sendrecv", "a=sendrecv", "sendrecv")] {
        anna.say(&mut room, "INVITE", "Contact: <sip:101@192.0.2.101:5060>\r\n", &sdp(&anna.ip(), "8 0 101", asked));
        let passed_on = room.expect(&ben.address(), "INVITE");
        assert!(body(&passed_on).contains(passed), "{}", body(&passed_on));
        ben.answer(&mut room, &passed_on, 200, &sdp(&ben.ip(), "8 101", answered));
        room.expect(&ben.address(), "ACK");
        let answer = room.expect(&anna.address(), "200");
        assert!(body(&answer).contains(&format!("a={answered}")), "{}", body(&answer));
        anna.ack(&mut room, "");
    }
    let holds = room.events.iter().filter_map(|kind| match kind {
        EventKind::Held { leg } => Some(("held", *leg)),
        EventKind::Resumed { leg } => Some(("resumed", *leg)),
        _ => None,
    });
    let holds: Vec<_> = holds.collect();
    anna.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &ben);
    let record = room.record();
    assert_eq!(holds, [("held", record.legs[0].id), ("resumed", record.legs[0].id)]);
    assert_eq!(record.segments.len(), 1, "hold does not split");
    room.is_quiet_in_the_end();
}

#[test]
fn a_refused_change_leaves_the_call_as_it_was() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "9", "sendrecv"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &passed_on, 488, "");
    room.expect(&ben.address(), "ACK");
    room.expect(&anna.address(), "488");
    anna.ack(&mut room, "");
    ben.say(&mut room, "INVITE", "", &sdp(&ben.ip(), "8", "sendonly"));
    let passed_on = room.expect(&anna.address(), "INVITE");
    anna.answer(&mut room, &passed_on, 200, &sdp(&anna.ip(), "8", "recvonly"));
    room.expect(&ben.address(), "200");
}

#[test]
fn glare_between_the_two_sides_is_refused_with_491() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8", "sendonly"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.say(&mut room, "INVITE", "", &sdp(&ben.ip(), "8", "sendonly"));
    room.expect(&ben.address(), "491");
    ben.answer(&mut room, &passed_on, 491, "");
    room.expect(&ben.address(), "ACK");
    assert!(!room.has(&anna.address(), "491"), "we try again ourselves");
    room.pass(4_100);
    let again = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &again, 200, &sdp(&ben.ip(), "8", "recvonly"));
    room.expect(&anna.address(), "200");
}

#[test]
fn a_change_that_finds_the_other_side_gone_ends_the_call() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8", "sendonly"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &passed_on, 481, "");
    room.expect(&anna.address(), "487");
    agree_to_bye(&mut room, &anna);
    assert_eq!(room.record().cause, "far-end-vanished");
    anna.ack(&mut room, "");
    room.is_quiet_in_the_end();
}

/// Anna holds, and Ben says no more than 100.
fn trying_to_hold(room: &mut Room) -> (Phone, Phone, pbx_sip::Message) {
    let (mut anna, ben) = talking(room);
    anna.say(room, "INVITE", "", &sdp(&anna.ip(), "8", "sendonly"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.answer(room, &passed_on, 100, "");
    (anna, ben, passed_on)
}

#[test]
fn a_change_that_was_never_answered_leaves_nothing_after_the_call() {
    let mut room = Room::new();
    let (mut anna, ben, _) = trying_to_hold(&mut room);
    anna.say(&mut room, "BYE", "", "");
    room.expect(&anna.address(), "487");
    room.expect(&ben.address(), "CANCEL");
    room.expect(&ben.address(), "BYE");
    room.is_quiet_in_the_end();
}

#[test]
fn a_change_that_stays_provisional_is_taken_back_and_the_call_goes_on() {
    let mut room = Room::new();
    let (mut anna, ben, passed_on) = trying_to_hold(&mut room);
    room.pass(31_000);
    ben.answer(&mut room, &passed_on, 100, "");
    assert!(!room.has(&ben.address(), "CANCEL"));
    room.pass(1_100);
    room.expect(&ben.address(), "CANCEL");
    ben.answer(&mut room, &passed_on, 487, "");
    room.expect(&anna.address(), "487");
    assert!(!room.has(&ben.address(), "BYE") && !room.has(&anna.address(), "BYE"));
    anna.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &ben);
    room.is_quiet_in_the_end();
}

#[test]
fn a_phone_that_vanishes_after_a_provisional_answer_is_given_up() {
    let mut room = Room::new();
    let (anna, _ben, _) = trying_to_hold(&mut room);
    room.pass(65_000);
    room.expect(&anna.address(), "487");
    agree_to_bye(&mut room, &anna);
    room.pass(2_000);
    assert_eq!(room.record().cause, "far-end-vanished");
    room.is_quiet_in_the_end();
}

#[test]
fn a_change_without_an_offer_is_answered_with_one() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    anna.say(&mut room, "INVITE", "", "");
    let offer = room.expect(&anna.address(), "200");
    assert!(body(&offer).contains("m=audio"));
    anna.ack(&mut room, &sdp(&anna.ip(), "8 101", "sendonly"));
    let told = room.expect(&ben.address(), "INVITE");
    assert!(body(&told).contains("a=sendonly"));
    ben.answer(&mut room, &told, 200, &sdp(&ben.ip(), "8 101", "recvonly"));
    room.expect(&ben.address(), "ACK");
    assert!(!room.has(&ben.address(), "BYE") && !room.has(&anna.address(), "BYE"));
}

#[test]
fn a_change_in_words_that_nobody_knows_is_refused_and_the_call_goes_on() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    let text = anna.text("INVITE", 2, "odd", "", "please hold");
    room.known(&anna.address(), &text.replace("application/sdp", "text/plain"));
    let refusal = room.expect(&anna.address(), "415");
    assert_eq!(value(&refusal, HeaderName::Accept), "application/sdp");
    assert!(!room.has(&ben.address(), "INVITE"));
    anna.cseq = 2;
    anna.say(&mut room, "BYE", "", "");
    room.expect(&anna.address(), "200");
    agree_to_bye(&mut room, &ben);
}

#[test]
fn a_description_that_makes_no_sense_is_refused_and_recorded() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    anna.call_with(&mut room, "103", "", "this is no description");
    room.expect(&anna.address(), "400");
    assert_eq!(room.record().cause, "bad-offer");
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    let video = sdp(&anna.ip(), "96", "sendrecv").replace("m=audio", "m=video");
    anna.call_with(&mut room, "103", "", &video);
    room.expect(&anna.address(), "488");
}

#[test]
fn a_called_side_with_no_common_codec_is_hung_up() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "18", "sendrecv"));
    room.expect(&ben.address(), "ACK");
    agree_to_bye(&mut room, &ben);
    room.expect(&anna.address(), "488");
    anna.ack(&mut room, "");
    room.is_quiet_in_the_end();
}

#[test]
fn an_engine_may_be_frozen_and_thawed_at_any_moment() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    room.thaw();
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 183, &sdp(&ben.ip(), "8 101", "sendrecv"));
    room.thaw();
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    room.thaw();
    anna.take_answer(&mut room);
    room.thaw();
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8 101", "sendonly"));
    room.thaw();
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &passed_on, 200, &sdp(&ben.ip(), "8 101", "recvonly"));
    room.thaw();
    let answer = room.expect(&anna.address(), "200");
    assert!(answer.header(HeaderName::Contact).is_some());
    anna.ack(&mut room, "");
    anna.say(&mut room, "BYE", "", "");
    room.thaw();
    agree_to_bye(&mut room, &ben);
    assert_eq!(room.records().len(), 1);
    room.is_quiet_in_the_end();
}
