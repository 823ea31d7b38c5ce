//! The far end of one port in use.

use crate::command::{Aim, PortReport};
use crate::latch::{Aimed, Latch};
use crate::payloads::{Payloads, Renumbering};
use crate::reception::Reception;
use crate::rtcp::RtcpPath;
use crate::rtp::{Header, Kind, is_rtcp};
use crate::strangers::Strangers;
use crate::target::may_be_sent_to;
use crate::time::Instant;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One of the two sockets of a pair.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Channel {
    /// The even port: RTP.
    Rtp,
    /// The odd port: RTCP.
    Rtcp,
}

/// A window of the guard against floods, and the datagrams that pass in one. Ten times what any
/// audio codec sends; it also ends the ring that two phones make when each announces our port of
/// the other.
const WINDOW: Duration = Duration::from_millis(100);
const PER_WINDOW: u32 = 200;

/// A far end as the relay knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct FarEnd {
    pub(crate) partner: Option<u16>,
    wants_media: bool,
    latch: Latch,
    rtcp: RtcpPath,
    reception: Reception,
    payloads: Payloads,
    /// The partner's numbers for the payload types that it sends.
    renumbering: Option<Renumbering>,
    strangers: Strangers,
    window: (Instant, u32),
    /// When it was last heard.
    heard: Option<Instant>,
    sent: u64,
}

impl FarEnd {
    /// Notes where the far end listens and what it may send.
    pub(crate) fn aim(&mut self, now: Instant, aim: Aim) {
        self.payloads = aim.payloads;
        let fit = |address: &SocketAddr| may_be_sent_to(*address, aim.signalling, aim.own);
        let rtp = aim.rtp.map(canonical).filter(fit);
        self.wants_media = rtp.is_some();
        let Some(announced) = rtp else { return };
        let signalling = aim.signalling.map(|ip| ip.to_canonical());
        let moved = self.latch.aim(now, Aimed { announced, signalling, roams: aim.roams });
        self.rtcp.aim(announced, aim.rtcp.map(canonical).filter(fit), moved);
    }

    /// Returns the meaning of its payload types.
    pub(crate) const fn payloads(&self) -> &Payloads {
        &self.payloads
    }

    /// Numbers its payload types as the partner from now on takes them.
    pub(crate) fn number_for(&mut self, partner: &Payloads) {
        self.renumbering = self.payloads.renumbering_for(partner);
    }

    /// Returns the partner's number for the payload type of a datagram; `None` if it is the same.
    pub(crate) fn renumbered(&self, datagram: &[u8]) -> Option<u8> {
        let payload = datagram.get(1)? & 0x7f;
        let number = self.renumbering.as_ref()?.number(payload);
        (number != payload).then_some(number)
    }

    /// Judges a received datagram; returns its channel if it is to be passed on.
    pub(crate) fn hear(
        &mut self,
        now: Instant,
        channel: Channel,
        from: SocketAddr,
        datagram: &[u8],
    ) -> Option<Channel> {
        let from = canonical(from);
        let passed = match channel {
            Channel::Rtp => match Kind::of(datagram, &self.payloads) {
                Kind::Rtp(header) if self.hear_rtp(now, from, header, datagram.len()) => Some(Channel::Rtp),
                Kind::Rtcp if self.latch.source() == Some(from) => {
                    self.rtcp.mux();
                    Some(Channel::Rtcp)
                }
                _ => None,
            },
            Channel::Rtcp => (is_rtcp(datagram) && self.hear_rtcp(now, from)).then_some(Channel::Rtcp),
        };
        let Some(passed) = passed else {
            self.count_stranger(from);
            return None;
        };
        self.heard = Some(now);
        self.within_limit(now).then_some(passed)
    }

    /// Returns for how long nothing was heard; `None` if it was never heard.
    pub(crate) fn quiet(&self, now: Instant) -> Option<Duration> {
        self.heard.map(|heard| now.since(heard))
    }

    fn hear_rtcp(&mut self, now: Instant, from: SocketAddr) -> bool {
        let allowed = self.rtcp.hear(now, from, &self.latch);
        if allowed {
            self.strangers.forget(from);
        }
        allowed
    }

    fn hear_rtp(&mut self, now: Instant, from: SocketAddr, header: Header, length: usize) -> bool {
        let before = self.latch.source();
        if !self.latch.hear(now, from, header.ssrc, header.sequence) {
            return false;
        }
        if before != Some(from) {
            self.strangers.forget(from);
            // Behind a NAT its RTCP may have come first.
            if let Some(rtcp) = self.rtcp.destination(&self.latch) {
                self.strangers.forget(rtcp);
            }
        }
        self.reception.count(now, header, length, &self.payloads);
        true
    }

    /// Notes a stranger's datagram. Noise from the far end itself (keep-alives, STUN) does not make
    /// it a stranger.
    fn count_stranger(&mut self, from: SocketAddr) {
        if self.latch.source() != Some(from) && self.latch.announced() != Some(from) {
            self.strangers.count(from);
        }
    }

    fn within_limit(&mut self, now: Instant) -> bool {
        let (since, count) = &mut self.window;
        if now.since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= PER_WINDOW
    }

    /// Returns the socket and the address by which a datagram of this kind reaches the far end.
    pub(crate) fn send(&mut self, what: Channel) -> Option<(Channel, SocketAddr)> {
        if !self.wants_media {
            return None;
        }
        let rtp = self.latch.source().or_else(|| self.latch.announced())?;
        match what {
            Channel::Rtp => {
                self.sent += 1;
                Some((Channel::Rtp, rtp))
            }
            Channel::Rtcp if self.rtcp.is_muxed() => Some((Channel::Rtp, rtp)),
            Channel::Rtcp => Some((Channel::Rtcp, self.rtcp.destination(&self.latch)?)),
        }
    }

    pub(crate) fn report(&self) -> PortReport {
        PortReport {
            packets: self.reception.packets,
            bytes: self.reception.bytes,
            lost: self.reception.lost(),
            jitter_us: self.reception.jitter_us(),
            announced: self.latch.announced(),
            latched: self.latch.source(),
            strangers: self.strangers.list(),
            would_roam: self.latch.would_roam(),
            sent: self.sent,
        }
    }
}

/// Returns the IPv4 address of one that came through an IPv6 socket as `::ffff:…`, so that both
/// spellings compare equal. Any other stays what it is, with the scope without which nothing
/// link-local is reached (RFC 4007 §6).
fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip @ IpAddr::V4(_) => SocketAddr::new(ip, address.port()),
        IpAddr::V6(_) => address,
    }
}
