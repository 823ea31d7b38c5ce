//! Cutting a byte stream into messages by Content-Length (RFC 3261 §18.3). TLS brings the same
//! stream; WebSocket (RFC 7118 §5) has frames of its own and needs none of this.

use crate::gate::MAX_HEAD_BYTES;
use crate::header_name::HeaderName;
use bytes::{Buf, Bytes, BytesMut};

/// A piece cut from a stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// The bytes of one message, for the gate.
    Message(Bytes),
    /// A ping of two CRLFs, to be answered with one CRLF (RFC 5626 §4.4.1).
    Ping,
}

/// The reason why a stream cannot go on. The connection is to be closed: where the next message
/// begins is not known.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FramingError {
    /// The headers or the whole message are longer than the limit. Holds what came of the headers,
    /// so that a 413 can be sent.
    #[error("message is longer than the stream's limit")]
    TooLarge(Bytes),
    /// Content-Length is missing, repeated with different values, or no number. Holds the headers,
    /// so that a 400 can be sent.
    #[error("Content-Length is missing or unusable")]
    NoLength(Bytes),
}

/// A stream being cut. It never holds more than the limit and what was pushed last.
#[derive(Clone, Debug)]
pub struct Framer {
    buffer: BytesMut,
    limit: usize,
    searched: usize,
}

impl Framer {
    /// Makes a new stream whose messages have at most `limit` bytes, and their headers no more than
    /// the gate lets in.
    pub fn new(limit: usize) -> Self {
        Self { buffer: BytesMut::new(), limit, searched: 0 }
    }

    /// Sets the most bytes that a message may have from now on.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Takes bytes that were read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes that wait for the rest of their message.
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// Returns whether a message has begun whose rest has not come yet. Line ends before it are
    /// none.
    pub fn has_begun(&self) -> bool {
        self.buffer.iter().any(|byte| !matches!(byte, b'\r' | b'\n'))
    }

    /// Cuts the next whole message or ping off; `None` until more bytes come.
    ///
    /// # Errors
    /// When the stream cannot be cut any further.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FramingError> {
        if let Some(frame) = self.skip_empty_lines() {
            return Ok(Some(frame));
        }
        // Nothing, or what may become a ping.
        if matches!(self.buffer.as_ref(), b"" | b"\r" | b"\r\n" | b"\r\n\r") {
            return Ok(None);
        }
        let Some(head_end) = self.head_end() else {
            return if self.buffer.len() > self.head_limit() { Err(self.too_large()) } else { Ok(None) };
        };
        if head_end > self.head_limit() {
            return Err(self.too_large());
        }
        let Some(length) = content_length(self.buffer.get(..head_end).unwrap_or_default()) else {
            return Err(FramingError::NoLength(self.buffer.split_to(head_end).freeze()));
        };
        let Some(total) = head_end.checked_add(length).filter(|total| *total <= self.limit) else {
            return Err(self.too_large());
        };
        if self.buffer.len() < total {
            return Ok(None);
        }
        self.searched = 0;
        Ok(Some(Frame::Message(self.buffer.split_to(total).freeze())))
    }

    /// Empty lines before a message mean nothing (RFC 3261 §7.5), but two in a row are a ping.
    fn skip_empty_lines(&mut self) -> Option<Frame> {
        if self.buffer.starts_with(b"\r\n\r\n") {
            self.buffer.advance(4);
            return Some(Frame::Ping);
        }
        // A lone CRLF, or one and a CR, may be the first part of a ping.
        if self.buffer.starts_with(b"\r\n") && !matches!(self.buffer.get(2..), Some(b"" | b"\r")) {
            self.buffer.advance(2);
        }
        None
    }

    /// Finds where the headers end; bytes that were looked at are not looked at again.
    fn head_end(&mut self) -> Option<usize> {
        let from = self.searched.saturating_sub(3);
        let found = self.buffer.get(from..)?.windows(4).position(|window| window == b"\r\n\r\n");
        self.searched = self.buffer.len();
        found.map(|at| {
            self.searched = from + at;
            from + at + 4
        })
    }

    fn head_limit(&self) -> usize {
        self.limit.min(MAX_HEAD_BYTES)
    }

    fn too_large(&mut self) -> FramingError {
        let end = self.head_end().unwrap_or(self.buffer.len()).min(self.head_limit());
        FramingError::TooLarge(self.buffer.split_to(end).freeze())
    }
}

