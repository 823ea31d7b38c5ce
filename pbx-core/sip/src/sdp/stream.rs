//! One stream of sound: what a media line means.

use super::{Address, Attribute, Codec, Direction, Media, Session};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// A stream as one side describes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stream {
    /// Where RTP is received; `None` on hold by `c=IN IP4 0.0.0.0`, or if the address is a name.
    pub rtp: Option<SocketAddr>,
    /// Where RTCP is received; `None`: the port above RTP's.
    pub rtcp: Option<SocketAddr>,
    /// The codecs that can be received, best first.
    pub codecs: Vec<Codec>,
    /// Who sends, as the describer sees it.
    pub direction: Direction,
    /// Milliseconds of sound wanted in a packet (`a=ptime`).
    pub ptime: Option<u16>,
    /// Most milliseconds of sound in a packet (`a=maxptime`).
    pub maxptime: Option<u16>,
    /// `RTP/AVP` or `RTP/AVPF`.
    pub protocol: String,
}

impl Session {
    /// Finds the number of the first media line that is sound over plain RTP and not refused.
    pub fn audio_line(&self) -> Option<usize> {
        self.media.iter().position(|media| media.is_plain_audio() && media.port != 0)
    }

    /// Reads the stream that a media line means; `None` if there is no such line, it is refused, or
    /// it is not audio over plain RTP.
    pub fn stream(&self, line: usize) -> Option<Stream> {
        Some(self.read(self.media.get(line).filter(|media| media.is_plain_audio() && media.port != 0)?))
    }

    /// Reads the stream that a media line means which has port 0: some far ends hold so (RFC 3264
    /// §8.2 calls it the stream's end).
    pub(super) fn closed_stream(&self, line: usize) -> Option<Stream> {
        let media = self.media.get(line).filter(|media| media.is_plain_audio() && media.port == 0)?;
        Some(Stream { rtp: None, rtcp: None, direction: Direction::Inactive, ..self.read(media) })
    }

    fn read(&self, media: &Media) -> Stream {
        let address = media.connection.as_ref().or(self.connection.as_ref()).unwrap_or(&self.origin.address);
        let number = |name| media.attribute(name).and_then(|value| value.trim().parse().ok());
        Stream {
            rtp: address.reachable().map(|ip| SocketAddr::new(ip, media.port)),
            rtcp: media.attribute("rtcp").and_then(|value| rtcp_of(value, address)),
            codecs: codecs_of(media),
            direction: self.direction_of(media, address),
            ptime: number("ptime"),
            maxptime: number("maxptime"),
            protocol: media.protocol.to_ascii_uppercase(),
        }
    }

    /// Reads the direction by the media line, else by the session, else both ways; an address of
    /// zeros takes the receiving away (RFC 3264 §8.4).
    fn direction_of(&self, media: &Media, address: &Address) -> Direction {
        let said = |attributes: &[Attribute]| attributes.iter().find_map(|a| Direction::named(&a.name));
        let direction = said(&media.attributes).or_else(|| said(&self.attributes)).unwrap_or_default();
        if address.is_hold() { direction.and(Direction::SendOnly) } else { direction }
    }
}

/// Reads `a=rtcp` (RFC 3605): `53020` or `53020 IN IP4 192.0.2.1`.
fn rtcp_of(value: &str, address: &Address) -> Option<SocketAddr> {
    let (port, other) = value.split_once(' ').map_or((value, None), |(port, rest)| (port, Address::parse(rest)));
    Some(SocketAddr::new(other.as_ref().unwrap_or(address).reachable()?, port.parse().ok()?))
}

/// Reads the codecs of a media line, by its formats, `rtpmap` and `fmtp`. A format that is no
/// payload number, or comes twice, is left out.
fn codecs_of(media: &Media) -> Vec<Codec> {
    let mut codecs: Vec<Codec> = Vec::with_capacity(media.formats.len().min(128));
    for payload in media.formats.iter().filter_map(|format| format.parse::<u8>().ok()).filter(|&payload| payload < 128)
    {
        if codecs.iter().any(|codec| codec.payload == payload) {
            continue;
        }
        let about = |name: &'static str| {
            let values = media.attributes.iter().filter(move |a| a.name == name).filter_map(|a| a.value.as_deref());
            let mut mine =
                values.filter(move |value| value.split(' ').next().is_some_and(|p| p.parse() == Ok(payload)));
            mine.next()
        };
        let mut codec = about("rtpmap").and_then(Codec::parse_rtpmap).unwrap_or_else(|| Codec::fixed(payload));
        codec.fmtp = about("fmtp").and_then(|value| value.split_once(' ')).map(|(_, text)| text.trim().to_owned());
        codecs.push(codec);
    }
    codecs
}

impl Stream {
    /// Returns whether any of its codecs carries sound.
    pub fn has_sound(&self) -> bool {
        self.codecs.iter().any(Codec::is_sound)
    }

    /// Writes the stream as a media line: with port 0 if it has no address.
    pub(super) fn to_media(&self) -> Media {
        let mut attributes = Vec::with_capacity(self.codecs.len() * 2 + 4);
        for codec in &self.codecs {
            let Codec { payload, name, clock, channels, fmtp } = codec;
            if !name.is_empty() {
                let channels = if *channels > 1 { format!("/{channels}") } else { String::new() };
                attributes.push(Attribute::new("rtpmap", format!("{payload} {name}/{clock}{channels}")));
            }
            if let Some(fmtp) = fmtp {
                attributes.push(Attribute::new("fmtp", format!("{payload} {fmtp}")));
            }
        }
        let mut number = |name, value: Option<u16>| {
            attributes.extend(value.map(|value| Attribute::new(name, value.to_string())));
        };
        number("ptime", self.ptime);
        number("maxptime", self.maxptime);
        attributes.push(Attribute::flag(self.direction.as_str()));
        Media {
            kind: "audio".to_owned(),
            port: self.rtp.map_or(0, |rtp| rtp.port()),
            protocol: self.protocol.clone(),
            formats: self.codecs.iter().map(|codec| codec.payload.to_string()).collect(),
            connection: None,
            attributes,
        }
    }
}
