//! One socket a UDP listener, with a thread that reads it and hands each datagram to the front.

use super::front::Front;
use crate::flow::{Flow, Transport};
use bytes::Bytes;
use socket2::{Domain, Protocol, Socket, Type};
use std::net::{SocketAddr, UdpSocket};
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

/// Binds a listener. Fails when the port is taken: no address is shared silently.
///
/// # Errors
/// As the system tells.
pub(super) fn bind(address: SocketAddr) -> std::io::Result<Arc<UdpSocket>> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Asking for more than the system allows is no fault: it gives what it may.
    let _ = socket.set_recv_buffer_size(BUFFER);
    let _ = socket.set_send_buffer_size(BUFFER);
    socket.bind(&address.into())?;
    let socket: UdpSocket = socket.into();
    socket.set_read_timeout(Some(NOTICE))?;
    Ok(Arc::new(socket))
}

/// Reads until `stop`.
pub(super) fn read(
    socket: Arc<UdpSocket>,
    bound: SocketAddr,
    front: Arc<Front>,
    stop: Arc<AtomicBool>,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(format!("udp-{}", bound.port())).spawn(move || {
        let mut buffer = vec![0; DATAGRAM];
        while !stop.load(Ordering::Relaxed) {
            let Ok((length, remote)) = socket.recv_from(&mut buffer) else { continue };
            let Some(local) = front.routes().local_for(bound, remote.ip()) else { continue };
            let flow = Flow { transport: Transport::Udp, local, remote, connection: 0 };
            front.receive(flow, Bytes::copy_from_slice(&buffer[..length]));
        }
    })
}
