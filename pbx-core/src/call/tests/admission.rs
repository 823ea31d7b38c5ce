//! How many calls may go on at once.

use super::phone::{Phone, sdp};
use super::room::Room;
use crate::event::Disposition;

/// A room with these limits of a company and of a phone.
fn room(per_tenant: u32, per_device: u32) -> Room {
    let mut room = Room::new();
    (room.settings.calls_per_tenant, room.settings.calls_per_device) = (per_tenant, per_device);
    room
}

/// The phone begins one more call, beside those that it has.
fn calls_again(room: &mut Room, phone: &mut Phone, branch: &str, dialled: &str) {
    let who = phone.who(room);
    let text = phone.invite_text(dialled, branch, "", &sdp(&phone.ip(), "8 0", "sendrecv"));
    room.receive(&phone.address(), who, &text);
}

fn causes(room: &Room) -> Vec<(u16, Disposition, String)> {
    room.records().into_iter().map(|record| (record.sip_code, record.disposition, record.cause)).collect()
}

#[test]
fn phone_with_all_its_calls_gets_486_and_a_record_and_others_go_on() {
    let mut room = room(0, 1);
    let (mut anna, mut cleo) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "103");
    cleo.invited(&mut room);
    calls_again(&mut room, &mut anna, "second", "102");
    room.expect(&anna.address(), "486");
    assert!(!room.has(&Phone::new("102").address(), "INVITE"));
    let record = room.record();
    assert_eq!(
        (record.sip_code, record.disposition, record.cause.as_str()),
        (486, Disposition::Rejected, "device-full")
    );
    cleo.call(&mut room, "102");
    Phone::new("102").invited(&mut room);
}

#[test]
fn company_with_all_its_calls_gets_486_whoever_calls() {
    let mut room = room(1, 0);
    let (mut anna, mut cleo) = (Phone::new("101"), Phone::new("103"));
    anna.call(&mut room, "104");
    cleo.call(&mut room, "102");
    let ended = causes(&room);
    assert_eq!(ended.len(), 1, "104 has no phone, so that call is over: {ended:?}");
    Phone::new("102").invited(&mut room);
    anna.cseq += 1;
    calls_again(&mut room, &mut anna, "second", "103");
    room.expect(&anna.address(), "486");
    assert_eq!(causes(&room)[1], (486, Disposition::Rejected, "tenant-full".to_owned()));
}

#[test]
fn call_that_ended_makes_room_and_a_thawed_engine_still_counts() {
    let mut room = room(0, 1);
    let mut anna = Phone::new("101");
    anna.call(&mut room, "103");
    room.thaw();
    calls_again(&mut room, &mut anna, "second", "102");
    room.expect(&anna.address(), "486");
    anna.invite_text("103", "first", "", "");
    anna.cancel(&mut room);
    room.expect(&anna.address(), "487");
    calls_again(&mut room, &mut anna, "third", "102");
    Phone::new("102").invited(&mut room);
}

#[test]
fn emergency_passes_the_limits() {
    let mut room = room(1, 1);
    let mut anna = Phone::new("101");
    anna.call(&mut room, "103");
    calls_again(&mut room, &mut anna, "second", "112");
    room.expect(&anna.address(), "503");
    assert_eq!(causes(&room)[0].2, "no-route", "it was refused for want of a trunk, not by a limit");
}
