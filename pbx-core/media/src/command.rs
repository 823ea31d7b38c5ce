//! What the exchange tells the media threads, and what they tell back.

use crate::payloads::Payloads;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A bound pair of UDP ports: `rtp` (even) and `rtp + 1` for RTCP.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Port {
    /// The RTP port.
    pub rtp: u16,
    /// The media thread that owns it. A call stays on one thread.
    pub thread: u8,
}

/// What the exchange wants of a media thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Give this engine more bound pairs of this thread; answered by [`Fact::Stock`].
    Refill {
        /// The number of the media thread.
        thread: u8,
        /// The number of the engine that asks.
        engine: u16,
        /// How many pairs.
        count: u16,
    },
    /// Where the far end of this port is, by its signalling. Later commands replace earlier ones.
    Aim {
        /// The port.
        port: Port,
        /// What the signalling says.
        aim: Aim,
    },
    /// Pass what is received at `a` to the far end of `b`, and the other way round. Replaces earlier partners.
    Join {
        /// One side.
        a: Port,
        /// The other.
        b: Port,
    },
    /// How long nothing was heard from the far end of this port? Answered by [`Fact::Quiet`].
    Ask {
        /// The port.
        port: Port,
        /// Which engine asks.
        engine: u16,
    },
    /// The far end of this port is done with; answered by [`Fact::Released`]. The port rests, then goes back to the pool.
    Release {
        /// The port.
        port: Port,
        /// The number of the engine that asks.
        engine: u16,
    },
}

/// What the signalling says of a far end. While `rtp` is `None` (its SDP is not known yet, or it wants nothing while on hold)
/// nothing is sent to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aim {
    /// Where to send RTP until the far end is heard.
    pub rtp: Option<SocketAddr>,
    /// Where to send RTCP until the far end's is heard; `None`: the RTP port plus one. The same as `rtp` when both
    /// sides agreed on `a=rtcp-mux` (RFC 5761).
    pub rtcp: Option<SocketAddr>,
    /// The address that the far end's SIP comes from: behind a NAT the SDP's address is of no use, and this one is.
    pub signalling: Option<IpAddr>,
    /// Whether its media may come from any other address, once nothing has come from these for a second.
    pub roams: bool,
    /// The address of this machine at which the far end was told to find the port. What it is sent leaves from there, if the
    /// port is bound to every address; none: the system chooses.
    pub own: Option<IpAddr>,
    /// The payload types of what it sends and takes.
    pub payloads: Payloads,
}

/// What a media thread tells an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// Bound pairs for use; fewer than asked for (or none) when the range is used up.
    Stock {
        /// The number of the engine that asked for them.
        engine: u16,
        /// The number of the media thread that they are of.
        thread: u8,
        /// The pairs.
        ports: Vec<Port>,
    },
    /// For how long the far end of a port has been silent.
    Quiet {
        /// Which engine asked.
        engine: u16,
        /// The port.
        port: Port,
        /// Time since its last packet of RTP or RTCP; none: nothing was heard yet.
        since: Option<Duration>,
    },
    /// The last word on a port.
    Released {
        /// The number of the engine that asked.
        engine: u16,
        /// The port.
        port: Port,
        /// What went through it.
        report: PortReport,
    },
}

impl Fact {
    /// The number of the engine that the fact is for.
    pub const fn engine(&self) -> u16 {
        match self {
            Self::Stock { engine, .. } | Self::Quiet { engine, .. } | Self::Released { engine, .. } => *engine,
        }
    }
}

/// What was received at one port over its use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortReport {
    /// RTP packets from the far end that were passed on (or would have been, had there been a partner).
    pub packets: u64,
    /// Their bytes, payload and header.
    pub bytes: u64,
    /// Packets that the sequence numbers say were lost on the way to us.
    pub lost: u64,
    /// Interarrival jitter in microseconds (RFC 3550 §6.4.1), at the grain of a media thread's rest: up to 1 ms.
    pub jitter_us: u32,
    /// Where the SDP said the far end is (the last one).
    pub announced: Option<SocketAddr>,
    /// Where it really sent from.
    pub latched: Option<SocketAddr>,
    /// Other senders whose datagrams to the port were not let through, each with how many it sent; at most eight are kept.
    pub strangers: Vec<(SocketAddr, u64)>,
    /// One of them that would have been followed if the far end were allowed to roam.
    pub would_roam: Option<SocketAddr>,
    /// RTP packets we sent to the far end.
    pub sent: u64,
}
