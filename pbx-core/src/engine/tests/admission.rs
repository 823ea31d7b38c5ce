//! How many calls may go on at once.

use super::phone::{Phone, sdp};
use super::room::{Room, Sent, tenant_id};
use crate::base::ids::TenantId;
use crate::directory::{Directory, Tenant};
use crate::event::Disposition;
use std::collections::HashMap;

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

/// A room of two companies, where the calls of each may hold a hundred pairs of ports.
fn shared_room() -> Room {
    let mut room = room(0, 0);
    room.settings.tenant_ports_percent = 1;
    let acme = room.directory.tenant(tenant_id()).unwrap().as_ref().clone();
    let globex = Tenant {
        id: TenantId::of_key("globex"),
        slug: "globex".into(),
        devices: HashMap::new(),
        numbers: HashMap::new(),
        domains: Vec::new(),
        ..acme.clone()
    };
    let trunks = room.directory.trunks().map(|trunk| trunk.as_ref().clone()).collect();
    room.directory = Directory::new(2, "ringdown".into(), vec![acme, globex], trunks);
    room
}

/// The phone begins so many calls to 102, each with a port of its own and one for each of the two
/// phones that ring.
fn rings_two_phones(room: &mut Room, phone: &mut Phone, calls: std::ops::Range<u32>) {
    for number in calls {
        calls_again(room, phone, &format!("two-{number}"), "102");
    }
}

fn invites(room: &Room, to: &str) -> usize {
    let to = super::room::address(to);
    let is_invite = |sent: &&Sent| sent.message.method().is_some_and(|method| method.as_str() == "INVITE");
    room.sent.iter().filter(|sent| sent.to == to).filter(is_invite).count()
}

#[test]
fn company_holds_its_share_of_the_ports_with_every_ringing_phone_and_no_more() {
    let mut room = shared_room();
    let mut anna = Phone::new("101");
    rings_two_phones(&mut room, &mut anna, 0..32);
    calls_again(&mut room, &mut anna, "one", "103");
    assert!(room.records().is_empty());
    rings_two_phones(&mut room, &mut anna, 32..66);
    assert_eq!((invites(&room, "192.0.2.102:5060"), invites(&room, "192.0.2.112:5060")), (33, 32), "one port was left");
    let ended = causes(&room);
    assert_eq!(ended.len(), 33);
    assert_eq!(ended[0], (486, Disposition::Rejected, "tenant-ports".to_owned()));
    calls_again(&mut room, &mut anna, "help", "112");
    room.expect(&anna.address(), "503");
}

#[test]
fn ports_that_a_call_gave_back_are_the_companys_again_and_a_thawed_engine_still_counts() {
    let mut room = shared_room();
    let mut anna = Phone::new("101");
    rings_two_phones(&mut room, &mut anna, 0..33);
    room.thaw();
    calls_again(&mut room, &mut anna, "more", "103");
    room.expect(&anna.address(), "486");
    anna.invite_text("102", "two-0", "", "");
    let (cseq, address) = (anna.cseq, anna.address());
    room.known(&address, &anna.text("CANCEL", cseq, "two-0", "", "").replace("two-0CANCEL", "two-0INVITE"));
    room.expect(&address, "487");
    calls_again(&mut room, &mut anna, "again", "103");
    assert_eq!(invites(&room, "192.0.2.103:5060"), 1);
}

#[test]
fn only_company_of_a_server_may_hold_all_ports() {
    let mut room = room(0, 0);
    room.settings.tenant_ports_percent = 1;
    rings_two_phones(&mut room, &mut Phone::new("101"), 0..60);
    assert!(room.records().is_empty());
}

#[test]
fn one_phone_may_have_sixty_calls_unless_the_operator_says_more() {
    let mut room = Room::new();
    rings_two_phones(&mut room, &mut Phone::new("101"), 0..61);
    assert_eq!(causes(&room), [(486, Disposition::Rejected, "device-full".to_owned())]);
}
