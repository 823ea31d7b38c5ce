//! What has to be agreed on a connection before its first message.

use super::framing::Framing;
use pbx_sip::framing::Framer;
use pbx_sip::gate::MAX_BYTES;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Our side of a transport's handshake.
pub(in crate::net) trait Handshake: Clone + Send + Sync + 'static {
    /// The stream that carries the messages from then on.
    type Stream: AsyncRead + AsyncWrite + Send;
    /// The way in which they are cut from it.
    type Framing: Framing;

    /// Makes a connection ready for messages.
    ///
    /// # Errors
    /// When the connection is lost, or the peer agrees to nothing that we can do.
    fn shake(&self, connection: TcpStream) -> impl Future<Output = io::Result<(Self::Stream, Self::Framing)>> + Send;
}

/// TCP alone: the first byte is the first message's.
#[derive(Clone, Copy, Debug)]
pub(in crate::net) struct NoHandshake;

impl Handshake for NoHandshake {
    type Stream = TcpStream;
    type Framing = Framer;

    async fn shake(&self, connection: TcpStream) -> io::Result<(TcpStream, Framer)> {
        Ok((connection, Framer::new(MAX_BYTES)))
    }
}

/// A handshake for tests: one byte each way, after which each message has its length before it.
#[cfg(test)]
#[derive(Clone, Debug)]
pub(super) struct Knock;

#[cfg(test)]
impl Handshake for Knock {
    type Stream = TcpStream;
    type Framing = super::framing::LengthByte;

    async fn shake(&self, mut connection: TcpStream) -> io::Result<(TcpStream, Self::Framing)> {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        if connection.read_u8().await? != b'K' {
            return Err(io::ErrorKind::InvalidData.into());
        }
        connection.write_all(b"k").await?;
        Ok((connection, super::framing::LengthByte::default()))
    }
}
