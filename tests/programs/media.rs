//! Sound that goes wrong: the record names it, and the rest stays right.

use crate::rig::baresip::{Baresip, Line};
use crate::rig::company::Company;
use crate::rig::ports;
use crate::rig::rtp_phone::RtpPhone;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, media_of, sdp};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

/// Anna's real phone calls Ben's bare one, which announces `announced`; then `meanwhile` happens, and she hangs up.
struct Walk {
    server: Server,
    anna: Baresip,
    ben: SipLine,
    to_ben: SocketAddr,
}

impl Walk {
    fn begin(announced: SocketAddr) -> Self {
        let port = ports::one();
        let company = Company::new().person_at("dan", "104", SocketAddr::from(([127, 0, 0, 1], port)));
        let server = Server::with(&company.yaml());
        let mut anna = Baresip::start(&Line::new("acme-anna", "secret-anna"), server.sip(), 440);
        let ben = SipLine::open(port, server.sip());
        anna.dial("104");
        let invite = ben.request("INVITE");
        ben.answer(&invite, "200 OK", Some(&sdp(announced)));
        anna.is_connected();
        ben.request("ACK");
        Self { server, anna, ben, to_ben: media_of(&invite) }
    }

    /// Hangs up; the record, its words, and what Anna heard.
    fn end(mut self) -> (Value, String, crate::rig::tone::Sound) {
        self.anna.order("hangup");
        let bye = self.ben.request("BYE");
        self.ben.answer(&bye, "200 OK", None);
        let heard = self.anna.switch_off();
        let call = self.server.only_call();
        (self.server.record(&call), self.server.explain(&call), heard)
    }
}

#[test]
fn a_silent_phone_is_named_in_the_record() {
    let silent = RtpPhone::start(None);
    let walk = Walk::begin(silent.address());
    silent.hears(440, 600);
    let (record, why, heard) = walk.end();
    assert_eq!(heard.millis_of(620), 0);
    let from_b = &record["segments"][0]["media"]["from_b"];
    assert_eq!(
        (&from_b["packets"], &from_b["announced"]),
        (&0.into(), &silent.address().to_string().into()),
        "{record:#}"
    );
    assert!(why.contains(&silent.address().to_string()), "the address is missing in:\n{why}");
    assert!(record["segments"][0]["media"]["from_a"]["packets"].as_u64().unwrap() > 25, "{record:#}");
}

#[test]
fn a_phone_behind_a_wrong_address_is_heard_and_hears() {
    let hidden = RtpPhone::start(Some(620));
    let wrong: SocketAddr = "10.0.0.7:40000".parse().unwrap();
    let walk = Walk::begin(wrong);
    hidden.aim(walk.to_ben);
    hidden.hears(440, 600);
    let mut walk = walk;
    walk.anna.hears_something();
    walk.anna.talks_for(Duration::from_millis(1200));
    let (record, why, heard) = walk.end();
    heard.assert_only(620);
    let from_b = &record["segments"][0]["media"]["from_b"];
    assert_eq!(from_b["announced"], "10.0.0.7:40000", "{record:#}");
    assert_eq!(from_b["latched"], hidden.address().to_string(), "{record:#}");
    assert!(why.contains("10.0.0.7"), "the wrong address is missing in:\n{why}");
}

#[test]
fn a_stranger_who_sends_to_the_port_is_not_heard() {
    let phone = RtpPhone::start(Some(620));
    let stranger = RtpPhone::start(Some(1230));
    let mut walk = Walk::begin(phone.address());
    phone.aim(walk.to_ben);
    phone.hears(440, 200);
    stranger.aim(walk.to_ben);
    walk.anna.hears_something();
    walk.anna.talks_for(Duration::from_millis(1500));
    let (record, why, heard) = walk.end();
    heard.assert_only(620);
    assert!(stranger.take_heard().0.is_empty(), "the stranger was sent sound");
    let from_b = &record["segments"][0]["media"]["from_b"];
    assert_eq!(from_b["strangers"][0], stranger.address().to_string(), "{record:#}");
    assert!(why.contains(&stranger.address().to_string()), "the stranger is missing in:\n{why}");
}
