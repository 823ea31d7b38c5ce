//! One socket a UDP listener. One that is bound to every address of the machine learns from the
//! system which of them each datagram came to, and answers leave from there. It is read by the
//! engine itself where there is one, else by a thread of its own.

use super::engine_queue::timespec;
use super::front::Front;
use crate::base::flow::{Flow, Transport};
use crate::base::ids::Slot;
use crate::base::time::Now;
use crate::engine::io::Input;
use bytes::Bytes;
use pbx_media::datagram::{Arrival, Receiver};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::sockopt;
use socket2::{Domain, Protocol, Socket, Type};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Largest datagram there is.
const DATAGRAM: usize = 65_536;
/// What the kernel may keep for us while we are busy: some thousand messages.
const BUFFER: usize = 8 * 1024 * 1024;
/// How soon a reader notices that it should stop.
const NOTICE: Duration = Duration::from_millis(200);
/// Datagrams that are read before others have their turn.
const BURST: usize = 128;

/// Binds a listener. Fails when the port is taken: no address is shared silently.
///
/// # Errors
/// As the system tells.
pub(super) fn bind(address: SocketAddr) -> std::io::Result<Arc<UdpSocket>> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // The system's limit holds for all but root; asking for more than it allows is no fault: it
    // gives what it may.
    if sockopt::set_socket_recv_buffer_size_force(&socket, BUFFER).is_err() {
        let _ = socket.set_recv_buffer_size(BUFFER);
    }
    let _ = socket.set_send_buffer_size(BUFFER);
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)?;
    Ok(Arc::new(socket.into()))
}

/// A bound socket, and the front that judges what comes.
pub(super) struct Listening {
    socket: Arc<UdpSocket>,
    bound: SocketAddr,
    /// Of a socket that is bound to every address.
    receiver: Option<Receiver>,
    front: Arc<Front>,
    buffer: Box<[u8]>,
    /// What has come and was not judged yet.
    burst: Vec<(Flow, Bytes)>,
}

impl AsFd for Listening {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Listening {
    /// Listens on a bound socket.
    ///
    /// # Errors
    /// When the system does not tell which address a datagram came to.
    pub(super) fn new(socket: Arc<UdpSocket>, bound: SocketAddr, front: Arc<Front>) -> std::io::Result<Self> {
        let receiver = bound.ip().is_unspecified().then(|| Receiver::of(&*socket, bound.is_ipv4())).transpose()?;
        let (buffer, burst) = (vec![0; DATAGRAM].into(), Vec::with_capacity(BURST));
        Ok(Self { socket, bound, receiver, front, buffer, burst })
    }

    /// Takes what has come, up to a burst, and hands on what is for an engine. Returns whether more
    /// may wait.
    ///
    /// All is taken, then all is judged: one step for many messages finds its code and tables in
    /// the nearest cache, many steps for one message do not.
    pub(super) fn read(&mut self, now: Now, admitted: &mut Vec<(Slot, Input)>) -> bool {
        let more = self.take();
        let Self { front, burst, .. } = self;
        admitted.extend(burst.drain(..).filter_map(|(flow, bytes)| front.admit(now, flow, bytes)));
        more
    }

    fn take(&mut self) -> bool {
        for _ in 0..BURST {
            let arrival = match self.receive() {
                Ok(arrival) => arrival,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return false,
                // Interrupted, or an old ICMP answer that the system hands over here: the next
                // datagram is behind it.
                Err(_) => continue,
            };
            let routes = self.front.routes();
            let named = arrival.to.map(|ip| SocketAddr::new(ip, self.bound.port()));
            let Some(own) = named.or_else(|| routes.own_for(self.bound, arrival.from.ip())) else { continue };
            let flow = routes.flow(Transport::Udp, own, arrival.from, 0);
            self.burst.push((flow, Bytes::copy_from_slice(&self.buffer[..arrival.length])));
        }
        true
    }

    fn receive(&mut self) -> std::io::Result<Arrival> {
        match &mut self.receiver {
            Some(receiver) => receiver.receive(&self.socket, &mut self.buffer),
            None => self.socket.recv_from(&mut self.buffer).map(|(length, from)| Arrival { length, from, to: None }),
        }
    }

    /// Reads on a thread of its own until `stop`, for several engines.
    pub(super) fn start(mut self, stop: Arc<AtomicBool>) -> std::io::Result<JoinHandle<()>> {
        let front = self.front.clone();
        std::thread::Builder::new().name(format!("udp-{}", self.bound.port())).spawn(move || {
            let mut admitted = Vec::with_capacity(BURST);
            while !stop.load(Ordering::Relaxed) {
                let mut readable = [PollFd::new(&self, PollFlags::IN)];
                // Interrupted or not: the socket says for itself whether there is something.
                let _ = poll(&mut readable, Some(&timespec(NOTICE)));
                self.read(front.moment(), &mut admitted);
                admitted.drain(..).for_each(|(slot, input)| front.hand_over(slot, input));
            }
        })
    }
}
