//! What strangers may take of the HTTP server: a few connections, for a few seconds.

use crate::rig::server::Server;
use crate::rig::tcp_line::TcpLine;
use crate::rig::watch::look_until;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long one waits for something that has a time-out of ten seconds, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn half_request(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.http()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nX: ").unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn whole_request(server: &Server, then: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.http()).unwrap();
    write!(stream, "GET /login HTTP/1.1\r\nHost: a\r\nConnection: {then}\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What comes until the server closes the connection.
fn until_closed(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the connection stays open: {error}"),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let looked = stream.peek(&mut [0]);
    matches!(looked, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

#[test]
fn half_requests_and_idle_connections_are_closed_while_the_console_answers() {
    let server = Server::without_people();
    let halves: Vec<_> = (0..50).map(|_| half_request(&server)).collect();
    let idle = whole_request(&server, "keep-alive");
    assert!(until_closed(whole_request(&server, "close")).starts_with("HTTP/1.1 200"), "the console answers meanwhile");
    assert!(until_closed(idle).starts_with("HTTP/1.1 200"), "its answer, then the end");
    for half in halves {
        until_closed(half);
    }
}

#[test]
fn body_that_never_ends_is_answered_and_closed() {
    let server = Server::without_people();
    let mut stream = TcpStream::connect(server.http()).unwrap();
    stream.set_read_timeout(Some(PATIENCE * 2)).unwrap();
    let head = "POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let answer = until_closed(stream);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[test]
fn ten_times_too_many_connections_leave_files_for_phones() {
    // An eighth of 800 files is for the console.
    let server = Server::with_files(256, 800, 100);
    let held: Vec<_> = (0..1000).map(|_| half_request(&server)).collect();
    look_until(PATIENCE, "a hundred connections are left", || {
        let open = held.iter().filter(|stream| is_open(stream)).count();
        if open <= 100 { Ok(()) } else { Err(format!("{open} are open")) }
    });
    let answer = until_closed(whole_request(&server, "close"));
    assert!(answer.starts_with("HTTP/1.1 200"), "a new one takes the place of an idle one: {answer}");
    let mut phone = TcpLine::open(server.sip());
    let (sip, local) = (server.sip(), phone.address());
    phone.send(&format!(
        "OPTIONS sip:{sip} SIP/2.0\r\nVia: SIP/2.0/TCP {local};branch=z9hG4bKfiles\r\nMax-Forwards: 70\r\n\
         From: <sip:a@{sip}>;tag=1\r\nTo: <sip:{sip}>\r\nCall-ID: files\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    ));
    let code = phone.message_within(PATIENCE).and_then(|answer| answer.status()).map(|status| status.code());
    assert_eq!(code, Some(200), "phones are still heard");
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.process().id())).unwrap().count();
    assert!(open < 500, "{open} files are open");
}
