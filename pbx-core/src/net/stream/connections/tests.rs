use super::super::framing::LengthByte;
use super::super::handshake::Handshake;
use super::*;
use crate::engine::io::Input;
use crate::net::EngineQueue;
use pbx_sip::framing::FramingError;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ANNA: &str = "192.0.2.10:40001";

fn flow(connection: u64) -> Flow {
    let local = "192.0.2.1:5060".parse().unwrap();
    Flow { transport: Transport::Tcp, local, remote: ANNA.parse().unwrap(), own: None, connection }
}

/// Room for so many connections, and the queue of an engine.
fn connections(room: usize) -> (Connections, EngineQueue) {
    let (inbox, mut queues) = Inbox::new(1).unwrap();
    let settings = Settings { connections: room, connections_per_address: room, ..Settings::default() };
    (Connections::new(inbox, Handle::current(), &settings), queues.remove(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_on_a_connection_that_is_gone_is_reported_as_lost() {
    let (connections, queue) = connections(1);
    connections.send(&flow(7), &Bytes::from_static(b"INVITE"));
    let reported = std::iter::from_fn(|| Some(queue.wait(&[], Duration::from_secs(10)))).flatten().next();
    assert!(matches!(reported, Some(Input::FlowLost(lost)) if lost == flow(7)), "{reported:?}");
}

#[test]
fn connections_of_other_transports_are_opened_by_peers_alone() {
    assert_eq!(Transport::ALL.into_iter().filter(|t| is_opened_by_us(*t)).collect::<Vec<_>>(), [Transport::Tcp]);
}

/// A handshake of one byte each way, after which each message has its length before it.
#[derive(Clone)]
struct Knock;

impl Handshake for Knock {
    type Stream = TcpStream;
    type Framing = LengthByte;

    async fn shake(&self, mut connection: TcpStream) -> io::Result<(TcpStream, LengthByte)> {
        if connection.read_u8().await? != b'K' {
            return Err(io::ErrorKind::InvalidData.into());
        }
        connection.write_all(b"k").await?;
        Ok((connection, LengthByte::default()))
    }
}

/// A connection that was accepted: the peer's end, and ours.
async fn accepted() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    (peer, listener.accept().await.unwrap().0)
}

fn entered(connections: &Connections, number: u64) -> ConnectionTask {
    connections.enter::<LengthByte>(&mut connections.table(), flow(number), &Arc::default()).unwrap()
}

/// What a peer hears that says this and closes its side, where each message is answered by itself.
async fn echoed(connections: &Connections, words: &[u8]) -> Vec<u8> {
    let (mut peer, ours) = accepted().await;
    let echo = |received: Result<Bytes, FramingError>| connections.answer(&flow(1), &received.unwrap());
    let server = entered(connections, 1).serve(ours, Knock, echo);
    let client = async {
        peer.write_all(words).await.unwrap();
        peer.shutdown().await.unwrap();
        let mut heard = Vec::new();
        // A connection that is refused may be reset.
        let _ = peer.read_to_end(&mut heard).await;
        heard
    };
    tokio::join!(server, client).1
}

#[tokio::test]
async fn messages_go_both_ways_in_the_framing_that_the_handshake_led_to() {
    let (connections, _queue) = connections(1);
    assert_eq!(echoed(&connections, b"K\x03one\x00\x03two").await, b"k\x03one\x00\x03two");
}

#[tokio::test]
async fn peer_that_fails_the_handshake_gives_its_room_back() {
    let (connections, _queue) = connections(1);
    assert_eq!(echoed(&connections, b"X\x03one").await, b"");
    assert_eq!(connections.table().crowding(crate::base::time::Instant::from_micros(0), flow(2).remote.ip()), None);
}

#[tokio::test]
async fn peer_that_does_not_begin_its_handshake_makes_room_for_another() {
    let (connections, _queue) = connections(1);
    let (_peer, ours) = accepted().await;
    let first = entered(&connections, 1);
    let _second = entered(&connections, 2);
    tokio::select! {
        biased;
        () = first.serve(ours, Knock, |_| panic!("a message")) => {}
        () = std::future::ready(()) => panic!("it still waits"),
    }
}
