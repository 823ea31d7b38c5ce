//! The way out: any engine sends on any flow.

use super::tcp::Connections;
use crate::flow::{Flow, Transport};
use bytes::Bytes;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

/// Owns the sending half of every listener.
#[derive(Clone, Debug)]
pub struct Sender {
    udp: Arc<[(SocketAddr, Arc<UdpSocket>)]>,
    tcp: Connections,
}

impl Sender {
    /// Of bound UDP sockets and a table of connections.
    pub fn new(udp: Vec<(SocketAddr, Arc<UdpSocket>)>, tcp: Connections) -> Self {
        Self { udp: udp.into(), tcp }
    }

    /// Sends one message. UDP may lose it; a connection that cannot be had is told to the engines as a lost flow.
    pub fn send(&self, flow: &Flow, bytes: &Bytes) {
        match flow.transport {
            Transport::Udp => self.send_datagram(flow, bytes),
            Transport::Tcp => self.tcp.send(flow, bytes.clone()),
        }
    }

    /// Somebody has proven on this flow who he is, or a call uses it.
    pub(super) fn prove(&self, flow: &Flow) {
        if flow.transport.is_reliable() {
            self.tcp.prove(flow);
        }
    }

    fn send_datagram(&self, flow: &Flow, bytes: &Bytes) {
        let fits = |bound: &SocketAddr| {
            bound.port() == flow.local.port()
                && bound.is_ipv4() == flow.remote.is_ipv4()
                && (bound.ip().is_unspecified() || bound.ip() == flow.local.ip())
        };
        let exact = self.udp.iter().find(|(bound, _)| fits(bound));
        // An external address is none of ours: then the port alone tells the listener.
        let by_port = || self.udp.iter().find(|(bound, _)| bound.port() == flow.local.port());
        if let Some((_, socket)) = exact.or_else(by_port)
            && let Err(error) = socket.send_to(bytes, flow.remote)
        {
            tracing::debug!(%error, remote = %flow.remote, "datagram not sent");
        }
    }
}
