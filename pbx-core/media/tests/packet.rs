//! RTP and RTCP as phones send them.

use pbx_media::Format;

/// An RTP packet of PCMA (payload type 8) with 20 ms of audio.
pub(crate) fn rtp(ssrc: u32, sequence: u16) -> Vec<u8> {
    rtp_of(8, ssrc, sequence, u32::from(sequence) * 160)
}

/// An RTP packet with these header fields.
pub(crate) fn rtp_of(payload_type: u8, ssrc: u32, sequence: u16, timestamp: u32) -> Vec<u8> {
    let mut packet = vec![0x80, payload_type];
    packet.extend(sequence.to_be_bytes());
    packet.extend(timestamp.to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend([sequence as u8; 160]);
    packet
}

/// An empty receiver report.
pub(crate) fn rtcp(ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 201, 0, 1];
    packet.extend(ssrc.to_be_bytes());
    packet
}

/// A packet with the marker bit set.
pub(crate) fn marked(mut packet: Vec<u8>) -> Vec<u8> {
    packet[1] |= 0x80;
    packet
}

/// The keys of a phone (RFC 4733) under this number.
pub(crate) fn keys(payload: u8) -> std::iter::Once<Format> {
    std::iter::once(Format { payload, channels: 1, clock: 8_000, name: "telephone-event".into() })
}
