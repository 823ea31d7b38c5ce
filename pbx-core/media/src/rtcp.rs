//! The path of a far end's RTCP: it follows the RTP stream, which has proven itself.

use crate::latch::Latch;
use crate::time::Instant;
use std::net::SocketAddr;
use std::time::Duration;

/// The silence after which another port of the same host may take over: three times the usual
/// interval (RFC 3550 §6.2).
const SILENCE: Duration = Duration::from_secs(15);

/// The RTCP side of one port.
#[derive(Clone, Debug, Default)]
pub struct RtcpPath {
    announced: Option<SocketAddr>,
    latched: Option<(SocketAddr, Instant)>,
    muxed: bool,
}

impl RtcpPath {
    /// Takes the addresses that the signalling names; `moved` says that the RTP address is another
    /// than before.
    pub fn aim(&mut self, rtp: SocketAddr, rtcp: Option<SocketAddr>, moved: bool) {
        let announced = rtcp.or_else(|| next_port(rtp));
        if moved || announced != self.announced {
            *self = Self { announced, latched: None, muxed: rtcp == Some(rtp) };
        }
    }

    /// Notes that the far end sends its RTCP on the RTP port (RFC 5761).
    pub fn mux(&mut self) {
        self.muxed = true;
    }

    /// Returns whether the far end sends RTP and RTCP on one port.
    pub const fn is_muxed(&self) -> bool {
        self.muxed
    }

    /// Takes RTCP that came on the RTCP port; returns whether its sender is the announced one, or
    /// the host that the RTP comes from.
    pub fn hear(&mut self, now: Instant, from: SocketAddr, rtp: &Latch) -> bool {
        let allowed = match self.latched {
            Some((latched, _)) if latched == from => true,
            _ if self.announced == Some(from) => true,
            Some((_, heard)) if now.since(heard) < SILENCE => false,
            _ => rtp.source().is_some_and(|source| source.ip() == from.ip()),
        };
        if allowed {
            self.latched = Some((from, now));
        }
        allowed
    }

    /// Returns the address for the RTCP of this far end: where its own comes from; else, behind a
    /// NAT, beside its RTP; else as announced.
    pub fn destination(&self, rtp: &Latch) -> Option<SocketAddr> {
        if let Some((from, _)) = self.latched {
            return Some(from);
        }
        match (rtp.source(), rtp.announced()) {
            (Some(source), Some(announced)) if source.ip() != announced.ip() => next_port(source),
            _ => self.announced,
        }
    }
}

fn next_port(mut address: SocketAddr) -> Option<SocketAddr> {
    address.set_port(address.port().checked_add(1)?);
    Some(address)
}
