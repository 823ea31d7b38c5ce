//! Accepting the connections of one transport on one address.

use super::connections::Connections;
use super::conversation::within;
use super::handshake::{Handshake, NoHandshake};
use super::host::StreamHost;
use super::task::ConnectionTask;
use crate::base::flow::Transport;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long to wait when the system has no file left for a connection.
const OUT_OF_FILES: Duration = Duration::from_millis(100);

/// A bound socket, the transport of its connections, and how each of them begins.
#[derive(Debug)]
pub(in crate::net) struct StreamListener<H> {
    socket: TcpListener,
    transport: Transport,
    handshake: H,
}

impl StreamListener<NoHandshake> {
    /// Listens for TCP.
    pub(in crate::net) const fn tcp(socket: TcpListener) -> Self {
        Self { socket, transport: Transport::Tcp, handshake: NoHandshake }
    }
}

impl<H: Handshake> StreamListener<H> {
    /// Returns the transport of its connections.
    pub(in crate::net) const fn transport(&self) -> Transport {
        self.transport
    }

    /// Accepts until the task is aborted.
    pub(in crate::net) async fn accept(self, connections: Connections, host: Arc<dyn StreamHost>) {
        loop {
            let Ok((socket, remote)) = self.socket.accept().await else {
                // Out of files, most likely: the next accept may do better when some are back.
                let _ = within(OUT_OF_FILES, std::future::pending::<()>()).await;
                continue;
            };
            let Ok(own) = socket.local_addr() else { continue };
            let flow = host.flow(self.transport, own, remote, connections.number());
            let status = Arc::default();
            let (admitted, crowding) = connections.admit::<H::Framing>(host.now(), &flow, &status);
            if let Some(crowding) = crowding {
                host.crowded(remote, crowding);
            }
            let Some(outgoing) = admitted else { continue };
            let task = ConnectionTask { connections: connections.clone(), flow, outgoing, status };
            tokio::spawn(task.serve(socket, self.handshake.clone(), host.clone()));
        }
    }
}

#[cfg(test)]
mod tests;
