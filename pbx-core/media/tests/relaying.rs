//! What passes between two ports, and where it goes.

use crate::packet;
use crate::virtual_relay::{Call, addr};
use pbx_media::{Aim, Channel, Command, Fact, Format, Forward, Payloads, Port, PortReport};
use std::time::Duration;

const A: &str = "192.0.2.1:5000";
const B: &str = "198.51.100.7:4000";

fn talking() -> Call {
    let mut call = Call::joined();
    call.aim(call.a, Some(A), None, Some("192.0.2.1"));
    call.aim(call.b, Some(B), None, Some("198.51.100.7"));
    call
}

fn forward(port: Port, channel: Channel, to: &str) -> Option<Forward> {
    Some(Forward { rtp: port.rtp, channel, to: addr(to), payload: None })
}

#[test]
fn both_ways_are_sent_to_the_announced_addresses() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    assert_eq!(call.receive(a, Channel::Rtp, A, &packet::rtp(1, 1)), forward(b, Channel::Rtp, B));
    assert_eq!(call.receive(b, Channel::Rtp, B, &packet::rtp(2, 1)), forward(a, Channel::Rtp, A));
    let report = call.release(b);
    assert_eq!((report.packets, report.sent, report.bytes), (1, 1, 172));
}

#[test]
fn port_tells_how_long_its_far_end_was_quiet() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    let quiet = |call: &mut Call, port| match call.relay.command(call.now, Command::Ask { port, engine: 3 }) {
        Some(Fact::Quiet { engine: 3, since, .. }) => since,
        other => panic!("{other:?}"),
    };
    assert_eq!(quiet(&mut call, a), None, "nothing was heard yet");
    call.receive(a, Channel::Rtp, A, &packet::rtp(1, 1));
    call.wait(Duration::from_secs(7));
    call.receive(a, Channel::Rtp, "203.0.113.9:9", &packet::rtp(9, 1));
    assert_eq!(quiet(&mut call, a), Some(Duration::from_secs(7)), "a stranger is no sign of life");
    assert_eq!(quiet(&mut call, b), None);
    call.release(a);
    assert_eq!(quiet(&mut call, a), None);
}

#[test]
fn media_goes_where_the_far_end_really_is() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    call.b_hears("198.51.100.7:33000", 1, 4);
    assert_eq!(call.receive(a, Channel::Rtp, A, &packet::rtp(1, 1)), forward(b, Channel::Rtp, "198.51.100.7:33000"));
}

#[test]
fn nothing_is_sent_to_one_on_hold_or_to_no_address() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    for held in [None, Some("0.0.0.0:4000"), Some("198.51.100.7:0"), Some("224.0.0.1:4000"), Some("[::]:4000")] {
        call.aim(b, held, None, None);
        assert_eq!(call.receive(a, Channel::Rtp, A, &packet::rtp(1, 1)), None, "{held:?}");
    }
    call.aim(b, Some(B), None, None);
    assert_eq!(call.receive(a, Channel::Rtp, A, &packet::rtp(1, 2)), forward(b, Channel::Rtp, B));
}

#[test]
fn rtcp_passes_beside_the_rtp() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    let report = packet::rtcp(1);
    assert_eq!(
        call.receive(a, Channel::Rtcp, "192.0.2.1:5001", &report),
        forward(b, Channel::Rtcp, "198.51.100.7:4001")
    );
    assert_eq!(call.receive(a, Channel::Rtcp, "203.0.113.66:5001", &report), None);
    assert_eq!(call.release(a).strangers, [(addr("203.0.113.66:5001"), 1)]);
}

#[test]
fn rtcp_goes_to_the_announced_rtcp_address() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    call.aim(b, Some(B), Some("198.51.100.7:4999"), None);
    let report = packet::rtcp(1);
    assert_eq!(
        call.receive(a, Channel::Rtcp, "192.0.2.1:5001", &report),
        forward(b, Channel::Rtcp, "198.51.100.7:4999")
    );
}

#[test]
fn rtcp_behind_a_nat_follows_the_rtp() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    call.aim(b, Some("10.0.0.7:4000"), None, Some("198.51.100.7"));
    call.b_hears("198.51.100.7:33000", 1, 4);
    let report = packet::rtcp(1);
    let (out, back) = (Channel::Rtcp, "192.0.2.1:5001");
    assert_eq!(call.receive(a, Channel::Rtcp, back, &report), forward(b, out, "198.51.100.7:33001"));
    assert_eq!(call.receive(b, Channel::Rtcp, "198.51.100.7:39000", &report), forward(a, out, back));
    assert_eq!(call.receive(a, Channel::Rtcp, back, &report), forward(b, out, "198.51.100.7:39000"));
}

#[test]
fn rtcp_that_comes_before_the_first_rtp_makes_nobody_a_stranger() {
    let mut call = talking();
    let b = call.b;
    let (beside, elsewhere) = ("203.0.113.9:33001", "203.0.113.9:47000");
    for from in [beside, elsewhere] {
        assert_eq!(call.receive(b, Channel::Rtcp, from, &packet::rtcp(2)), None);
    }
    call.aim(b, Some(B), None, Some("203.0.113.9"));
    call.b_hears("203.0.113.9:33000", 1, 4);
    assert!(call.receive(b, Channel::Rtcp, elsewhere, &packet::rtcp(2)).is_some());
    assert_eq!(call.release(b).strangers, []);
}

