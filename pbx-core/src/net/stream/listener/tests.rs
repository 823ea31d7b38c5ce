use super::super::handshake::Knock;
use super::super::host::Echo;
use super::super::sender::StreamSender;
use super::*;
use crate::base::settings::Settings;
use crate::net::Inbox;
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

/// A listener of this transport and handshake with room for so many connections, and its host.
async fn listen<H: Handshake>(transport: Transport, handshake: H, room: usize) -> (SocketAddr, Arc<Echo>) {
    let (inbox, _queues) = Inbox::new(1).unwrap();
    let settings = Settings { connections: room, connections_per_address: room, ..Settings::default() };
    let connections = Connections::new(inbox, &settings);
    let streams = StreamSender::new(connections.clone(), Handle::current());
    let host = Arc::new(Echo { streams, heard: Mutex::default() });
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bound = socket.local_addr().unwrap();
    tokio::spawn(StreamListener { socket, transport, handshake }.accept(connections, host.clone()));
    (bound, host)
}

/// What a peer hears that says this and closes its side.
async fn answered(to: SocketAddr, words: &[u8]) -> Vec<u8> {
    let mut peer = TcpStream::connect(to).await.unwrap();
    peer.write_all(words).await.unwrap();
    peer.shutdown().await.unwrap();
    let mut heard = Vec::new();
    // A connection that is refused may be reset.
    let _ = peer.read_to_end(&mut heard).await;
    heard
}

#[tokio::test]
async fn tcp_has_messages_from_its_first_byte_on() {
    let (there, host) = listen(Transport::Tcp, NoHandshake, 1).await;
    let options = b"OPTIONS sip:a@b SIP/2.0\r\nl: 0\r\n\r\n";
    assert_eq!(
        answered(there, &[options, &b"\r\n\r\n"[..], options].concat()).await,
        [options, &b"\r\n"[..], options].concat()
    );
    assert!(host.heard.lock().unwrap().iter().all(|(flow, _)| flow.transport == Transport::Tcp));
}

#[tokio::test]
async fn another_transport_is_a_handshake_and_a_framing() {
    let (there, host) = listen(Transport::Wss, Knock, 1).await;
    assert_eq!(answered(there, b"K\x03one\x00\x03two").await, b"k\x03one\x00\x03two");
    let heard = host.heard.lock().unwrap();
    let heard: Vec<_> = heard.iter().map(|(flow, message)| (flow.transport, message.clone())).collect();
    assert_eq!(heard, [b"one", b"two"].map(|word| (Transport::Wss, Ok(Bytes::from_static(word)))));
}

#[tokio::test]
async fn peer_that_fails_its_handshake_or_does_not_begin_it_makes_room_for_another() {
    let (there, host) = listen(Transport::Tls, Knock, 1).await;
    assert_eq!(answered(there, b"X\x03one").await, b"");
    let mut silent = TcpStream::connect(there).await.unwrap();
    assert_eq!(answered(there, b"K\x03two").await, b"k\x03two");
    assert_eq!(silent.read(&mut [0]).await.unwrap(), 0, "it is closed");
    assert_eq!(host.heard.lock().unwrap().len(), 1);
}
