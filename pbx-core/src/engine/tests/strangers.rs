//! What nobody of a call sends: it makes us send nothing elsewhere, remember nothing, and end
//! nothing.

use super::phone::{Phone, agree_to_bye, sdp, talking};
use super::room::{Room, tokens};
use crate::base::ids::Slot;
use crate::engine::Census;
use crate::engine::io::{Command, Input};
use pbx_sip::Message;

const STRANGER: &str = "198.51.100.66:4444";
const VICTIM: &str = "203.0.113.9:5060";

/// A 200 to an INVITE of this branch and From-tag that wants us to talk to [`VICTIM`].
fn forged_200(branch: &str, from_tag: &str, to_tag: &str) -> String {
    format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\nFrom: <sip:a@b>;tag={from_tag}\r\n\
         To: <sip:c@d>;tag={to_tag}\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:v@203.0.113.9>\r\n\
         Record-Route: <sip:203.0.113.9:5060;lr>\r\nContent-Length: 0\r\n\r\n"
    )
}

fn sent_to(room: &Room, to: &str) -> usize {
    room.sent.iter().filter(|sent| sent.to.to_string() == to).count()
}

#[test]
fn forged_200_makes_us_send_nothing_to_anybody() {
    let mut room = Room::new();
    let (branch, tag) = (tokens().branch(Slot(1), 1), tokens().tag(Slot(1), 2));
    let forged = [
        ("z9hG4bKrd0000000000000000001", tag.as_str()),
        ("z9hG4bKsomebodyelses", &tag),
        (&branch, "rd0000000000000000002"),
        (&branch, branch.trim_start_matches("z9hG4bK")),
    ];
    for (branch, tag) in forged {
        room.known(STRANGER, &forged_200(branch, tag, "x"));
    }
    room.pass(40_000);
    assert!(room.sent.is_empty(), "{}", room.sent.len());
    room.is_quiet_in_the_end();
}

#[test]
fn late_200_of_a_phone_is_hung_up_once_and_only_where_it_came_from() {
    let mut room = Room::new();
    let late = forged_200(&tokens().branch(Slot(1), 1), &tokens().tag(Slot(1), 2), "x");
    for _ in 0..10 {
        room.known(STRANGER, &late);
    }
    room.pass(40_000);
    assert_eq!(sent_to(&room, VICTIM), 0);
    assert_eq!(room.sent.iter().filter(|sent| sent.message.method().unwrap().as_str() == "ACK").count(), 1);
    let byes = room.sent.iter().filter(|sent| sent.message.method().unwrap().as_str() == "BYE").count();
    assert_eq!(sent_to(&room, STRANGER), 1 + byes, "one BYE and its repetitions");
    assert_eq!(byes, 11);
    room.is_quiet_in_the_end();
}

#[test]
fn ten_times_as_many_late_200s_as_are_hung_up_open_no_more_transactions() {
    let mut room = Room::new();
    for n in 0..2_560 {
        room.known(STRANGER, &forged_200(&tokens().branch(Slot(1), n), &tokens().tag(Slot(1), n), "x"));
    }
    assert_eq!(room.engine.census().transactions, 256);
    room.is_quiet_in_the_end();
}

#[test]
fn ten_times_as_many_answers_to_one_invite_as_phones_may_give_are_not_hung_up() {
    let mut room = Room::new();
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    let invite = ben.invited(&mut room);
    ben.answer(&mut room, &invite, 200, &sdp(&ben.ip(), "8 101", "sendrecv"));
    let before = room.engine.census();
    for n in 0..80 {
        let forged = ben.answer_text(&invite, 200, "", &format!("fork{n}"));
        let forged = forged.replace("Content-Length", "Record-Route: <sip:203.0.113.9;lr>\r\nContent-Length");
        room.known(&ben.address(), &forged);
    }
    let after = room.engine.census();
    assert_eq!((after.transactions - before.transactions, after.acks - before.acks), (7, 7));
    assert_eq!(sent_to(&room, VICTIM), 0);
}

