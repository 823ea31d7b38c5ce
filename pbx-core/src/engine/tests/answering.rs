//! From the INVITE to the conversation, and its end.

use super::phone::{Phone, agree_to_bye, body, contact, sdp, talking};
use super::room::{Room, ring};
use crate::event::{Disposition, EventKind};
use crate::journal::Entry;
use pbx_media::Command;
use pbx_sip::HeaderName;

#[test]
fn one_phone_calls_another_and_hangs_up() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    assert!(matches!(room.journal[0], Entry::CallStarted { .. }));
    let invite = ben.invited(&mut room);
    assert!(body(&invite).contains("m=audio"), "our own offer");
    assert!(!body(&invite).contains("192.0.2.101"), "the caller's address stays with us");
    assert_eq!(
        invite.header(HeaderName::PAssertedIdentity).unwrap().value(),
        "\"Person 101\" <sip:101@192.0.2.1:5060>"
    );
    ben.answer(&mut room, &invite, 180, "");
    room.expect(&anna.address(), "180");
    room.pass(2_000);
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    let ack = room.expect(&ben.address(), "ACK");
    assert_eq!(ack.uri_text(), Some("sip:103@192.0.2.103:5060"), "to the responder's Contact");
    assert!(room.journal.iter().any(|entry| matches!(entry, Entry::CallAnswered { .. })));
    let answer = anna.take_answer(&mut room);
    assert!(body(&answer).contains("RTP/AVP 8 101") && !body(&answer).contains("192.0.2.103"));
    assert_eq!(contact(&answer), "sip:192.0.2.1:5060");
    room.pass(10_000);
    anna.say(&mut room, "BYE", "", "");
    room.expect(&anna.address(), "200");
    agree_to_bye(&mut room, &ben);
    let record = room.record();
    assert_eq!((record.disposition, record.sip_code, record.cut), (Disposition::Answered, 200, false));
    assert_eq!(record.talk_us, 10_000_000);
    assert_eq!(record.to.number, "103");
    assert_eq!((record.legs.len(), record.segments.len()), (2, 1));
    assert!(record.segments[0].media.as_ref().unwrap().from_a.packets > 0, "the media threads have reported");
    room.is_quiet_in_the_end();
}

#[test]
fn the_called_side_may_hang_up_first() {
    let mut room = Room::new();
    let (anna, mut ben) = talking(&mut room);
    ben.say(&mut room, "BYE", "", "");
    room.expect(&ben.address(), "200");
    agree_to_bye(&mut room, &anna);
    assert_eq!(room.record().disposition, Disposition::Answered);
    room.is_quiet_in_the_end();
}

#[test]
fn everybody_of_a_list_rings_and_the_first_answer_wins() {
    let mut room = Room::new();
    room.turns.push_back(ring(&["102", "103"]));
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "102");
    let (mut desk, mut soft) = (Phone::new("102"), Phone::new("112"));
    let desk_invite = desk.invited(&mut room);
    desk.answer(&mut room, &desk_invite, 180, "");
    let soft_invite = soft.invited(&mut room);
    ben.pick_up(&mut room);
    let cancel = room.expect(&desk.address(), "CANCEL");
    assert_eq!(cancel.header(HeaderName::Reason).unwrap().value(), "SIP;cause=200;text=\"Call completed elsewhere\"");
    assert!(!room.has(&soft.address(), "CANCEL"), "it has shown no sign of life (RFC 3261 §9.1)");
    soft.answer(&mut room, &soft_invite, 180, "");
    room.expect(&soft.address(), "CANCEL");
    desk.answer(&mut room, &desk_invite, 487, "");
    room.expect(&desk.address(), "ACK");
    anna.take_answer(&mut room);
    anna.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &ben);
    assert_eq!(room.record().to.number, "103");
    room.is_quiet_in_the_end();
}

/// Where media is sent to, of every port, in order.
fn aims(room: &Room) -> Vec<String> {
    let aim = |command: &Command| match command {
        Command::Aim { aim, .. } => aim.rtp.map(|rtp| rtp.ip().to_string()),
        _ => None,
    };
    room.media.iter().filter_map(aim).collect()
}

#[test]
fn of_two_phones_behind_a_proxy_each_has_its_own_early_dialog() {
    let mut room = Room::new();
    let (mut anna, mut proxy) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = proxy.invited(&mut room);
    proxy.answer_as(&mut room, &invite, 183, &sdp("192.0.2.71", "8 101", "sendrecv"), "one");
    proxy.answer_as(&mut room, &invite, 183, &sdp("192.0.2.72", "0 101", "sendrecv"), "two");
    let heard = room.expect(&anna.address(), "183");
    assert!(body(&heard).contains("RTP/AVP 8 101"), "{}", body(&heard));
    assert_eq!(aims(&room), ["192.0.2.71", "192.0.2.101"], "the first one is heard");
    // The second one takes the call, and its answer was in its 183.
    proxy.answer_as(&mut room, &invite, 200, "", "two");
    room.expect(&proxy.address(), "ACK");
    let answer = anna.take_answer(&mut room);
    assert!(body(&answer).contains("RTP/AVP 0 101"), "{}", body(&answer));
    assert_eq!(aims(&room).last_chunk(), Some(&["192.0.2.72".to_owned(), "192.0.2.101".to_owned()]));
    anna.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &proxy);
    room.is_quiet_in_the_end();
}

#[test]
fn a_caller_in_silence_hears_ringing_after_a_second() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    anna.call(&mut room, "103");
    assert!(!room.has(&anna.address(), "180"));
    room.pass(150);
    room.expect(&anna.address(), "100");
    room.pass(1_000);
    room.expect(&anna.address(), "180");
    anna.cancel(&mut room);
    room.expect(&anna.address(), "487");
    anna.ack(&mut room, "");
    assert_eq!(room.record().disposition, Disposition::Cancelled);
    room.is_quiet_in_the_end();
}

#[test]
fn events_tell_the_call_in_order() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    anna.say(&mut room, "BYE", "", "");
    agree_to_bye(&mut room, &ben);
    let told: Vec<&str> = room
        .events
        .iter()
        .map(|kind| match kind {
            EventKind::CallStarted { .. } => "started",
            EventKind::TemplateChosen { .. } => "template",
            EventKind::LegStarted { .. } => "leg",
            EventKind::Answered { .. } => "answered",
            EventKind::CallEnded { .. } => "ended",
            _ => "other",
        })
        .collect();
    assert_eq!(told, ["started", "template", "leg", "answered", "ended"]);
}
