//! One connection: what is read is cut into messages, what waits is written, and at the end what
//! still waits is written, too.

use super::framing::{Framing, FromPeer};
use super::status::ConnectionStatus;
use super::wait::PeerWait;
use bytes::Bytes;
use pbx_sip::framing::FramingError;
use pbx_sip::gate::MAX_BYTES;
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// A peer that takes nothing for so long is gone: a peer that waits for an answer has given up by
/// then (RFC 3261 §17, timer F).
const STALLED: Duration = Duration::from_secs(32);
/// How long the end of a connection may take.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// The most bytes that a peer may go on sending meanwhile.
const UNHEARD: u64 = 4 * 1024 * 1024;

/// The most bytes that are read at once.
const BUFFER: usize = 4 * 1024;

/// The most bytes of a message while nothing is proven on the connection: more than any request
/// needs that asks for a challenge, and as much as a stranger may make us keep.
const STRANGERS_MESSAGE: usize = 8 * 1024;

/// Reads and writes until one of both comes to its end, or another connection needs the room. Then
/// it calls `closing`, which gives up the sender of `outgoing`, and writes what waits there before
/// the connection is closed: the answer to the peer's last message is among it.
pub(super) async fn converse(
    stream: impl AsyncRead + AsyncWrite,
    framing: impl Framing,
    outgoing: mpsc::Receiver<Bytes>,
    status: &ConnectionStatus,
    received: impl FnMut(Result<FromPeer, FramingError>),
    closing: impl FnOnce(),
) {
    let (mut reader, writer) = tokio::io::split(stream);
    let mut writing = pin!(write(writer, outgoing, status));
    let is_read = tokio::select! {
        () = read(&mut reader, framing, status, received) => true,
        () = status.evicted() => false,
        () = &mut writing => false,
    };
    closing();
    if is_read {
        let farewell = async {
            writing.await;
            // Closed with something unread, the system resets the connection, and the peer may
            // never see what we wrote.
            let _ = tokio::io::copy(&mut reader.take(UNHEARD), &mut tokio::io::sink()).await;
        };
        // Time is up: a peer that does not listen has lost nothing.
        let _ = within(LAST_WORDS, farewell).await;
    }
}

async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    mut framing: impl Framing,
    status: &ConnectionStatus,
    mut received: impl FnMut(Result<FromPeer, FramingError>),
) {
    let mut buffer = vec![0; BUFFER];
    let (began, mut wait) = (now(), PeerWait::begin(status.is_proven()));
    loop {
        let length = match wait.left(began.elapsed(), status.is_proven()) {
            Some(Duration::ZERO) => return,
            Some(left) => match within(left, stream.read(&mut buffer)).await {
                // The connection may have been proven meanwhile.
                None => continue,
                Some(read) => read,
            },
            None => stream.read(&mut buffer).await,
        };
        let Ok(length @ 1..) = length else { return };
        framing.push(&buffer[..length]);
        let Some(is_whole) = cut(&mut framing, status, &mut received) else { return };
        wait.received(began.elapsed(), is_whole, framing.has_begun());
    }
}