#[test]
fn request_of_a_dialog_that_is_over_is_answered_and_costs_no_state() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    for (n, method) in ["BYE", "INVITE", "OPTIONS", "ACK", "CANCEL"].iter().cycle().take(10_000).enumerate() {
        let tag = tokens().tag(Slot(1), n as u64);
        let text = anna.invite_text("103", &format!("n{n}"), "", "").replace("INVITE", method);
        let text = text.replace("To: <sip:103@acme.test>", &format!("To: <sip:103@acme.test>;tag={tag}"));
        room.known(STRANGER, &text);
    }
    assert_eq!(room.engine.census(), Census::default());
    room.pass(40_000);
    assert_eq!(room.sent.len(), 8_000, "each but the ACKs has one answer");
    assert!(room.sent.iter().all(|sent| sent.message.status().unwrap().code() == 481));
}

/// What the server says to a phone's INVITE that it does not take, and how often when the phone
/// acknowledges it.
fn refused(room: &mut Room, phone: &mut Phone, code: &str) -> usize {
    let answer = room.expect(&phone.address(), code);
    let tag = answer.to_addr().unwrap().tag().unwrap().to_owned();
    assert!(tokens().read_tag(&tag).is_some(), "the door finds the engine by {tag}");
    phone.learn_tag(&answer);
    phone.acknowledge_refusal(room);
    room.pass(40_000);
    1 + sent_to(room, &phone.address())
}

#[test]
fn refusal_outside_of_a_call_is_said_once_to_who_acknowledges_it() {
    let mut room = Room::new();
    let mut anna = Phone::new("101");
    // A nonce that is used twice.
    let who = anna.who(&mut room);
    let text = anna.invite_text("104", "first", "", "");
    room.receive(&anna.address(), who.clone(), &text);
    room.sent.clear();
    let mut again = Phone::new("101");
    let text = again.invite_text("103", "first", "", "").replace("call-of-101-first", "another");
    room.receive(&again.address(), who, &text.replace("z9hG4bKfirst", "z9hG4bKsecond"));
    room.sent.retain(|sent| sent.message.status().unwrap().code() == 403);
    let answer = room.expect(&again.address(), "403");
    assert!(tokens().read_tag(answer.to_addr().unwrap().tag().unwrap()).is_some());

    let mut room = Room::new();
    let mut cara = Phone::new("103");
    cara.call_with(&mut room, "101", "X-Ringdown-Hops: 10\r\n", "");
    assert_eq!(refused(&mut room, &mut cara, "483"), 1);

    let mut room = Room::new();
    room.input(Input::Command(Command::Drain));
    let mut anna = Phone::new("101");
    anna.call(&mut room, "103");
    assert_eq!(refused(&mut room, &mut anna, "503"), 1);
    room.is_quiet_in_the_end();
}

#[test]
fn bye_of_another_call_id_or_another_side_ends_nothing() {
    let mut room = Room::new();
    let (anna, _ben) = talking(&mut room);
    let bye = anna.text("BYE", 9, "in", "", "");
    for forged in [bye.replace("tag=from101", "tag=guess"), bye.replace("Call-ID: ", "Call-ID: other")] {
        room.known("192.0.2.66:5060", &forged);
        room.expect("192.0.2.66:5060", "481");
        room.known(&anna.address(), &forged);
        room.expect(&anna.address(), "481");
    }
    assert!(!room.has("192.0.2.103:5060", "BYE"));
    assert_eq!(room.engine.calls(), 1);
}

#[test]
fn phone_that_spells_our_tag_in_capitals_is_in_its_dialog() {
    let mut room = Room::new();
    let (anna, ben) = talking(&mut room);
    let bye = anna.text("BYE", 9, "in", "", "");
    let message = Message::parse(bye.clone()).unwrap();
    let tag = message.to_addr().unwrap().tag().unwrap().to_owned();
    room.known(&anna.address(), &bye.replace(&tag, &tag.to_uppercase()));
    room.expect(&anna.address(), "200");
    agree_to_bye(&mut room, &ben);
}
