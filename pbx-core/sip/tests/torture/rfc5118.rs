//! RFC 5118: IPv6 in SIP.

use crate::{
    Case,
    Expect::{Answer, Valid},
};
use pbx_sip::sdp::{Address, Session};
use pbx_sip::{Host, Message};
use std::net::{IpAddr, SocketAddr};

/// The messages of §4.
pub(crate) const CASES: &[Case] = &[
    Case { file: "rfc5118/ipv6-good", why: "§4.1", expect: Valid(good) },
    Case { file: "rfc5118/ipv6-bad", why: "§4.2: no brackets", expect: Answer(400) },
    Case { file: "rfc5118/port-ambiguous", why: "§4.3: all of it is the address", expect: Valid(ambiguous) },
    Case { file: "rfc5118/port-unambiguous", why: "§4.4", expect: Valid(unambiguous) },
    Case { file: "rfc5118/via-received-param-with-delim", why: "§4.5: both forms are read", expect: Valid(received) },
    Case { file: "rfc5118/via-received-param-no-delim", why: "§4.5", expect: Valid(received) },
    Case { file: "rfc5118/ipv6-in-sdp", why: "§4.6", expect: Valid(in_sdp) },
    Case { file: "rfc5118/mult-ip-in-header", why: "§4.7", expect: Valid(mixed) },
    Case { file: "rfc5118/mult-ip-in-sdp", why: "§4.8", expect: Valid(two_media) },
    Case { file: "rfc5118/ipv4-mapped-ipv6", why: "§4.9", expect: Valid(mapped) },
    Case { file: "rfc5118/ipv6-bug-abnf-3-colons", why: "§4.10: must be tolerated", expect: Valid(colons) },
    Case { file: "rfc5118/ipv6-correct-abnf-2-colons", why: "§4.10", expect: Valid(colons) },
];

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn target(m: &Message) -> (String, Option<u16>) {
    let uri = m.uri().unwrap();
    let uri = uri.as_sip().unwrap();
    (uri.host().to_string(), uri.port())
}

fn good(m: &Message) {
    assert_eq!(target(m), ("[2001:db8::10]".to_owned(), None));
    assert_eq!(m.via().unwrap().sent_by(), (Host::Ip(ip("2001:db8::9:1")), 5060));
    let contact = m.contact().unwrap().unwrap();
    assert_eq!(contact.display_name().unwrap(), "Caller");
    assert_eq!(contact.uri().as_sip().unwrap().host(), Host::Ip(ip("2001:db8::1")));
}

fn ambiguous(m: &Message) {
    assert_eq!(target(m), ("[2001:db8::10:5070]".to_owned(), None));
}

fn unambiguous(m: &Message) {
    assert_eq!(target(m), ("[2001:db8::10]".to_owned(), Some(5070)));
}

fn received(m: &Message) {
    assert_eq!(m.via().unwrap().received(), Some(ip("2001:db8::9:255")));
}

/// The session that a message describes, and where its first sound is wanted.
fn session(m: &Message) -> (Session, Option<SocketAddr>) {
    assert!(m.content_type().unwrap().unwrap().is("application", "sdp"));
    let session = Session::parse(&m.body()).unwrap();
    let rtp = session.audio_line().and_then(|line| session.stream(line)?.rtp);
    (session, rtp)
}

fn in_sdp(m: &Message) {
    assert_eq!(target(m), ("[2001:db8::10]".to_owned(), None));
    let (session, rtp) = session(m);
    assert_eq!(session.origin.address, Address::Ip(ip("2001:db8::20")));
    assert_eq!(rtp, Some("[2001:db8::20]:6000".parse().unwrap()));
}

fn two_media(m: &Message) {
    assert_eq!(target(m), ("[2001:db8::10]".to_owned(), None));
    let (session, rtp) = session(m);
    assert_eq!(rtp, Some("192.0.2.1:22334".parse().unwrap()));
    let video = session.media.iter().find(|media| media.kind == "video").unwrap();
    assert_eq!((&video.connection, video.port), (&Some(Address::Ip(ip("2001:db8::1"))), 6024));
}

fn mixed(m: &Message) {
    let vias = m.vias().unwrap();
    assert_eq!(vias[0].sent_by(), (Host::Ip(ip("2001:db8::9:1")), 6050));
    assert_eq!(vias[1].host(), Host::Ip(ip("192.0.2.1")));
    assert_eq!((vias[2].host(), vias[2].received()), (Host::Ip(ip("2001:db8::9:255")), Some(ip("192.0.2.200"))));
}

fn mapped(m: &Message) {
    assert_eq!(m.via().unwrap().sent_by(), (Host::Ip(ip("::ffff:192.0.2.10")), 19823));
    assert_eq!(m.contact().unwrap().unwrap().uri().as_sip().unwrap().host(), Host::Ip(ip("::ffff:192.0.2.2")));
    assert_eq!(session(m).1, Some("[::ffff:192.0.2.2]:6000".parse().unwrap()));
}

fn colons(m: &Message) {
    let uri = m.uri().unwrap();
    assert_eq!(uri.as_sip().unwrap().host(), Host::Ip(ip("2001:db8::192.0.2.1")));
}