/// Hands on everything that is whole. Returns whether a message was, or `None` if the stream is
/// over.
fn cut(
    framing: &mut impl Framing,
    status: &ConnectionStatus,
    received: &mut impl FnMut(Result<FromPeer, FramingError>),
) -> Option<bool> {
    let mut is_whole = false;
    loop {
        let limit = if status.is_proven() { MAX_BYTES } else { STRANGERS_MESSAGE };
        match framing.next(limit) {
            Ok(Some(next)) => {
                is_whole |= matches!(next, FromPeer::Message(_));
                received(Ok(next));
            }
            Ok(None) => return Some(is_whole),
            Err(error) => {
                received(Err(error));
                return None;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "timers live in net")]
fn now() -> Instant {
    Instant::now()
}

async fn write(mut stream: impl AsyncWrite + Unpin, mut outgoing: mpsc::Receiver<Bytes>, status: &ConnectionStatus) {
    while let Some(bytes) = outgoing.recv().await {
        let Some(Ok(())) = within(STALLED, stream.write_all(&bytes)).await else { return };
        status.wrote(bytes.len());
    }
    // A peer that is gone already needs no goodbye.
    let _ = stream.shutdown().await;
}

/// Awaits a future. Returns `None` if it takes longer than this.
#[expect(clippy::disallowed_methods, reason = "timers live in net")]
pub(super) async fn within<T>(time: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, future).await.ok()
}

#[cfg(test)]
mod tests {
    use super::super::framing::LengthByte;
    use super::*;
    use pbx_sip::framing::Framer;
    use std::cell::RefCell;

    const ANSWER: &[u8] = b"SIP/2.0 400 Bad Request\r\n\r\n";

    fn framer() -> Framer {
        Framer::new(MAX_BYTES)
    }

    /// What a peer hears that says this and then closes its side, or goes on listening, while
    /// `answers` says what is answered to each thing that it says. The pipe is too narrow for an
    /// answer: the writer must wait for the reader.
    async fn heard_by_a_peer_that_says(
        words: &[u8],
        closes: bool,
        framing: impl Framing,
        answers: impl Fn(Result<FromPeer, FramingError>) -> Vec<Bytes>,
    ) -> Vec<u8> {
        let (mut peer, ours) = tokio::io::duplex(16);
        let (sender, outgoing) = mpsc::channel(8);
        let (sender, status) = (RefCell::new(Some(sender)), ConnectionStatus::default());
        let answer = |received| {
            for answer in answers(received) {
                sender.borrow().as_ref().unwrap().try_send(answer).unwrap();
            }
        };
        let server = converse(ours, framing, outgoing, &status, answer, || drop(sender.take()));
        let client = async move {
            peer.write_all(words).await.unwrap();
            if closes {
                peer.shutdown().await.unwrap();
            }
            let mut said = Vec::new();
            peer.read_to_end(&mut said).await.unwrap();
            said
        };
        tokio::join!(server, client).1
    }

    fn thrice(_: Result<FromPeer, FramingError>) -> Vec<Bytes> {
        vec![Bytes::from_static(ANSWER); 3]
    }

    #[tokio::test]
    async fn stream_that_cannot_be_cut_is_answered_before_it_is_closed() {
        let said = heard_by_a_peer_that_says(b"OPTIONS sip:a@b SIP/2.0\r\n\r\n", false, framer(), thrice).await;
        assert_eq!(said, ANSWER.repeat(3));
    }

    #[tokio::test]
    async fn what_waits_when_a_peer_closes_its_side_is_still_said() {
        let said = heard_by_a_peer_that_says(b"OPTIONS sip:a@b SIP/2.0\r\nl: 0\r\n\r\n", true, framer(), thrice).await;
        assert_eq!(said, ANSWER.repeat(3));
    }

    /// Two messages and a keep-alive between them, in a framing that is not SIP's own.
    #[tokio::test]
    async fn messages_are_cut_as_the_framing_says() {
        let echo = |received| match received {
            Ok(FromPeer::Message(message)) => vec![LengthByte::frame(&message)],
            Ok(FromPeer::KeepAlive { answer }) => vec![answer],
            Err(_) => vec![],
        };
        let said = heard_by_a_peer_that_says(b"\x03one\x00\x03two\x04half", true, LengthByte::default(), echo).await;
        assert_eq!(said, b"\x03one\x00\x03two\x04half");
        let said = heard_by_a_peer_that_says(b"\x03one\x04hal", true, LengthByte::default(), echo).await;
        assert_eq!(said, b"\x03one");
    }

    /// Whether a message of so many bytes comes whole over a connection of this status.
    async fn comes_whole(length: usize, status: ConnectionStatus) -> bool {
        let (mut peer, ours) = tokio::io::duplex(64);
        let (sender, outgoing) = mpsc::channel(1);
        let sender = RefCell::new(Some(sender));
        let whole = std::cell::Cell::new(None);
        let received = |received| whole.set(Some(matches!(received, Ok(FromPeer::Message(_)))));
        let server = converse(ours, framer(), outgoing, &status, received, || drop(sender.take()));
        let client = async move {
            let head = format!("MESSAGE sip:a@b SIP/2.0\r\nl: {length}\r\n\r\n");
            // A peer that is not read to the end cannot write everything.
            let _ = peer.write_all(head.as_bytes()).await;
            let _ = peer.write_all(&vec![b'x'; length]).await;
        };
        tokio::join!(server, client);
        whole.get() == Some(true)
    }

    #[tokio::test]
    async fn stranger_makes_us_keep_a_tenth_of_what_a_phone_may_say() {
        assert!(comes_whole(STRANGERS_MESSAGE / 2, ConnectionStatus::default()).await);
        assert!(!comes_whole(10 * STRANGERS_MESSAGE, ConnectionStatus::default()).await);
        assert!(!comes_whole(60_000, ConnectionStatus::default()).await);
        assert!(comes_whole(60_000, ConnectionStatus::ours()).await);
    }
}
