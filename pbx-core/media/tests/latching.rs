//! The table in `pbx_media::latch`, row by row. A is aimed at 192.0.2.1:5000, so that what B is
//! heard to say goes there.

use crate::packet;
use crate::virtual_relay::{Call, addr};
use pbx_media::latch::{FIRST_MOMENTS, ROAMING_SILENCE, SILENCE};
use pbx_media::{Aim, Channel};
use std::time::Duration;

const ANNOUNCED: &str = "198.51.100.7:4000";
const SAME_HOST: &str = "198.51.100.7:4444";
/// Where a phone behind a NAT is seen, whose SDP names a private address.
const MAPPED: &str = "198.51.100.7:33000";
const STRANGER: &str = "203.0.113.66:6666";
const OTHER_STRANGER: &str = "203.0.113.67:6667";

fn call() -> Call {
    let mut call = Call::joined();
    call.aim(call.a, Some("192.0.2.1:5000"), None, None);
    call
}

/// B's SDP names a private address; its signalling comes through a NAT.
fn call_behind_nat() -> Call {
    let mut call = call();
    call.aim_b("10.0.0.7:4000", Some("198.51.100.7"));
    call
}

/// B's SDP names the address that its signalling comes from.
fn call_in_the_open() -> Call {
    let mut call = call();
    call.aim_b(ANNOUNCED, Some("198.51.100.7"));
    call
}

/// B is a carrier whose media has an address of its own.
fn call_of_a_carrier() -> Call {
    let mut call = call();
    call.aim_b(ANNOUNCED, Some("192.0.2.99"));
    call
}

/// B's leg is one that roams.
fn call_of_a_roamer() -> Call {
    let mut call = call();
    let signalling = Some("198.51.100.7".parse().unwrap());
    call.aim_as(call.b, Aim { rtp: Some(addr(ANNOUNCED)), signalling, roams: true, ..Aim::default() });
    call
}

fn latched(mut call: Call) -> Option<std::net::SocketAddr> {
    let b = call.b;
    call.release(b).latched
}

/// Where A's sound goes.
fn hears_a(call: &mut Call) -> std::net::SocketAddr {
    let a = call.a;
    call.receive(a, Channel::Rtp, "192.0.2.1:5000", &packet::rtp(1, 1)).unwrap().to
}

#[test]
fn row_1_nobody_is_heard_before_the_port_is_aimed() {
    let mut call = call();
    assert_eq!(call.b_hears(STRANGER, 1, 50), 0);
    assert_eq!(latched(call), None);
}

#[test]
fn row_2_announced_address_is_heard_with_its_first_packet() {
    let mut call = call_in_the_open();
    assert_eq!(call.b_hears(ANNOUNCED, 1, 10), 10);
    assert_eq!(latched(call), Some(addr(ANNOUNCED)));
}

#[test]
fn row_3_announced_address_wins_at_once_in_the_first_moments() {
    let mut call = call_in_the_open();
    assert_eq!(call.b_hears(SAME_HOST, 1, 10), 7);
    assert_eq!(call.b_hears(ANNOUNCED, 1, 10), 10);
    assert_eq!(call.b_hears(SAME_HOST, 11, 2), 0);
}

#[test]
fn row_4_announced_address_wins_later_after_probation() {
    let mut call = call_in_the_open();
    call.b_hears(SAME_HOST, 1, 10);
    call.wait(FIRST_MOMENTS);
    assert_eq!(call.b_hears(ANNOUNCED, 1, 10), 7);
}

#[test]
fn row_5_source_at_the_signallings_address_is_heard_after_probation() {
    let mut call = call_behind_nat();
    assert_eq!(call.b_hears(MAPPED, 1, 10), 7);
    assert_eq!(call.b_hears(STRANGER, 11, 500), 0);
    assert_eq!(latched(call), Some(addr(MAPPED)));
}

#[test]
fn row_5_another_port_of_the_announced_host_is_heard_after_probation() {
    for mut call in [call_in_the_open(), call_of_a_carrier()] {
        assert_eq!(call.b_hears(SAME_HOST, 1, 10), 7);
    }
}

#[test]
fn row_6_another_port_is_followed_within_200_ms_of_the_last_packet_from_the_old_one() {
    for (mut call, old) in
        [(call_behind_nat(), MAPPED), (call_in_the_open(), ANNOUNCED), (call_of_a_roamer(), ANNOUNCED)]
    {
        call.b_hears(old, 1, 100);
        let before = call.now;
        let heard = (1..=10).find(|sequence| call.b_hears("198.51.100.7:34000", *sequence, 1) == 1);
        assert!(heard.is_some() && call.now.since(before) <= Duration::from_millis(120), "{heard:?} after {old}");
        assert_eq!(hears_a(&mut call), addr("198.51.100.7:34000"));
    }
}

#[test]
fn row_6_packets_of_60_ms_are_followed_within_200_ms_as_well() {
    let mut call = call_behind_nat();
    call.b_hears(MAPPED, 1, 10);
    call.wait(Duration::from_millis(40));
    let heard = (1..=3).map(|sequence| {
        let heard = call.b_hears("198.51.100.7:34000", sequence, 1);
        call.wait(Duration::from_millis(40));
        heard
    });
    assert_eq!(heard.sum::<usize>(), 0);
    assert_eq!(call.b_hears("198.51.100.7:34000", 4, 1), 1, "180 ms after the first one");
}

