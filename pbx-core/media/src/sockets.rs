//! The real sockets of one media thread: bound pairs by port number.

use crate::datagram::{send_from, source_towards};
use crate::far_end::Channel;
use crate::pool::{OpenError, Sockets};
use crate::readiness::Readiness;
use crate::relay::Forward;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recvfrom, sendto, sockopt};
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, UdpSocket};

/// Expedited forwarding (RFC 3246) in the upper six bits, by which routers know voice.
const EXPEDITED: u8 = 46 << 2;

/// Bound pairs, by half their RTP port.
pub(crate) struct BoundPairs {
    bind: IpAddr,
    readiness: Readiness,
    pairs: Vec<Option<Pair>>,
}

struct Pair {
    sockets: [UdpSocket; 2],
    /// The address of this machine that it sends from; `None` if the system chooses.
    own: Option<IpAddr>,
    /// The destination for which the system chooses `own` by itself. It is asked once a session,
    /// since naming the source would make every packet dearer.
    chosen_towards: Option<IpAddr>,
}

impl Pair {
    const fn socket(&self, channel: Channel) -> &UdpSocket {
        let [even, odd] = &self.sockets;
        if matches!(channel, Channel::Rtp) { even } else { odd }
    }

    /// Returns the source that has to be named to the system for a datagram to there.
    fn named_source(&self, to: IpAddr) -> Option<IpAddr> {
        self.own.filter(|_| self.chosen_towards != Some(to))
    }
}

impl BoundPairs {
    pub(crate) fn new(bind: IpAddr, readiness: Readiness) -> Self {
        Self { bind, readiness, pairs: Vec::new() }
    }

    /// Returns the RTP port of the pair that a port belongs to, and which of its sockets that is.
    pub(crate) const fn of_port(port: u16) -> (u16, Channel) {
        (port & !1, if port.is_multiple_of(2) { Channel::Rtp } else { Channel::Rtcp })
    }

    /// Receives the next datagram of a socket; `None` if nothing waits, or the pair is closed.
    pub(crate) fn receive(&self, rtp: u16, channel: Channel, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        loop {
            match recvfrom(self.socket(rtp, channel)?, &mut *buffer, RecvFlags::empty()) {
                Ok((length, _, from)) => return Some((length, from?.try_into().ok()?)),
                Err(Errno::AGAIN) => return None,
                // Interrupted, or an old ICMP answer that the system reports here: the next
                // datagram is behind it.
                Err(_) => {}
            }
        }
    }

    /// Sends a datagram. One that can't be sent is lost, as on any network: the socket's buffer is
    /// full, or the address is of the other family.
    pub(crate) fn send(&self, forward: Forward, datagram: &[u8]) {
        let Some(pair) = self.pair(forward.rtp) else { return };
        let (socket, to) = (pair.socket(forward.channel), self.as_bound(forward.to));
        let _lost = match pair.named_source(forward.to.ip()) {
            Some(own) => send_from(socket, self.as_bound(SocketAddr::new(own, 0)).ip(), to, datagram),
            None => sendto(socket, datagram, SendFlags::empty(), &to).map(drop).map_err(io::Error::from),
        };
    }

    fn pair(&self, rtp: u16) -> Option<&Pair> {
        self.pairs.get(usize::from(rtp) / 2)?.as_ref()
    }

    fn socket(&self, rtp: u16, channel: Channel) -> Option<&UdpSocket> {
        Some(self.pair(rtp)?.socket(channel))
    }

    /// Returns the address as these sockets take it: an IPv6 socket reaches IPv4 by its mapped
    /// address (RFC 4291 §2.5.5.2).
    fn as_bound(&self, to: SocketAddr) -> SocketAddr {
        match (self.bind, to.ip()) {
            (IpAddr::V6(_), IpAddr::V4(ip)) => SocketAddr::new(ip.to_ipv6_mapped().into(), to.port()),
            _ => to,
        }
    }

    fn bind(&self, port: u16) -> Result<UdpSocket, OpenError> {
        let opened = self.try_bind(port);
        opened.map_err(|error| match error.kind() {
            ErrorKind::AddrInUse | ErrorKind::PermissionDenied => OpenError::Taken,
            _ => OpenError::Impossible(error),
        })
    }

    fn try_bind(&self, port: u16) -> io::Result<UdpSocket> {
        let address = SocketAddr::new(self.bind, port);
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM.nonblocking(), Some(Protocol::UDP))?;
        match self.bind {
            IpAddr::V4(_) => sockopt::set_ip_tos(&socket, EXPEDITED)?,
            IpAddr::V6(_) => {
                socket.set_only_v6(false)?;
                sockopt::set_ipv6_tclass(&socket, EXPEDITED.into())?;
            }
        }
        socket.bind(&address.into())?;
        self.readiness.add(&socket, port)?;
        Ok(socket.into())
    }
}

impl Sockets for BoundPairs {
    fn open(&mut self, rtp: u16) -> Result<(), OpenError> {
        let pair = Pair { sockets: [self.bind(rtp)?, self.bind(rtp + 1)?], own: None, chosen_towards: None };
        let place = usize::from(rtp) / 2;
        if self.pairs.len() <= place {
            self.pairs.resize_with(place + 1, || None);
        }
        self.pairs[place] = Some(pair);
        Ok(())
    }

    fn close(&mut self, rtp: u16) {
        // Closing takes a socket off the epoll's list.
        if let Some(pair) = self.pairs.get_mut(usize::from(rtp) / 2) {
            *pair = None;
        }
    }

    fn leave_from(&mut self, rtp: u16, own: Option<IpAddr>, to: Option<IpAddr>) {
        let own = own.filter(|_| self.bind.is_unspecified());
        if let Some(Some(pair)) = self.pairs.get_mut(usize::from(rtp) / 2) {
            pair.own = own;
            pair.chosen_towards = to.filter(|to| own.is_some() && source_towards(*to) == own);
        }
    }
}
