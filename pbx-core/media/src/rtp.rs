//! The fixed part of an RTP header (RFC 3550 §5.1), and the distinction of RTCP on the same port
//! (RFC 5761 §4).

use crate::payloads::Payloads;

/// The fields of an RTP packet that the relay reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// Payload type, 0–127.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Media timestamp, in units of the payload's clock.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
}

/// The kind of a datagram, by its looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// RTP version 2 whose header fits into the datagram.
    Rtp(Header),
    /// RTCP version 2.
    Rtcp,
    /// STUN, keep-alives, noise.
    Other,
}

impl Kind {
    /// Tells the kind of a datagram at an RTP port. With the marker bit the payload types 64–95
    /// look like RTCP's 192–223 (RFC 5761 §4): they are RTP where the signalling names them, else
    /// RTCP if all of its lengths fit.
    pub fn of(datagram: &[u8], payloads: &Payloads) -> Self {
        let &[first, second, s0, s1, ref rest @ ..] = datagram else { return Self::Other };
        if first >> 6 != 2 {
            return Self::Other;
        }
        if is_rtcp_type(second) && !payloads.sends(second & 0x7f) {
            return if is_compound(datagram) { Self::Rtcp } else { Self::Other };
        }
        let &[t0, t1, t2, t3, c0, c1, c2, c3, ref tail @ ..] = rest else { return Self::Other };
        if !extras_fit(first, tail) {
            return Self::Other;
        }
        Self::Rtp(Header {
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
        })
    }
}

/// Returns whether a datagram at an RTCP port begins as RTCP does. Nothing else is expected there,
/// so its lengths don't count.
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, kind, ..] if first >> 6 == 2 && is_rtcp_type(*kind)) && datagram.len() >= 8
}

const fn is_rtcp_type(second: u8) -> bool {
    matches!(second, 192..=223)
}

/// Returns whether a datagram is a chain of RTCP packets, each as long as it says (RFC 3550 §6.1).
fn is_compound(datagram: &[u8]) -> bool {
    let mut rest = datagram;
    while let &[first, kind, high, low, ..] = rest
        && first >> 6 == 2
        && is_rtcp_type(kind)
    {
        let words = usize::from(u16::from_be_bytes([high, low])) + 1;
        match rest.get(words * 4..) {
            Some([]) => return datagram.len() >= 8,
            Some(next) => rest = next,
            None => return false,
        }
    }
    false
}

/// Returns whether the contributing sources and the extension, which the first octet promises, fit
/// into what follows the fixed header.
fn extras_fit(first: u8, tail: &[u8]) -> bool {
    let sources = usize::from(first & 0x0f) * 4;
    let Some(after) = tail.get(sources..) else { return false };
    if first & 0x10 == 0 {
        return true;
    }
    let &[_, _, high, low, ref extension @ ..] = after else { return false };
    extension.len() >= usize::from(u16::from_be_bytes([high, low])) * 4
}