#[test]
fn rtcp_on_the_rtp_port_is_known_by_its_type_and_answered_there() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    let report = packet::rtcp(1);
    assert_eq!(call.receive(a, Channel::Rtp, A, &report), None, "it proves nobody");
    call.receive(a, Channel::Rtp, A, &packet::rtp(1, 1));
    assert_eq!(call.receive(a, Channel::Rtp, A, &report), forward(b, Channel::Rtcp, "198.51.100.7:4001"));
    assert_eq!(call.receive(b, Channel::Rtcp, "198.51.100.7:4001", &report), forward(a, Channel::Rtp, A));
    assert_eq!(call.release(a).packets, 1);
}

#[test]
fn joining_another_leaves_the_first_partner_alone() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    let Some(pbx_media::Fact::Stock { ports, .. }) =
        call.relay.command(call.now, Command::Refill { thread: 0, engine: 3, count: 1 })
    else {
        panic!("no stock");
    };
    call.relay.command(call.now, Command::Join { a, b: ports[0] });
    assert_eq!(call.receive(b, Channel::Rtp, B, &packet::rtp(2, 1)), None);
    call.aim(ports[0], Some("198.51.100.9:4000"), None, None);
    let sent = call.receive(a, Channel::Rtp, A, &packet::rtp(1, 1));
    assert_eq!(sent, forward(ports[0], Channel::Rtp, "198.51.100.9:4000"));
}

#[test]
fn released_port_is_silent_and_released_only_once() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    call.receive(b, Channel::Rtp, B, &packet::rtp(2, 1));
    assert_eq!(call.release(b).packets, 1);
    assert_eq!(call.release(b), PortReport::default());
    assert_eq!(call.receive(b, Channel::Rtp, B, &packet::rtp(2, 2)), None);
    assert_eq!(call.receive(a, Channel::Rtp, A, &packet::rtp(1, 1)), None);
    call.release(a);
    assert_eq!(call.relay.in_use(), 0);
}

#[test]
fn flood_from_the_far_end_itself_is_contained() {
    let mut call = talking();
    let a = call.a;
    let passed = (0..10_000).filter(|n| call.receive(a, Channel::Rtp, A, &packet::rtp(1, *n)).is_some()).count();
    assert_eq!(passed, 200);
}

#[test]
fn ipv4_through_an_ipv6_socket_is_the_same_address() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    let mapped = "[::ffff:192.0.2.1]:5000";
    assert_eq!(call.receive(a, Channel::Rtp, mapped, &packet::rtp(1, 1)), forward(b, Channel::Rtp, B));
    assert_eq!(call.release(a).latched, Some(addr(A)));
}

/// B's leg, which sends these numbers of PCMA and takes them.
fn with_numbers(numbers: &[u8]) -> Call {
    let mut call = talking();
    let pcma = |payload: &u8| Format { payload: *payload, channels: 1, clock: 8_000, name: "PCMA".into() };
    let payloads = Payloads::of(numbers.iter().map(pcma), numbers.iter().map(pcma));
    call.aim_as(call.b, Aim { rtp: Some(addr(B)), payloads, ..Aim::default() });
    call
}

#[test]
fn payload_types_64_to_95_are_sound_where_the_session_names_them() {
    let (numbers, mut marked): (Vec<u8>, u16) = ((63..=96).collect(), 0);
    let mut call = with_numbers(&numbers);
    let b = call.b;
    for (sequence, number) in (1..).zip(&numbers) {
        let packet = packet::rtp_of(*number, 1, sequence, 160);
        let packet = if sequence % 2 == 0 { packet::marked(packet) } else { packet };
        marked += (sequence + 1) % 2;
        assert_eq!(call.receive(b, Channel::Rtp, B, &packet), forward(call.a, Channel::Rtp, A), "{number}");
    }
    assert!(marked > 10);
    let report = call.release(b);
    assert_eq!((report.packets, report.lost), (34, 0));
}

#[test]
fn payload_type_that_nobody_named_is_sound_unless_it_may_be_rtcp() {
    let mut call = with_numbers(&[]);
    let (a, b) = (call.a, call.b);
    assert_eq!(call.receive(b, Channel::Rtp, B, &packet::rtp_of(72, 1, 1, 160)), forward(a, Channel::Rtp, A));
    let unclear = packet::marked(packet::rtp_of(72, 1, 2, 160));
    assert_eq!(call.receive(b, Channel::Rtp, B, &unclear), None);
    let mut compound = packet::rtcp(1);
    compound.extend(packet::rtcp(1));
    assert_eq!(call.receive(b, Channel::Rtp, B, &compound), forward(a, Channel::Rtcp, "192.0.2.1:5001"));
    compound.push(0);
    assert_eq!(call.receive(b, Channel::Rtp, B, &compound), None, "its lengths do not fit");
}

#[test]
fn each_side_hears_keys_under_the_number_that_it_gave_them() {
    let mut call = talking();
    let (a, b) = (call.a, call.b);
    // A was told 97 and takes 96, B was told 101 and takes 97.
    for (port, far, sends, takes) in [(a, A, 97, 96), (b, B, 101, 97)] {
        let payloads = Payloads::of(packet::keys(sends), packet::keys(takes));
        call.aim_as(port, Aim { rtp: Some(addr(far)), payloads, ..Aim::default() });
    }
    let mut sent = |port, from, number| {
        let packet = packet::rtp_of(number, u32::from(number), 1, 160);
        call.receive(port, Channel::Rtp, from, &packet).unwrap().payload
    };
    assert_eq!(sent(b, B, 101), Some(96));
    assert_eq!(sent(a, A, 97), None, "the same for both");
    assert_eq!(sent(b, B, 8), None, "a number that is the same everywhere");
    assert_eq!(sent(b, B, 99), None, "one that nobody named");
}
