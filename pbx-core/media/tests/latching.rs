//! The table in `pbx_media::latch`, row by row. A is aimed at 192.0.2.1:5000, so that what B is heard to say goes there.

use crate::virtual_relay::{Call, addr};
use pbx_media::latch::{FIRST_MOMENTS, SILENCE};
use std::time::Duration;

const ANNOUNCED: &str = "198.51.100.7:4000";
const SAME_HOST: &str = "198.51.100.7:4444";
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

fn latched(mut call: Call) -> Option<std::net::SocketAddr> {
    let b = call.b;
    call.release(b).latched
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
    let mut call = call();
    call.aim_b(ANNOUNCED, None);
    assert_eq!(call.b_hears(STRANGER, 1, 10), 7);
    assert_eq!(call.b_hears(ANNOUNCED, 1, 10), 10);
    assert_eq!(call.b_hears(STRANGER, 11, 100), 0);
}

#[test]
fn row_4_announced_address_wins_later_after_probation() {
    let mut call = call();
    call.aim_b(ANNOUNCED, None);
    call.b_hears(STRANGER, 1, 10);
    call.wait(FIRST_MOMENTS);
    assert_eq!(call.b_hears(ANNOUNCED, 1, 10), 7);
    assert_eq!(call.b_hears(STRANGER, 11, 100), 0);
}

#[test]
fn row_5_source_at_the_signallings_address_is_heard_after_probation_and_beats_an_unknown() {
    let mut call = call_behind_nat();
    assert_eq!(call.b_hears(STRANGER, 1, 10), 7);
    assert_eq!(call.b_hears("198.51.100.7:33000", 1, 10), 7);
    assert_eq!(call.b_hears(STRANGER, 11, 500), 0);
    assert_eq!(latched(call), Some(addr("198.51.100.7:33000")));
}

#[test]
fn row_5_another_port_of_the_announced_host_is_heard_after_probation() {
    let mut call = call_in_the_open();
    assert_eq!(call.b_hears(SAME_HOST, 1, 10), 7);
}

#[test]
fn row_6_old_source_is_heard_again_after_a_new_aim_until_a_better_one_speaks() {
    let mut call = call_behind_nat();
    call.b_hears("198.51.100.7:33000", 1, 10);
    call.aim_b("10.0.0.7:4002", Some("198.51.100.7"));
    assert_eq!(call.b_hears(STRANGER, 1, 3), 0);
    assert_eq!(call.b_hears("198.51.100.7:33000", 11, 10), 7);
    assert_eq!(call.b_hears(STRANGER, 4, 100), 0);
    assert_eq!(call.b_hears("198.51.100.7:33002", 1, 10), 7);
    assert_eq!(latched(call), Some(addr("198.51.100.7:33002")));
}

#[test]
fn row_7_unknown_source_is_heard_when_the_sdp_is_of_no_use() {
    let mut call = call();
    call.aim_b("10.0.0.7:4000", None);
    assert_eq!(call.b_hears("198.51.100.7:33000", 1, 10), 7);
    let b = call.b;
    let report = call.release(b);
    assert_eq!(report.announced, Some(addr("10.0.0.7:4000")));
    assert_eq!(report.strangers, []);
}

#[test]
fn row_8_unknown_source_is_never_heard_when_there_is_no_nat() {
    let mut call = call_in_the_open();
    assert_eq!(call.b_hears(STRANGER, 1, 500), 0);
    let b = call.b;
    assert_eq!(call.release(b).strangers, [(addr(STRANGER), 500)]);
}

#[test]
fn row_9_latched_source_is_not_pushed_aside_by_numbers() {
    let mut call = call();
    call.aim_b("10.0.0.7:4000", None);
    call.b_hears("198.51.100.7:33000", 1, 10);
    for round in 0..100 {
        assert_eq!(call.b_hears(STRANGER, 1 + round * 5, 5), 0);
        assert_eq!(call.b_hears(SAME_HOST, 1 + round * 5, 5), 0);
        assert_eq!(call.b_hears("198.51.100.7:33000", 11 + round, 1), 1);
    }
}

#[test]
fn row_10_same_host_takes_over_from_a_silent_source() {
    let mut call = call_behind_nat();
    call.b_hears("198.51.100.7:33000", 1, 10);
    call.wait(SILENCE);
    assert_eq!(call.b_hears("198.51.100.7:34000", 1, 10), 7);
    assert_eq!(latched(call), Some(addr("198.51.100.7:34000")));
}

#[test]
fn row_10_same_host_as_a_silent_unknown_takes_over() {
    let mut call = call();
    call.aim_b("10.0.0.7:4000", None);
    call.b_hears("198.51.100.7:33000", 1, 10);
    call.wait(SILENCE);
    assert_eq!(call.b_hears("198.51.100.7:34000", 1, 10), 7);
}

#[test]
fn row_11_unknown_does_not_take_over_from_a_silent_source() {
    let mut call = call();
    call.aim_b("10.0.0.7:4000", None);
    call.b_hears("198.51.100.7:33000", 1, 10);
    call.wait(SILENCE * 100);
    assert_eq!(call.b_hears(STRANGER, 1, 500), 0);
    assert_eq!(call.b_hears("198.51.100.7:33000", 11, 5), 5);
}

#[test]
fn row_12_new_address_is_heard_at_once_and_the_old_one_no_more() {
    let mut call = call_in_the_open();
    call.b_hears(ANNOUNCED, 1, 10);
    call.aim_b("198.51.100.8:4100", Some("198.51.100.7"));
    assert_eq!(call.b_hears("198.51.100.8:4100", 1, 5), 5);
    assert_eq!(call.b_hears(ANNOUNCED, 11, 100), 0);
}

#[test]
fn row_12_latched_source_stays_when_it_is_the_new_address() {
    let mut call = call();
    call.aim_b("10.0.0.7:4000", None);
    call.b_hears("198.51.100.7:33000", 1, 10);
    call.aim_b("198.51.100.7:33000", None);
    assert_eq!(call.b_hears("198.51.100.7:33000", 11, 5), 5);
}

#[test]
fn row_13_same_address_again_changes_nothing() {
    let mut call = call_behind_nat();
    call.b_hears("198.51.100.7:33000", 1, 10);
    call.aim(call.b, None, None, None);
    call.aim_b("10.0.0.7:4000", Some("198.51.100.7"));
    assert_eq!(call.b_hears("198.51.100.7:33000", 11, 5), 5);
}

#[test]
fn crowd_of_strangers_does_not_keep_the_far_end_on_probation() {
    let mut call = call_behind_nat();
    for round in 0..4 {
        for stranger in 0..40 {
            assert_eq!(call.b_hears(&format!("203.0.113.{stranger}:6000"), 1, 1), 0);
        }
        assert_eq!(call.b_hears("198.51.100.7:33000", 1 + round, 1), usize::from(round == 3));
    }
}

#[test]
fn sender_without_a_sequence_stays_on_probation() {
    let mut call = call();
    call.aim_b(ANNOUNCED, None);
    for _ in 0..100 {
        assert_eq!(call.b_hears(OTHER_STRANGER, 7, 1), 0);
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
