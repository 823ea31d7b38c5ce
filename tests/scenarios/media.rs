//! One-way audio and strangers: the record names each, and the audio stays right.

use super::acme;
use crate::support::company::Company;
use crate::support::exchange::SERVER;
use crate::support::net::Net;
use crate::support::{ms, secs};
use pbx_core::cdr::ReceivedMedia;
use std::net::SocketAddr;

fn heard_from_both(net: &crate::support::net::Net) -> (ReceivedMedia, ReceivedMedia) {
    let media = net.record().segments[0].media.clone().expect("it was measured");
    (media.from_a, media.from_b)
}

#[test]
fn record_says_who_was_silent_and_where_it_said_it_was() {
    let mut net = acme();
    net.phone("acme/102").is_mute().describes("10.0.0.7".parse().unwrap());
    net.phone("acme/103").calls("102").hangs_up_after(secs(5));
    net.run();
    net.check();
    let (from_a, from_b) = heard_from_both(&net);
    assert!(from_a.packets >= 8);
    assert_eq!((from_b.packets, from_b.latched), (0, None));
    assert!(from_b.announced.unwrap().starts_with("10.0.0.7:"));
}

#[test]
fn phone_with_a_wrong_address_is_heard_and_hears_once_it_has_spoken() {
    let mut net = acme();
    net.phone("acme/102").describes("10.0.0.7".parse().unwrap());
    net.phone("acme/103").calls("102").hangs_up_after(secs(5));
    net.run();
    net.check();
    assert!(net.heard("acme/103", "acme/102") >= 8);
    let heard = net.heard("acme/102", "acme/103");
    assert!(heard >= 4, "{heard} packets: the first ones went to where its SDP said");
    let (_, from_b) = heard_from_both(&net);
    assert!(from_b.latched.unwrap().starts_with("10.1."));
}

#[test]
fn stranger_is_not_let_through_and_is_named() {
    let mut net = acme();
    net.phone("acme/103").calls("102").hangs_up_after(secs(6));
    net.run_for(secs(4));
    let stranger: SocketAddr = "198.51.100.99:4000".parse().unwrap();
    let mut packet = vec![0x80, 8, 0, 1, 0, 0, 0, 1, 0xba, 0xd0, 0xba, 0xd0];
    packet.extend([0; 160]);
    for port in (20_000..40_000).step_by(2) {
        net.injects_after(ms(10), stranger, SocketAddr::new(SERVER.ip(), port), packet.clone());
    }
    net.run();
    net.check();
    for name in ["acme/103", "acme/102"] {
        assert_eq!(net.seen(name).heard_from(0xbad0_bad0), 0, "{name}");
    }
    assert!(net.heard("acme/103", "acme/102") >= 10);
    let (from_a, from_b) = heard_from_both(&net);
    assert!(from_a.strangers.iter().chain(&from_b.strangers).any(|who| who == "198.51.100.99:4000"));
}

/// 103 calls 102, whose audio comes from another network than its signalling.
fn call_to_one_elsewhere(company: Company) -> Net {
    let mut net = Net::new(1, 1, vec![company]);
    net.ready();
    net.phone("acme/102").speaks_from("198.51.100.55".parse().unwrap());
    net.phone("acme/103").calls("102").hangs_up_after(secs(10));
    net.run();
    net.check();
    net
}

#[test]
fn phone_that_roams_is_heard_and_hears_on_another_network() {
    let net = call_to_one_elsewhere(Company::new("acme", 1).with_extensions(&["102", "103"]).with_roaming("102"));
    assert!(net.heard("acme/103", "acme/102") >= 8);
    assert!(net.heard("acme/102", "acme/103") >= 8);
    let (_, from_b) = heard_from_both(&net);
    assert!(from_b.latched.unwrap().starts_with("198.51.100.55:"));
    assert_eq!(from_b.would_roam, None);
}

#[test]
fn phone_that_does_not_roam_is_not_heard_on_another_network_and_the_record_says_so() {
    let net = call_to_one_elsewhere(Company::new("acme", 1).with_extensions(&["102", "103"]));
    assert_eq!(net.heard("acme/103", "acme/102"), 0);
    let (from_a, from_b) = heard_from_both(&net);
    assert_eq!((from_b.packets, from_b.latched), (0, None));
    assert!(from_b.would_roam.unwrap().starts_with("198.51.100.55:"));
    assert_eq!(from_a.would_roam, None);
}
