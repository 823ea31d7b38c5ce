//! Datagrams of a socket that is bound to every address of this machine: the address that one came
//! to, and the one that an answer leaves from. The system alone would choose that by its routes,
//! and a peer that asked another address would take the answer for a stranger's (`IP_PKTINFO` of
//! Linux; RFC 3542 §6 for IPv6).

use nix::cmsg_space;
use nix::libc::{IP_PKTINFO, IPPROTO_IP, IPPROTO_IPV6, IPV6_PKTINFO, c_int, in6_pktinfo};
use nix::sys::socket::sockopt::{Ipv4PacketInfo, Ipv6RecvPacketInfo};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt};
use socket2::{MsgHdr, SockAddr, SockRef};
use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd};

/// A datagram that was received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// The number of its bytes in the buffer.
    pub length: usize,
    /// The address that sent it.
    pub from: SocketAddr,
    /// The address of this machine that it was sent to; `None` if the system does not say.
    pub to: Option<IpAddr>,
}

/// A receiver of datagrams with the address that each came to; its buffer for that is allocated
/// once.
#[derive(Debug)]
pub struct Receiver {
    notes: Vec<u8>,
}

impl Receiver {
    /// Asks the system to report with every datagram of this socket which address it came to.
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

    /// Receives the next datagram.
    ///
    /// # Errors
    /// As [`UdpSocket::recv_from`].
    pub fn receive(&mut self, socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Arrival> {
        let mut room = [IoSliceMut::new(buffer)];
        let fd = socket.as_raw_fd();
        let received = recvmsg::<SockaddrStorage>(fd, &mut room, Some(&mut self.notes), MsgFlags::empty())?;
        let from = received.address.as_ref().and_then(socket_address).ok_or(io::ErrorKind::InvalidData)?;
        let to = received.cmsgs()?.find_map(|note| match note {
            // Not the address in the datagram's header, which may be one of many (broadcast) that
            // we can't answer from.
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

/// Sends from this address of the machine, without allocating, since media goes this way too. Where
/// that can't be (the machine has lost it, it does not lead to that network, it is of the other
/// family), the system chooses.
///
/// # Errors
/// As [`UdpSocket::send_to`].
pub fn send_from(socket: &UdpSocket, own: IpAddr, to: SocketAddr, datagram: &[u8]) -> io::Result<()> {
    let sent = match (own, to) {
        (IpAddr::V4(own), SocketAddr::V4(_)) => {
            // `in_pktinfo`: any interface, this source, and a destination that is only read when
            // receiving.
            let [a, b, c, d] = own.octets();
            send_with(socket, &Note::of(IPPROTO_IP, IP_PKTINFO, &[0, 0, 0, 0, a, b, c, d, 0, 0, 0, 0]), to, datagram)
        }
        (IpAddr::V6(own), SocketAddr::V6(_)) => {
            // `in6_pktinfo`: this source, any interface.
            let mut info = [0; 20];
            info[..16].copy_from_slice(&own.octets());
            send_with(socket, &Note::of(IPPROTO_IPV6, IPV6_PKTINFO, &info), to, datagram)
        }
        _ => Err(io::ErrorKind::AddrNotAvailable.into()),
    };
    match sent {
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
            // Systems differ in what they call an address that is not theirs.
            socket.send_to(datagram, to).map(|_sent| ())
        }
        sent => sent,
    }
}

fn send_with(socket: &UdpSocket, note: &Note, to: SocketAddr, datagram: &[u8]) -> io::Result<()> {
    let (peer, bytes) = (SockAddr::from(to), [IoSlice::new(datagram)]);
    let message = MsgHdr::new().with_addr(&peer).with_buffers(&bytes).with_control(&note.bytes[..note.length]);
    SockRef::from(socket).sendmsg(&message, 0).map(|_sent| ())
}

/// A control message as the kernel reads it (cmsg(3)): its length, level and kind, its data, and
/// room up to the next word.
struct Note {
    bytes: [u8; Self::HEADER + 24],
    length: usize,
}

impl Note {
    const WORD: usize = size_of::<usize>();
    const HEADER: usize = (Self::WORD + 2 * size_of::<c_int>()).next_multiple_of(Self::WORD);

    /// Makes a note of at most 24 bytes.
    fn of(level: c_int, kind: c_int, says: &[u8]) -> Self {
        let mut bytes = [0; Self::HEADER + 24];
        let length = Self::HEADER + says.len();
        bytes[..Self::WORD].copy_from_slice(&length.to_ne_bytes());
        bytes[Self::WORD..Self::WORD + 4].copy_from_slice(&level.to_ne_bytes());
        bytes[Self::WORD + 4..Self::WORD + 8].copy_from_slice(&kind.to_ne_bytes());
        bytes[Self::HEADER..length].copy_from_slice(says);
        Self { bytes, length: length.next_multiple_of(Self::WORD) }
    }
}

/// Returns the address from which this machine would talk to that peer. Connecting a UDP socket
/// sends nothing: the kernel only picks the source address.
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

    #[test]
    fn where_the_address_cannot_be_left_from_the_system_chooses() {
        let here = UdpSocket::bind("0.0.0.0:0").unwrap();
        let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
        for lost in ["192.0.2.1", "2001:db8::1"] {
            send_from(&here, lost.parse().unwrap(), peer.local_addr().unwrap(), lost.as_bytes()).unwrap();
            let mut buffer = [0; 16];
            let (length, from) = peer.recv_from(&mut buffer).unwrap();
            assert_eq!((&buffer[..length], from.ip()), (lost.as_bytes(), Ipv4Addr::LOCALHOST.into()));
        }
    }
}
