//! How messages are cut from a byte stream, and put onto it.

use bytes::Bytes;
use pbx_sip::framing::{Frame, Framer, FramingError};

/// A message or a keep-alive from a peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::net) enum FromPeer {
    /// A message.
    Message(Bytes),
    /// A keep-alive, with the bytes that answer it.
    KeepAlive {
        /// What goes onto the stream as it is.
        answer: Bytes,
    },
}

/// The rules by which messages are cut from a stream, with what is read of it so far.
pub(in crate::net) trait Framing: Send {
    /// Takes bytes that were read.
    fn push(&mut self, bytes: &[u8]);

    /// Cuts off what comes next, a message of at most `limit` bytes. Returns `None` until more has
    /// come.
    ///
    /// # Errors
    /// When it is not known where the next message begins: the stream is over.
    fn next(&mut self, limit: usize) -> Result<Option<FromPeer>, FramingError>;

    /// Returns whether a message has begun whose rest has not come yet.
    fn has_begun(&self) -> bool;

    /// Frames a message of ours.
    fn frame(message: &Bytes) -> Bytes;
}

/// By Content-Length, over TCP and TLS (RFC 3261 §18.3).
impl Framing for Framer {
    fn push(&mut self, bytes: &[u8]) {
        Self::push(self, bytes);
    }

    fn next(&mut self, limit: usize) -> Result<Option<FromPeer>, FramingError> {
        self.set_limit(limit);
        let frame = self.next_frame()?;
        Ok(frame.map(|frame| match frame {
            Frame::Message(bytes) => FromPeer::Message(bytes),
            // RFC 5626 §4.4.1.
            Frame::Ping => FromPeer::KeepAlive { answer: Bytes::from_static(b"\r\n") },
        }))
    }

    fn has_begun(&self) -> bool {
        Self::has_begun(self)
    }

    fn frame(message: &Bytes) -> Bytes {
        message.clone()
    }
}

/// A framing for tests: each message stands after its length in one byte, and a 0 is a keep-alive
/// that is answered with a 0.
#[cfg(test)]
#[derive(Debug, Default)]
pub(super) struct LengthByte(Vec<u8>);

#[cfg(test)]
impl Framing for LengthByte {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn next(&mut self, limit: usize) -> Result<Option<FromPeer>, FramingError> {
        let Some(length) = self.0.first().map(|length| usize::from(*length)) else { return Ok(None) };
        if length > limit {
            return Err(FramingError::TooLarge(Bytes::new()));
        }
        if self.0.len() <= length {
            return Ok(None);
        }
        let message = Bytes::from_iter(self.0.drain(..=length).skip(1));
        Ok(Some(if message.is_empty() {
            FromPeer::KeepAlive { answer: Bytes::from_static(&[0]) }
        } else {
            FromPeer::Message(message)
        }))
    }

    fn has_begun(&self) -> bool {
        !self.0.is_empty()
    }

    fn frame(message: &Bytes) -> Bytes {
        Bytes::from_iter([message.len() as u8].into_iter().chain(message.iter().copied()))
    }
}
