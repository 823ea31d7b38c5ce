//! A bare SIP line on TCP.

use super::sip_line::{code, text};
use super::watch::Deadline;
use pbx_sip::digest::Challenge;
use pbx_sip::framing::{Frame, Framer};
use pbx_sip::header_name::HeaderName;
use pbx_sip::message::Message;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to the server.
pub(crate) struct TcpLine {
    stream: TcpStream,
    framer: Framer,
    server: SocketAddr,
}

impl TcpLine {
    pub(crate) fn open(server: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(server).unwrap(), framer: Framer::new(65_535), server }
    }

    /// The next one that the server opens.
    pub(crate) fn accepted(listener: &TcpListener) -> Self {
        let (stream, server) = listener.accept().unwrap();
        Self { stream, framer: Framer::new(65_535), server }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.stream.local_addr().unwrap()
    }

    /// Sends exactly this.
    pub(crate) fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    /// Says nothing more, and goes on listening.
    pub(crate) fn close_our_side(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// The next message; none: the connection has ended or nothing came in time.
    pub(crate) fn message_within(&mut self, limit: Duration) -> Option<Message> {
        let deadline = Deadline::after(limit);
        loop {
            match self.framer.next_frame().unwrap() {
                Some(Frame::Message(bytes)) => return Message::parse(bytes).ok(),
                Some(Frame::Ping) => {}
                None => {
                    let mut buffer = [0; 4096];
                    self.stream.set_read_timeout(Some(deadline.left()?.max(Duration::from_millis(1)))).unwrap();
                    let length = self.stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
                    self.framer.push(&buffer[..length]);
                }
            }
        }
    }

    #[track_caller]
    pub(crate) fn message(&mut self) -> Message {
        self.message_within(PATIENCE).expect("a message")
    }

    /// Whether the server closes the connection, with nothing more said.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        matches!(self.stream.read(&mut [0; 64]), Ok(0))
    }

    /// A request with these further lines, the Content-Length among them.
    pub(crate) fn request(&self, method: &str, user: &str, cseq: u32, lines: &str) -> String {
        let (server, local) = (self.server, self.address());
        format!(
            "{method} sip:{server} SIP/2.0\r\nVia: SIP/2.0/TCP {local};branch=z9hG4bK{user}{cseq}\r\nMax-Forwards: 70\r\n\
             From: <sip:{user}@{server}>;tag=t\r\nTo: <sip:{user}@{server}>\r\nCall-ID: {user}-{}\r\n\
             CSeq: {cseq} {method}\r\n{lines}\r\n",
            local.port()
        )
    }

    /// Registers a contact with digest; the final answer's code.
    pub(crate) fn register(&mut self, user: &str, password: &str, contact: &str) -> u16 {
        let lines = format!("Contact: <{contact}>\r\nExpires: 300\r\nContent-Length: 0\r\n");
        self.send(&self.request("REGISTER", user, 1, &lines));
        let challenge = Challenge::parse(&text(&self.message(), HeaderName::WwwAuthenticate)).unwrap();
        let uri = format!("sip:{}", self.server);
        let credentials = challenge.answer(user, password, "REGISTER", &uri, "0a4f113b", 1);
        let lines = format!("Authorization: {credentials}\r\n{lines}");
        self.send(&self.request("REGISTER", user, 2, &lines));
        code(&self.message())
    }
}