#[test]
fn row_7_old_source_is_heard_again_after_a_new_aim_until_a_better_one_speaks() {
    let mut call = call_of_a_carrier();
    call.b_hears(ANNOUNCED, 1, 10);
    call.aim_b("198.51.100.8:4100", Some("192.0.2.99"));
    assert_eq!(call.b_hears(STRANGER, 1, 3), 0);
    assert_eq!(call.b_hears(ANNOUNCED, 11, 10), 7);
    assert_eq!(call.b_hears(STRANGER, 4, 100), 0);
    assert_eq!(call.b_hears("198.51.100.8:4100", 1, 10), 10);
    assert_eq!(call.b_hears(ANNOUNCED, 21, 100), 0, "it is not the announced one any more");
    assert_eq!(latched(call), Some(addr("198.51.100.8:4100")));
}

#[test]
fn row_8_roaming_phone_is_followed_to_another_address_after_a_second() {
    let mut call = call_of_a_roamer();
    call.b_hears(ANNOUNCED, 1, 10);
    assert_eq!(call.b_hears(STRANGER, 1, 49), 0, "less than a second");
    assert_eq!(call.b_hears(STRANGER, 50, 10), 10);
    assert_eq!(hears_a(&mut call), addr(STRANGER));
    assert_eq!(call.b_hears(OTHER_STRANGER, 1, 49), 0, "and on to the next");
    assert_eq!(call.b_hears(OTHER_STRANGER, 50, 10), 10);
    assert_eq!(call.b_hears(ANNOUNCED, 11, 10), 10, "and back");
    let b = call.b;
    assert_eq!(call.release(b).would_roam, None);
}

#[test]
fn row_8_roaming_phone_that_never_spoke_from_its_address_is_heard_after_a_second() {
    let mut call = call_of_a_roamer();
    let before = call.now;
    let heard = (1..=100).find(|sequence| call.b_hears(STRANGER, *sequence, 1) == 1);
    assert!(heard.is_some());
    assert_eq!(call.now.since(before), ROAMING_SILENCE);
}

#[test]
fn row_8_another_port_of_the_phone_wins_over_a_roaming_source() {
    let mut call = call_of_a_roamer();
    call.b_hears(STRANGER, 1, 100);
    assert_eq!(call.b_hears(SAME_HOST, 1, 10), 7);
}

#[test]
fn row_9_stranger_is_never_heard_nor_sent_to_and_is_named_as_one_that_would_have_roamed() {
    for mut call in [call_in_the_open(), call_behind_nat(), call_of_a_carrier()] {
        let announced = hears_a(&mut call);
        assert_eq!(call.b_hears(STRANGER, 1, 500), 0);
        call.wait(SILENCE * 1000);
        assert_eq!(call.b_hears(STRANGER, 501, 500), 0);
        assert_eq!(hears_a(&mut call), announced);
        let b = call.b;
        let report = call.release(b);
        assert_eq!((report.latched, report.would_roam), (None, Some(addr(STRANGER))));
        assert_eq!(report.strangers, [(addr(STRANGER), 1000)]);
    }
}

#[test]
fn row_9_scan_is_not_taken_for_a_phone_that_would_have_roamed() {
    let mut call = call_in_the_open();
    call.wait(ROAMING_SILENCE);
    assert_eq!(call.b_hears(STRANGER, 1, 3), 0);
    let b = call.b;
    assert_eq!(call.release(b).would_roam, None);
}

#[test]
fn row_10_latched_source_is_not_pushed_aside_by_numbers() {
    let mut call = call_behind_nat();
    call.b_hears(MAPPED, 1, 10);
    for round in 0..100 {
        assert_eq!(call.b_hears(STRANGER, 1 + round * 2, 2), 0);
        assert_eq!(call.b_hears(SAME_HOST, 1 + round * 2, 2), 0);
        assert_eq!(call.b_hears(MAPPED, 11 + round, 1), 1);
    }
}

#[test]
fn row_11_new_address_is_heard_at_once_and_the_old_one_no_more() {
    let mut call = call_in_the_open();
    call.b_hears(ANNOUNCED, 1, 10);
    call.aim_b("198.51.100.8:4100", Some("198.51.100.8"));
    assert_eq!(call.b_hears("198.51.100.8:4100", 1, 5), 5);
    assert_eq!(call.b_hears(ANNOUNCED, 11, 100), 0);
}

#[test]
fn row_11_latched_source_stays_when_it_is_the_new_address() {
    let mut call = call_behind_nat();
    call.b_hears(MAPPED, 1, 10);
    call.aim_b(MAPPED, None);
    assert_eq!(call.b_hears(MAPPED, 11, 5), 5);
}

#[test]
fn row_12_same_address_again_changes_nothing() {
    let mut call = call_behind_nat();
    call.b_hears(MAPPED, 1, 10);
    call.aim(call.b, None, None, None);
    call.aim_b("10.0.0.7:4000", Some("198.51.100.7"));
    assert_eq!(call.b_hears(MAPPED, 11, 5), 5);
}

#[test]
fn crowd_of_strangers_does_not_keep_the_far_end_on_probation() {
    let mut call = call_behind_nat();
    for round in 0..4 {
        for stranger in 0..40 {
            assert_eq!(call.b_hears(&format!("203.0.113.{stranger}:6000"), 1, 1), 0);
        }
        assert_eq!(call.b_hears(MAPPED, 1 + round, 1), usize::from(round == 3));
    }
}

#[test]
fn sender_without_a_sequence_stays_on_probation() {
    let mut call = call_behind_nat();
    for _ in 0..100 {
        assert_eq!(call.b_hears(MAPPED, 7, 1), 0);
    }
}

#[test]
fn at_most_eight_strangers_are_kept() {
    let mut call = call_in_the_open();
    for stranger in 1..=20 {
        call.b_hears(&format!("203.0.113.{stranger}:6000"), 1, 2);
        call.wait(Duration::from_millis(1));
    }
    let b = call.b;
    let strangers = call.release(b).strangers;
    assert_eq!(strangers.len(), 8);
    assert_eq!(strangers[0], (addr("203.0.113.1:6000"), 2));
}
