//! Until when two have talked of whom one was gone.

use super::phone::{Phone, agree_to_bye, sdp, talking};
use super::room::Room;
use std::time::Duration;

/// The phone is asked whether it is there.
fn is_there(room: &mut Room, phone: &Phone) {
    let options = room.expect(&phone.address(), "OPTIONS");
    phone.answer(room, &options, 200, "");
}

#[test]
fn phone_that_leaves_a_hold_unanswered_has_talked_until_it_was_heard_last() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    room.pass(10_000);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8", "sendonly"));
    room.expect(&ben.address(), "INVITE");
    room.silent_for = Some(Duration::from_secs(37));
    room.pass(32_000);
    room.expect(&anna.address(), "487");
    anna.ack(&mut room, "");
    is_there(&mut room, &anna);
    agree_to_bye(&mut room, &anna);
    room.expect(&ben.address(), "BYE");
    let record = room.record();
    assert_eq!((record.cause.as_str(), record.talk_us), ("far-end-vanished", 5_000_000));
    room.is_quiet_in_the_end();
}

#[test]
fn phone_that_knows_nothing_of_the_call_has_talked_until_it_was_heard_last() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    room.pass(10_000);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8", "sendonly"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    room.silent_for = Some(Duration::from_secs(7));
    ben.answer(&mut room, &passed_on, 481, "");
    is_there(&mut room, &anna);
    assert_eq!(room.record().talk_us, 3_000_000);
}

#[test]
fn caller_that_never_acknowledges_has_talked_until_it_was_heard_last() {
    for (silent_for, talked) in [(None, 0), (Some(20), 12_000_000)] {
        let mut room = Room::new();
        let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
        anna.call(&mut room, "103");
        ben.pick_up(&mut room);
        room.silent_for = silent_for.map(Duration::from_secs);
        room.pass(32_000);
        is_there(&mut room, &ben);
        agree_to_bye(&mut room, &ben);
        let record = room.record();
        assert_eq!((record.cause.as_str(), record.talk_us), ("no-ack", talked), "{silent_for:?}");
    }
}

#[test]
fn phone_that_has_not_answered_yet_is_waited_for_and_not_taken_for_gone() {
    let mut room = Room::new();
    let (mut anna, mut ben) = talking(&mut room);
    for (phone, millis) in [(&mut ben, 20_000), (&mut anna, 10_000)] {
        room.pass(millis);
        phone.say(&mut room, "OPTIONS", "", "");
        room.expect(&phone.address(), "200");
    }
    room.silent_for = Some(Duration::from_secs(60));
    room.pass(30_000);
    let (of_anna, of_ben) = (room.expect(&anna.address(), "OPTIONS"), room.expect(&ben.address(), "OPTIONS"));
    anna.answer(&mut room, &of_anna, 481, "");
    assert!(!room.has(&ben.address(), "BYE"));
    ben.answer(&mut room, &of_ben, 200, "");
    agree_to_bye(&mut room, &ben);
    assert_eq!(room.record().talk_us, 30_000_000, "the one who is there was silent for longer");
}

#[test]
fn two_who_are_gone_have_talked_until_the_first_was_heard_last_though_the_second_is_missed_first() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    room.pass(10_000);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8", "sendonly"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    room.pass(5_000);
    room.silent_for = Some(Duration::from_secs(2));
    ben.answer(&mut room, &passed_on, 481, "");
    let options = room.expect(&anna.address(), "OPTIONS");
    assert!(!room.has(&anna.address(), "BYE"));
    anna.answer(&mut room, &options, 481, "");
    room.expect(&anna.address(), "BYE");
    assert_eq!(room.record().talk_us, 13_000_000);
}

#[test]
fn one_who_is_heard_is_hung_up_at_once_when_the_other_is_gone() {
    let mut room = Room::new();
    let (mut anna, ben) = talking(&mut room);
    anna.say(&mut room, "INVITE", "", &sdp(&anna.ip(), "8", "sendonly"));
    let passed_on = room.expect(&ben.address(), "INVITE");
    ben.answer(&mut room, &passed_on, 481, "");
    assert!(!room.has(&anna.address(), "OPTIONS"));
    agree_to_bye(&mut room, &anna);
}
