//! Session descriptions as a phone writes and reads them, with eyes of its own.

use super::HoldsBy;
use std::net::{IpAddr, SocketAddr};

/// One audio stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sdp {
    pub(crate) rtp: SocketAddr,
    pub(crate) direction: String,
    pub(crate) payloads: Vec<u8>,
    pub(crate) version: u64,
}

impl Sdp {
    /// As it goes on the wire.
    pub(crate) fn text(&self) -> String {
        let ip = self.rtp.ip();
        let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
        let list: Vec<String> = self.payloads.iter().map(ToString::to_string).collect();
        let mut text = format!(
            "v=0\r\no=phone 1 {} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\nm=audio {} RTP/AVP {}\r\n",
            self.version,
            self.rtp.port(),
            list.join(" ")
        );
        for payload in &self.payloads {
            let map = match payload {
                0 => "PCMU/8000",
                8 => "PCMA/8000",
                9 => "G722/8000",
                101 => "telephone-event/8000",
                _ => continue,
            };
            text.push_str(&format!("a=rtpmap:{payload} {map}\r\n"));
        }
        text.push_str(&format!("a={}\r\n", self.direction));
        text
    }

    /// Reads one; a test that gets something else stops.
    pub(crate) fn read(text: &str) -> Self {
        let line = |start: &str| text.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_default();
        let ip: IpAddr = line("c=").rsplit(' ').next().and_then(|ip| ip.parse().ok()).expect("an address in c=");
        let mut media = line("m=audio ").split(' ');
        let port: u16 = media.next().and_then(|port| port.parse().ok()).expect("a port in m=");
        let payloads = media.skip(1).filter_map(|payload| payload.parse().ok()).collect();
        let directions = ["sendonly", "recvonly", "inactive"];
        let direction = text
            .lines()
            .find_map(|line| directions.iter().find(|name| line.strip_prefix("a=") == Some(**name)))
            .map_or("sendrecv", |name| *name);
        let direction = if port == 0 { "inactive" } else { direction };
        let version = line("o=").split(' ').nth(2).and_then(|version| version.parse().ok()).expect("a version in o=");
        Self { rtp: SocketAddr::new(ip, port), direction: direction.to_owned(), payloads, version }
    }

    /// The most that may answer this direction, or less: with or without sending and receiving.
    pub(crate) fn answering(direction: &str, sends: bool, receives: bool) -> &'static str {
        let sends = sends && matches!(direction, "sendrecv" | "recvonly");
        match (sends, receives && matches!(direction, "sendrecv" | "sendonly")) {
            (true, true) => "sendrecv",
            (true, false) => "sendonly",
            (false, true) => "recvonly",
            (false, false) => "inactive",
        }
    }

    /// As it goes on the wire where it holds so.
    pub(crate) fn held_text(&self, by: HoldsBy) -> String {
        let (ip, port) = (self.rtp.ip(), self.rtp.port());
        match by {
            HoldsBy::SendOnly | HoldsBy::Inactive => self.text(),
            HoldsBy::PortZero => self.text().replace(&format!("m=audio {port} "), "m=audio 0 "),
            HoldsBy::Zeros => self.text().replace(&format!("\nc=IN IP4 {ip}"), "\nc=IN IP4 0.0.0.0"),
        }
    }

    /// Whether whoever wrote this sends audio.
    pub(crate) fn sends(&self) -> bool {
        matches!(self.direction.as_str(), "sendrecv" | "sendonly")
    }
}
