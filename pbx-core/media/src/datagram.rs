//! Datagrams of a socket that is bound to every address of this machine: which of them one came to, and which one an answer
//! leaves from. Left to itself the system lets it leave from the address that its routes prefer, and who asked another one
//! hears a stranger (`IP_PKTINFO` of Linux; RFC 3542 §6 for IPv6).

use nix::cmsg_space;
use nix::errno::Errno;
use nix::libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo};
use nix::sys::socket::sockopt::{Ipv4PacketInfo, Ipv6RecvPacketInfo};
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg, setsockopt};
use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd};

/// A datagram that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// Its bytes in the buffer.
    pub length: usize,
    /// Who sent it.
    pub from: SocketAddr,
    /// The address of this machine that it was sent to, if the system tells.
    pub to: Option<IpAddr>,
}

/// Receives with what the system tells beside the bytes; the room for that is taken once.
#[derive(Debug)]
pub struct Receiver {
    notes: Vec<u8>,
}

impl Receiver {
    /// Asks the system to tell for every datagram of this socket which address it came to.
    ///
    /// # Errors
    /// As the system tells.
    pub fn of(socket: &impl AsFd, is_ipv4: bool) -> io::Result<Self> {
        if is_ipv4 {
            setsockopt(socket, Ipv4PacketInfo, &true)?;
        } else {
            setsockopt(socket, Ipv6RecvPacketInfo, &true)?;
        }
        Ok(Self { notes: cmsg_space!(in6_pktinfo) })
    }

    /// The next datagram.
    ///
    /// # Errors
    /// As [`UdpSocket::recv_from`].
    pub fn receive(&mut self, socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Arrival> {
        let mut room = [IoSliceMut::new(buffer)];
        let fd = socket.as_raw_fd();
        let received = recvmsg::<SockaddrStorage>(fd, &mut room, Some(&mut self.notes), MsgFlags::empty())?;
        let from = received.address.as_ref().and_then(socket_address).ok_or(io::ErrorKind::InvalidData)?;
        let to = received.cmsgs()?.find_map(|note| match note {
            // Not the address in the datagram's header: that may be one of many (broadcast), and none that we can answer from.
            ControlMessageOwned::Ipv4PacketInfo(info) => Some(IpAddr::from(info.ipi_spec_dst.s_addr.to_ne_bytes())),
            ControlMessageOwned::Ipv6PacketInfo(info) => Some(IpAddr::from(info.ipi6_addr.s6_addr)),
            _ => None,
        });
        let to = to.filter(|to| !to.is_unspecified() && !to.is_multicast());
        Ok(Arrival { length: received.bytes, from, to })
    }
}

fn socket_address(address: &SockaddrStorage) -> Option<SocketAddr> {
    match (address.as_sockaddr_in(), address.as_sockaddr_in6()) {
        (Some(v4), _) => Some(SocketAddr::V4((*v4).into())),
        (None, Some(v6)) => Some(SocketAddr::V6((*v6).into())),
        (None, None) => None,
    }
}

/// Sends from this address of the machine. Where that cannot be (the machine has lost it, it does not lead to that network, it
/// is of the other family), from the one that the system chooses.
///
/// # Errors
/// As [`UdpSocket::send_to`].
pub fn send_from(socket: &UdpSocket, own: IpAddr, to: SocketAddr, datagram: &[u8]) -> io::Result<()> {
    let (bytes, peer) = ([IoSlice::new(datagram)], SockaddrStorage::from(to));
    let send = |note: &[ControlMessage<'_>]| {
        sendmsg(socket.as_raw_fd(), &bytes, note, MsgFlags::empty(), Some(&peer)).map(|_sent| ())
    };
    let sent = match (own, to) {
        (IpAddr::V4(own), SocketAddr::V4(_)) => {
            let [ipi_spec_dst, ipi_addr] =
                [own.octets(), [0; 4]].map(|octets| in_addr { s_addr: u32::from_ne_bytes(octets) });
            send(&[ControlMessage::Ipv4PacketInfo(&in_pktinfo { ipi_ifindex: 0, ipi_spec_dst, ipi_addr })])
        }
        (IpAddr::V6(own), SocketAddr::V6(_)) => {
            let ipi6_addr = in6_addr { s6_addr: own.octets() };
            send(&[ControlMessage::Ipv6PacketInfo(&in6_pktinfo { ipi6_ifindex: 0, ipi6_addr })])
        }
        _ => Err(Errno::EADDRNOTAVAIL),
    };
    match sent {
        Ok(()) => Ok(()),
        Err(Errno::EAGAIN) => Err(Errno::EAGAIN.into()),
        // Systems differ in what they call an address that is not theirs.
        Err(_) => Ok(send(&[])?),
    }
}

/// The address from which this machine would talk to that peer. Connecting a UDP socket sends nothing: the kernel only
/// picks the source address.
pub fn source_towards(peer: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if peer.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((peer, 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified()).then_some(ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_leaves_from_the_address_that_was_asked() {
        for (bind, asked) in [("0.0.0.0:0", "127.0.0.5"), ("0.0.0.0:0", "127.0.0.1"), ("[::]:0", "::1")] {
            let Ok(here) = UdpSocket::bind(bind) else { panic!("this machine has no {bind}") };
            let asked = SocketAddr::new(asked.parse().unwrap(), here.local_addr().unwrap().port());
            let mut receiver = Receiver::of(&here, asked.is_ipv4()).unwrap();
            let peer = UdpSocket::bind(if asked.is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" }).unwrap();
            // From now on it hears nobody else.
            peer.connect(asked).unwrap();
            peer.send(b"ping").unwrap();
            let mut buffer = [0; 16];
            let arrival = receiver.receive(&here, &mut buffer).unwrap();
            let from = peer.local_addr().unwrap();
            assert_eq!(arrival, Arrival { length: 4, from, to: Some(asked.ip()) });
            send_from(&here, asked.ip(), from, b"pong!").unwrap();
            assert_eq!((peer.recv(&mut buffer).unwrap(), &buffer[..5]), (5, &b"pong!"[..]));
        }
    }
}
