//! Commands of the exchange to the media threads, and their facts in reply.

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

/// A command of the exchange to a media thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Give this engine more bound pairs of this thread; answered by [`Fact::Stock`].
    Refill {
        /// The number of the media thread.
        thread: u8,
        /// The number of the engine that asks.
        engine: u16,
        /// The number of pairs.
        count: u16,
    },
    /// Listen and send to the far end that the signalling names. Later commands replace earlier
    /// ones.
    Aim {
        /// The port.
        port: Port,
        /// The far end by its signalling.
        aim: Aim,
    },
    /// Pass what is received at `a` to the far end of `b`, and the other way round. Replaces
    /// earlier partners.
    Join {
        /// One side.
        a: Port,
        /// The other.
        b: Port,
    },
    /// Report how long nothing was heard from the far end of this port; answered by
    /// [`Fact::Quiet`].
    Ask {
        /// The port.
        port: Port,
        /// The number of the engine that asks.
        engine: u16,
    },
    /// Release the far end of this port; answered by [`Fact::Released`]. The port rests, then goes
    /// back to the pool.
    Release {
        /// The port.
        port: Port,
        /// The number of the engine that asks.
        engine: u16,
    },
}

/// A far end by its signalling. While `rtp` is `None` (its SDP is not known yet, or it wants
/// nothing while on hold) nothing is sent to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aim {
    /// The address for RTP until the far end is heard.
    pub rtp: Option<SocketAddr>,
    /// The address for RTCP until the far end's is heard: `None` is the RTP port plus one, and the
    /// same as `rtp` that both sides agreed on `a=rtcp-mux` (RFC 5761).
    pub rtcp: Option<SocketAddr>,
    /// The address that the far end's SIP comes from, which is of use where the SDP's is not:
    /// behind a NAT.
    pub signalling: Option<IpAddr>,
    /// Whether its media may come from any other address, once nothing has come from these for a
    /// second.
    pub roams: bool,
    /// The address of this machine that the far end has for the port. If the port is bound to every
    /// address, datagrams leave from there; with `None` the system chooses.
    pub own: Option<IpAddr>,
    /// The payload types that it sends and takes.
    pub payloads: Payloads,
}

/// A fact that a media thread reports to an engine.
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
    /// The far end of a port has been silent for some time.
    Quiet {
        /// The number of the engine that asked.
        engine: u16,
        /// The port.
        port: Port,
        /// The time since its last packet of RTP or RTCP; `None` if it was never heard.
        since: Option<Duration>,
    },
    /// A port was released: its last fact.
    Released {
        /// The number of the engine that asked.
        engine: u16,
        /// The port.
        port: Port,
        /// The port's counters.
        report: PortReport,
    },
}

impl Fact {
    /// Returns the number of the engine that the fact is for.
    pub const fn engine(&self) -> u16 {
        match self {
            Self::Stock { engine, .. } | Self::Quiet { engine, .. } | Self::Released { engine, .. } => *engine,
        }
    }
}

/// The counters of one use of a port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortReport {
    /// RTP packets from the far end that were passed on (or would have been, had there been a
    /// partner).
    pub packets: u64,
    /// Their bytes, payload and header.
    pub bytes: u64,
    /// Packets that the sequence numbers say were lost on the way to us.
    pub lost: u64,
    /// Interarrival jitter in microseconds (RFC 3550 §6.4.1), at the grain of a media thread's
    /// rest: up to 1 ms.
    pub jitter_us: u32,
    /// The last address that the SDP announced.
    pub announced: Option<SocketAddr>,
    /// The address that it really sent from.
    pub latched: Option<SocketAddr>,
    /// Other senders whose datagrams to the port were not let through, each with how many it sent;
    /// at most eight are kept.
    pub strangers: Vec<(SocketAddr, u64)>,
    /// One of them that would have been followed if the far end were allowed to roam.
    pub would_roam: Option<SocketAddr>,
    /// RTP packets we sent to the far end.
    pub sent: u64,
}
