//! A message of the log, and its form on disk.

use crate::base::flow::Transport;
use crate::base::ids::CallId;
use crate::base::time::Wall;
use bytes::Bytes;
use pbx_sip::HeaderName;
use pbx_sip::gate::overlooked;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use uuid::Uuid;

/// The direction of a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Way {
    /// To us.
    In,
    /// From us.
    Out,
}

/// A message with its circumstances.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoggedMessage {
    /// When it was received or sent.
    pub at: Wall,
    /// The call it is about.
    pub call: CallId,
    /// Whether it was received or sent.
    pub way: Way,
    /// The transport.
    pub transport: Transport,
    /// Our address.
    pub local: SocketAddr,
    /// The peer's address.
    pub remote: SocketAddr,
    /// The message; with secrets masked where it was read from the log.
    pub bytes: Bytes,
}

impl LoggedMessage {
    /// Returns the headers of a received message that could not be read, and so counted as absent;
    /// `*` stands for a line that is no header.
    pub fn overlooked(&self) -> Vec<&'static str> {
        match self.way {
            Way::In => overlooked(self.bytes.clone()).into_iter().map(HeaderName::as_str).collect(),
            Way::Out => Vec::new(),
        }
    }
}

/// The length in bytes of an entry's head: length, CRC-32, time, call, way, transport, two
/// addresses of 18 bytes.
pub(super) const HEAD: usize = 4 + 4 + 8 + 16 + 1 + 1 + 18 + 18;

/// Appends an entry with this body.
pub(super) fn encode(entry: &LoggedMessage, body: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&((HEAD - 8 + body.len()) as u32).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&entry.at.micros().to_le_bytes());
    out.extend_from_slice(entry.call.as_bytes());
    out.push(u8::from(entry.way == Way::Out));
    out.push(number_of(entry.transport));
    address(entry.local, out);
    address(entry.remote, out);
    out.extend_from_slice(body);
    let crc = crc32fast::hash(&out[start + 8..]);
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
}

/// Returns the number of a transport on disk; 0 and 1 are as every release wrote them.
const fn number_of(transport: Transport) -> u8 {
    match transport {
        Transport::Udp => 0,
        Transport::Tcp => 1,
        Transport::Tls => 2,
        Transport::Ws => 3,
        Transport::Wss => 4,
    }
}

fn address(address: SocketAddr, out: &mut Vec<u8>) {
    let ip = match address.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    out.extend_from_slice(&ip.octets());
    out.extend_from_slice(&address.port().to_le_bytes());
}

/// Returns the call of the entry at the start of these bytes and how long the entry is; `None` if
/// it is torn.
pub(super) fn peek(bytes: &[u8]) -> Option<(CallId, usize)> {
    let length = u32::from_le_bytes(*bytes.first_chunk::<4>()?) as usize + 8;
    if length < HEAD || bytes.len() < length {
        return None;
    }
    Some((CallId(Uuid::from_slice(&bytes[16..32]).ok()?), length))
}

/// Reads the entry at the start of these bytes; returns `None` if it is damaged.
pub(super) fn decode(bytes: &[u8]) -> Option<LoggedMessage> {
    let (call, length) = peek(bytes)?;
    let crc = u32::from_le_bytes(bytes[4..8].try_into().ok()?);
    if crc32fast::hash(&bytes[8..length]) != crc {
        return None;
    }
    Some(LoggedMessage {
        at: Wall::from_micros(i64::from_le_bytes(bytes[8..16].try_into().ok()?)),
        call,
        way: if bytes[32] == 1 { Way::Out } else { Way::In },
        transport: Transport::ALL.into_iter().find(|transport| number_of(*transport) == bytes[33])?,
        local: read_address(&bytes[34..52])?,
        remote: read_address(&bytes[52..70])?,
        bytes: Bytes::copy_from_slice(&bytes[HEAD..length]),
    })
}

fn read_address(bytes: &[u8]) -> Option<SocketAddr> {
    let ip = Ipv6Addr::from(*bytes.first_chunk::<16>()?);
    let port = u16::from_le_bytes([bytes[16], bytes[17]]);
    Some(SocketAddr::new(ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(transport: Transport) -> LoggedMessage {
        LoggedMessage {
            at: Wall::from_micros(1_700_000_000_000_000),
            call: CallId::of_key("a"),
            way: Way::Out,
            transport,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "[2001:db8::7]:5062".parse().unwrap(),
            bytes: Bytes::from_static(b"BYE sip:x SIP/2.0\r\n\r\n"),
        }
    }

    fn encoded(entry: &LoggedMessage) -> Vec<u8> {
        let mut out = Vec::new();
        encode(entry, &entry.bytes, &mut out);
        out
    }

    #[test]
    fn every_transport_reads_back() {
        for transport in Transport::ALL {
            assert_eq!(decode(&encoded(&entry(transport))), Some(entry(transport)));
        }
    }

    /// Releases that knew UDP and TCP alone wrote whether it was TCP.
    #[test]
    fn what_older_releases_wrote_is_read_as_they_meant_it() {
        for (transport, is_tcp) in [(Transport::Udp, 0), (Transport::Tcp, 1)] {
            assert_eq!(encoded(&entry(transport))[33], is_tcp);
        }
    }
}