/// Reads the one value of Content-Length in a head; `None` where there is none, or not one number.
fn content_length(head: &[u8]) -> Option<usize> {
    let mut length = None;
    for line in head.split(|b| *b == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let name = std::str::from_utf8(name).unwrap_or_default().trim_end_matches([' ', '\t']);
        if HeaderName::parse(name) != HeaderName::ContentLength {
            continue;
        }
        let value = std::str::from_utf8(value.get(1..)?).ok()?;
        let value: usize = crate::grammar::number(crate::grammar::trim(value))?;
        if length.is_some_and(|length| length != value) {
            return None;
        }
        length = Some(value);
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: &[u8] = b"OPTIONS sip:a@b SIP/2.0\r\nl: 3\r\n\r\nabc";

    #[test]
    fn messages_come_whole_however_the_bytes_are_cut() {
        for step in 1..OPTIONS.len() {
            let mut framer = Framer::new(1000);
            let mut frames = Vec::new();
            for chunk in [OPTIONS, OPTIONS].concat().chunks(step) {
                framer.push(chunk);
                while let Some(frame) = framer.next_frame().unwrap() {
                    frames.push(frame);
                }
            }
            let message = Frame::Message(Bytes::from_static(OPTIONS));
            assert_eq!(frames, [message.clone(), message]);
            assert_eq!(framer.pending(), 0);
        }
    }

    #[test]
    fn two_empty_lines_are_a_ping_and_one_is_nothing() {
        let mut framer = Framer::new(1000);
        framer.push(b"\r\n");
        assert_eq!(framer.next_frame(), Ok(None));
        assert!(!framer.has_begun());
        framer.push(b"\r\n\r\n");
        assert_eq!(framer.next_frame(), Ok(Some(Frame::Ping)));
        framer.push(&OPTIONS[..5]);
        assert_eq!(framer.next_frame(), Ok(None));
        assert!(framer.has_begun());
        framer.push(&OPTIONS[5..]);
        assert_eq!(framer.next_frame(), Ok(Some(Frame::Message(Bytes::from_static(OPTIONS)))));
        assert!(!framer.has_begun());
    }

    #[test]
    fn a_stream_that_begins_with_half_a_line_end_is_bounded_like_any_other() {
        for start in ["\r", "\r\n\r", "\n"] {
            let mut framer = Framer::new(100);
            framer.push(start.as_bytes());
            let _ = framer.next_frame();
            framer.push(&[b'x'; 200]);
            let frame = framer.next_frame().and_then(|_| framer.next_frame());
            assert!(matches!(frame, Err(FramingError::TooLarge(_))), "{start:?}");
        }
    }

    #[test]
    fn a_stream_without_a_usable_length_ends() {
        for head in ["\r\n", "l: x\r\n\r\n", "l: -1\r\n\r\n", "l: 1\r\nContent-Length: 2\r\n\r\n"] {
            let mut framer = Framer::new(1000);
            framer.push(format!("OPTIONS sip:a@b SIP/2.0\r\n{head}").as_bytes());
            assert!(matches!(framer.next_frame(), Err(FramingError::NoLength(_))), "{head}");
        }
    }

    #[test]
    fn a_message_beyond_the_limit_ends_the_stream_with_its_head_in_hand() {
        let mut framer = Framer::new(100);
        framer.push(b"OPTIONS sip:a@b SIP/2.0\r\nl: 4000000000\r\n\r\n");
        assert!(matches!(framer.next_frame(), Err(FramingError::TooLarge(head)) if head.ends_with(b"\r\n\r\n")));
        let mut endless = Framer::new(100);
        endless.push(&[b'x'; 101]);
        assert!(matches!(endless.next_frame(), Err(FramingError::TooLarge(head)) if head.len() == 100));
    }

    #[test]
    fn headers_without_an_end_are_refused_when_the_gate_would_not_let_them_in() {
        let mut framer = Framer::new(crate::gate::MAX_BYTES);
        let mut most = 0;
        let ended = (0..80).find_map(|_| {
            framer.push(&[b'x'; 4096]);
            most = most.max(framer.pending());
            framer.next_frame().err()
        });
        assert!(matches!(ended, Some(FramingError::TooLarge(_))));
        assert!(most <= MAX_HEAD_BYTES + 4096, "{most}");
    }
}
