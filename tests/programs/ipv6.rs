//! Real phones on IPv6, and between IPv6 and IPv4.

use crate::rig::baresip::{Baresip, Line};
use crate::rig::company::Company;
use crate::rig::server::Server;
use std::net::{Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

/// A machine without IPv6 cannot show that it works: that is said, not passed over.
fn server() -> Server {
    if let Err(error) = UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)) {
        panic!("this machine has no ::1 ({error}): switch IPv6 on for its loopback, net.ipv6.conf.lo.disable_ipv6=0");
    }
    Server::on_both_families(&Company::new().yaml())
}

/// Anna calls Ben, each from her and his family of addresses; each hears the other's tone and nothing else.
fn talk(server: &Server, anna_at: SocketAddr, ben_at: SocketAddr) {
    let mut anna = Baresip::start(&Line::new("acme-anna", "secret-anna"), anna_at, 440);
    let mut ben = Baresip::start(&Line::new("acme-ben", "secret-ben"), ben_at, 880);
    anna.dial("102");
    anna.is_connected();
    ben.is_connected();
    anna.talks_for(Duration::from_millis(1500));
    ben.order("hangup");
    anna.is_hung_up();
    anna.switch_off().assert_only(880);
    ben.switch_off().assert_only(440);

    let call = server.only_call();
    assert_eq!(call["disposition"], "answered", "{call:#}");
    let record = server.record(&call);
    let media = &record["segments"][0]["media"];
    for (side, at) in [("from_a", anna_at), ("from_b", ben_at)] {
        assert!(media[side]["packets"].as_u64().unwrap() >= 50, "{side}: {media:#}");
        let announced: SocketAddr = media[side]["announced"].as_str().unwrap().parse().unwrap();
        assert_eq!(announced.ip(), at.ip(), "{side}: {media:#}");
    }
}

#[test]
fn two_phones_on_ipv6_hear_each_other() {
    let server = server();
    talk(&server, server.sip_on_ipv6(), server.sip_on_ipv6());
}

#[test]
fn phone_on_ipv6_and_phone_on_ipv4_hear_each_other() {
    let server = server();
    talk(&server, server.sip_on_ipv6(), server.sip());
}

#[test]
fn phone_on_ipv4_calls_one_on_ipv6() {
    let server = server();
    talk(&server, server.sip(), server.sip_on_ipv6());
}
