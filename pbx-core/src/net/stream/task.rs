//! The task that serves one connection, from its opening to its last byte.

use super::connections::Connections;
use super::conversation::{converse, within};
use super::framing::{Framing, FromPeer};
use super::handshake::Handshake;
use super::host::StreamHost;
use super::status::ConnectionStatus;
use crate::base::flow::Flow;
use bytes::Bytes;
use rustix::net::sockopt;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// How long a connection may take to open, and again for its handshake (RFC 3261 leaves it to us;
/// timer F is 32 s).
const OPENING: Duration = Duration::from_secs(5);
/// How long a peer may be silent before its system is asked whether it is still there: short enough
/// to keep a NAT's way open.
const ASK_AFTER: Duration = Duration::from_secs(60);
/// How soon it is asked again, and how often.
const ASK_AGAIN: (Duration, u32) = (Duration::from_secs(10), 3);
/// A peer whose system acknowledges nothing for so long is gone (RFC 3261 §17, timer F).
const UNACKNOWLEDGED: Duration = Duration::from_secs(32);

/// A connection that has its place in the table.
#[derive(Debug)]
pub(super) struct ConnectionTask {
    pub(super) connections: Connections,
    pub(super) flow: Flow,
    /// What is to be written, framed.
    pub(super) outgoing: mpsc::Receiver<Bytes>,
    pub(super) status: Arc<ConnectionStatus>,
}

impl ConnectionTask {
    /// Opens the connection, then serves it.
    pub(super) async fn open(self, handshake: impl Handshake, host: Arc<dyn StreamHost>) {
        match within(OPENING, TcpStream::connect(self.flow.remote)).await {
            Some(Ok(socket)) => self.serve(socket, handshake, host).await,
            Some(Err(_)) | None => self.fail(),
        }
    }

    /// Carries messages until either side ends the connection, or another one needs its room.
    pub(super) async fn serve(self, socket: TcpStream, handshake: impl Handshake, host: Arc<dyn StreamHost>) {
        tune(&socket);
        let ready = tokio::select! {
            ready = within(OPENING, handshake.shake(socket)) => ready,
            () = self.status.evicted() => None,
        };
        match ready {
            Some(Ok((stream, framing))) => self.carry(stream, framing, &*host).await,
            Some(Err(_)) | None => self.fail(),
        }
    }

    async fn carry(self, stream: impl AsyncRead + AsyncWrite, framing: impl Framing, host: &dyn StreamHost) {
        let Self { connections, flow, outgoing, status } = self;
        let from_peer = |cut| match cut {
            Ok(FromPeer::Message(bytes)) => host.received(flow, Ok(bytes)),
            Ok(FromPeer::KeepAlive { answer }) => connections.put_framed(&flow, answer),
            Err(error) => host.received(flow, Err(error)),
        };
        converse(stream, framing, outgoing, &status, from_peer, || connections.close(&flow, &status)).await;
        connections.forget(&flow);
    }

    fn fail(&self) {
        self.connections.close(&self.flow, &self.status);
        self.connections.forget(&self.flow);
    }
}

/// Has small messages leave at once, and the system find out whether a silent peer is still there:
/// a registered phone may be silent for an hour, and one that lost its power says no goodbye. A
/// socket that cannot do this still works.
fn tune(socket: &TcpStream) {
    let (again, times) = ASK_AGAIN;
    let patience = u32::try_from(UNACKNOWLEDGED.as_millis()).unwrap_or(u32::MAX);
    let _ = socket.set_nodelay(true);
    let _ = sockopt::set_socket_keepalive(socket, true)
        .and_then(|()| sockopt::set_tcp_keepidle(socket, ASK_AFTER))
        .and_then(|()| sockopt::set_tcp_keepintvl(socket, again))
        .and_then(|()| sockopt::set_tcp_keepcnt(socket, times))
        .and_then(|()| sockopt::set_tcp_user_timeout(socket, patience));
}

#[cfg(test)]
mod tests {
    use super::super::connections::enter;
    use super::super::framing::LengthByte;
    use super::super::handshake::Knock;
    use super::super::host::Echo;
    use super::super::sender::StreamSender;
    use super::*;
    use crate::base::flow::Transport;
    use crate::base::settings::Settings;
    use crate::net::inbox::Inbox;
    use tokio::net::TcpListener;
    use tokio::runtime::Handle;

    #[tokio::test]
    async fn handshake_that_does_not_begin_is_given_up_at_once_where_another_connection_needs_the_room() {
        let connections = Connections::new(Inbox::new(1).unwrap().0, &Settings::default());
        let streams = StreamSender::new(connections.clone(), Handle::current());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let local = listener.local_addr().unwrap();
        let _peer = TcpStream::connect(local).await.unwrap();
        let (ours, remote) = listener.accept().await.unwrap();
        let flow = Flow { transport: Transport::Tls, local, remote, own: None, connection: 1 };
        let status = Arc::new(ConnectionStatus::default());
        let outgoing = enter::<LengthByte>(&mut connections.table(), &flow, &status).unwrap();
        status.evict();
        let task = ConnectionTask { connections, flow, outgoing, status };
        tokio::select! {
            biased;
            () = task.serve(ours, Knock, Arc::new(Echo { streams, heard: Default::default() })) => {}
            () = std::future::ready(()) => panic!("it still waits"),
        }
    }
}
