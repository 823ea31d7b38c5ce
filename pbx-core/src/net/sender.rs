//! The way out: any engine sends on any flow.

use super::stream::Connections;
use crate::base::flow::Flow;
use bytes::Bytes;
use pbx_media::datagram::send_from;
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
        if flow.transport.is_reliable() {
            self.tcp.send(flow, bytes.clone());
        } else {
            self.send_datagram(flow, bytes);
        }
    }

    /// Answers what came by this flow. Where that is not possible nothing is sent: the asker repeats its question.
    pub(super) fn answer(&self, flow: &Flow, bytes: &Bytes) {
        if flow.transport.is_reliable() {
            self.tcp.answer(flow, bytes.clone());
        } else {
            self.send_datagram(flow, bytes);
        }
    }

    /// Somebody has proven on this flow who he is, or a call uses it.
    pub(super) fn prove(&self, flow: &Flow) {
        if flow.transport.is_reliable() {
            self.tcp.prove(flow);
        }
    }

    fn send_datagram(&self, flow: &Flow, bytes: &Bytes) {
        let fits = |bound: &SocketAddr| bound.port() == flow.local.port() && bound.is_ipv4() == flow.remote.is_ipv4();
        let own = flow.own_ip();
        let exact = |bound: &SocketAddr| fits(bound) && (bound.ip().is_unspecified() || bound.ip() == own);
        // A flow of before a restart may end at an address that is none of ours any more: another listener at its port is
        // better than none.
        let found = self.udp.iter().find(|(bound, _)| exact(bound)).or_else(|| self.udp.iter().find(|(b, _)| fits(b)));
        let Some((bound, socket)) = found else { return };
        let sent = if bound.ip().is_unspecified() {
            send_from(socket, own, flow.remote, bytes)
        } else {
            socket.send_to(bytes, flow.remote).map(drop)
        };
        if let Err(error) = sent {
            tracing::debug!(%error, remote = %flow.remote, "datagram not sent");
        }
    }
}
