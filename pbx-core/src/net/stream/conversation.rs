//! One connection: what is read is cut into messages, what waits is written, and at the end what
//! waits is still said.

use super::table::Standing;
use super::wait::Wait;
use bytes::Bytes;
use pbx_sip::framing::{Frame, Framer, FramingError};
use pbx_sip::gate::MAX_BYTES;
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// A peer that takes nothing for so long is gone: a peer that waits for an answer has given up by then
/// (RFC 3261 §17, timer F).
const STALLED: Duration = Duration::from_secs(32);
/// How long the end of a connection may take.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// What a peer may go on saying meanwhile.
const UNHEARD: u64 = 4 * 1024 * 1024;

/// What is read at once.
const BUFFER: usize = 4 * 1024;

/// The most bytes of a message while nobody has proven on the connection who he is: more than any
/// request needs that asks for a challenge, and as much as a stranger may make us keep.
const OF_A_STRANGER: usize = 8 * 1024;

/// What a peer said.
pub(super) enum Heard {
    /// A message.
    Message(Bytes),
    /// A ping (RFC 5626 §4.4.1).
    Ping,
    /// Something after which nobody knows where the next message begins. It is the last that is
    /// heard.
    Uncut(FramingError),
}

/// Reads and writes until one of both comes to its end, or another connection needs the room. Then
/// `closing` is told, which gives the way in of `outgoing` up, and what waits there is written
/// before the connection is closed: the answer to the peer's last words is among it.
pub(super) async fn converse(
    mut reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite + Unpin,
    outgoing: mpsc::Receiver<Bytes>,
    standing: &Standing,
    heard: impl FnMut(Heard),
    closing: impl FnOnce(),
) {
    let mut writing = pin!(write(writer, outgoing, standing));
    let is_read = tokio::select! {
        () = read(&mut reader, standing, heard) => true,
        () = standing.evicted() => false,
        () = &mut writing => false,
    };
    closing();
    if is_read {
        let farewell = async {
            writing.await;
            // Closed with something unread, the system resets the connection, and the peer may
            // never see what we said.
            let _ = tokio::io::copy(&mut reader.take(UNHEARD), &mut tokio::io::sink()).await;
        };
        // Time is up: who does not listen has lost nothing.
        let _ = within(LAST_WORDS, farewell).await;
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin), standing: &Standing, mut heard: impl FnMut(Heard)) {
    let mut framer = Framer::new(OF_A_STRANGER);
    let mut buffer = vec![0; BUFFER];
    let (began, mut wait) = (now(), Wait::begin(standing.is_proven()));
    loop {
        let length = match wait.left(began.elapsed(), standing.is_proven()) {
            Some(Duration::ZERO) => return,
            Some(left) => match within(left, stream.read(&mut buffer)).await {
                // Somebody may have proven himself meanwhile.
                None => continue,
                Some(read) => read,
            },
            None => stream.read(&mut buffer).await,
        };
        let Ok(length @ 1..) = length else { return };
        framer.push(&buffer[..length]);
        let mut is_whole = false;
        loop {
            framer.set_limit(if standing.is_proven() { MAX_BYTES } else { OF_A_STRANGER });
            match framer.next_frame() {
                Ok(Some(Frame::Message(bytes))) => {
                    is_whole = true;
                    heard(Heard::Message(bytes));
                }
                Ok(Some(Frame::Ping)) => heard(Heard::Ping),
                Ok(None) => break,
                Err(error) => return heard(Heard::Uncut(error)),
            }
        }
        wait.heard(began.elapsed(), is_whole, framer.has_begun());
    }
}

#[expect(clippy::disallowed_methods, reason = "timers live in net")]
fn now() -> Instant {
    Instant::now()
}

async fn write(mut stream: impl AsyncWrite + Unpin, mut outgoing: mpsc::Receiver<Bytes>, standing: &Standing) {
    while let Some(bytes) = outgoing.recv().await {
        let Some(Ok(())) = within(STALLED, stream.write_all(&bytes)).await else { return };
        standing.wrote(bytes.len());
    }
    // A peer that is gone already needs no goodbye.
    let _ = stream.shutdown().await;
}

/// A future's outcome, unless it takes longer than this.
#[expect(clippy::disallowed_methods, reason = "timers live in net")]
pub(super) async fn within<T>(time: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, future).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    const ANSWER: &[u8] = b"SIP/2.0 400 Bad Request\r\n\r\n";

    /// What a peer hears that says this and then closes its side, or goes on listening, while each
    /// thing that it says is answered three times. The pipe is too narrow for an answer: whoever
    /// writes must wait for the reader.
    async fn heard_by_a_peer_that_says(words: &[u8], closes: bool) -> Vec<u8> {
        let (mut peer, ours) = tokio::io::duplex(16);
        let (reader, writer) = tokio::io::split(ours);
        let (sender, outgoing) = mpsc::channel(8);
        let (sender, standing) = (RefCell::new(Some(sender)), Standing::default());
        let answer = |_| {
            for _ in 0..3 {
                sender.borrow().as_ref().unwrap().try_send(Bytes::from_static(ANSWER)).unwrap();
            }
        };
        let server = converse(reader, writer, outgoing, &standing, answer, || drop(sender.take()));
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

    #[tokio::test]
    async fn stream_that_cannot_be_cut_is_answered_before_it_is_closed() {
        let said = heard_by_a_peer_that_says(b"OPTIONS sip:a@b SIP/2.0\r\n\r\n", false).await;
        assert_eq!(said, ANSWER.repeat(3));
    }

    #[tokio::test]
    async fn what_waits_when_a_peer_closes_its_side_is_still_said() {
        let said = heard_by_a_peer_that_says(b"OPTIONS sip:a@b SIP/2.0\r\nl: 0\r\n\r\n", true).await;
        assert_eq!(said, ANSWER.repeat(3));
    }

    /// Whether a message of so many bytes comes whole from a peer of this standing.
    async fn comes_whole(length: usize, standing: Standing) -> bool {
        let (mut peer, ours) = tokio::io::duplex(64);
        let (reader, writer) = tokio::io::split(ours);
        let (sender, outgoing) = mpsc::channel(1);
        let sender = RefCell::new(Some(sender));
        let whole = std::cell::Cell::new(None);
        let heard = |heard| whole.set(Some(matches!(heard, Heard::Message(_))));
        let server = converse(reader, writer, outgoing, &standing, heard, || drop(sender.take()));
        let client = async move {
            let head = format!("MESSAGE sip:a@b SIP/2.0\r\nl: {length}\r\n\r\n");
            // Who is not heard to the end cannot say everything.
            let _ = peer.write_all(head.as_bytes()).await;
            let _ = peer.write_all(&vec![b'x'; length]).await;
        };
        tokio::join!(server, client);
        whole.get() == Some(true)
    }

    #[tokio::test]
    async fn stranger_makes_us_keep_a_tenth_of_what_a_phone_may_say() {
        assert!(comes_whole(OF_A_STRANGER / 2, Standing::default()).await);
        assert!(!comes_whole(10 * OF_A_STRANGER, Standing::default()).await);
        assert!(!comes_whole(60_000, Standing::default()).await);
        assert!(comes_whole(60_000, Standing::ours()).await);
    }
}
