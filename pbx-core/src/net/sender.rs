//! The way out: any engine sends on any flow.

use super::stream::StreamSender;
use crate::base::flow::Flow;
use bytes::Bytes;
use pbx_media::datagram::send_from;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

/// Owns the sending half of every listener.
#[derive(Clone, Debug)]
pub struct Sender {
    udp: Arc<[(SocketAddr, Arc<UdpSocket>)]>,
    streams: StreamSender,
}

impl Sender {
    /// Sends by bound UDP sockets and on connections.
    pub(super) fn new(udp: Vec<(SocketAddr, Arc<UdpSocket>)>, streams: StreamSender) -> Self {
        Self { udp: udp.into(), streams }
    }

    /// Sends one message. UDP may lose it; a connection that cannot be had reaches the engines as a
    /// lost flow.
    pub fn send(&self, flow: &Flow, bytes: &Bytes) {
        if flow.transport.is_reliable() {
            self.streams.send(flow, bytes);
        } else {
            self.send_datagram(flow, bytes);
        }
    }

    /// Answers what came by this flow. Where that is not possible nothing is sent: the sender
    /// repeats its request.
    pub(super) fn answer(&self, flow: &Flow, bytes: &Bytes) {
        if flow.transport.is_reliable() {
            self.streams.answer(flow, bytes);
        } else {
            self.send_datagram(flow, bytes);
        }
    }

    /// Marks a flow as proven: a peer has proven its identity on it, or a call uses it.
    pub(super) fn prove(&self, flow: &Flow) {
        if flow.transport.is_reliable() {
            self.streams.prove(flow);
        }
    }

    fn send_datagram(&self, flow: &Flow, bytes: &Bytes) {
        let fits = |bound: &SocketAddr| bound.port() == flow.local.port() && bound.is_ipv4() == flow.remote.is_ipv4();
        let own = flow.own_ip();
        let exact = |bound: &SocketAddr| fits(bound) && (bound.ip().is_unspecified() || bound.ip() == own);
        // A flow of before a restart may end at an address that is no longer ours: another listener
        // at its port is better than none.
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
