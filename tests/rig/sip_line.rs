//! A bare SIP line on UDP: what it sends is written in the test, what it gets is seen to the byte.

use super::watch::Deadline;
use pbx_sip::digest::{Algorithm, Challenge};
use pbx_sip::header_name::HeaderName;
use pbx_sip::message::Message;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A socket that speaks SIP with the server, one call at a time.
pub(crate) struct SipLine {
    socket: UdpSocket,
    server: SocketAddr,
    count: u32,
    hash: Option<Algorithm>,
}

impl SipLine {
    /// On a port of its own, or on this one.
    pub(crate) fn open(port: u16, server: SocketAddr) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        Self { socket, server, count: 0, hash: None }
    }

    /// The same, and deaf to everybody but the address that it knows the server by, as phones are that connect their socket.
    pub(crate) fn open_to_nobody_else(port: u16, server: SocketAddr) -> Self {
        let line = Self::open(port, server);
        line.socket.connect(server).unwrap();
        line
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// What it answered its last challenge with: the first one on offer.
    pub(crate) fn hashes_with(&self) -> Option<Algorithm> {
        self.hash
    }

    /// Sends exactly this.
    pub(crate) fn send(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.server).unwrap();
    }

    /// The next datagram as it came.
    pub(crate) fn datagram(&self, limit: Duration) -> Option<Vec<u8>> {
        let mut buffer = vec![0; 65_536];
        self.socket.set_read_timeout(Some(limit.max(Duration::from_millis(1)))).unwrap();
        let (length, _) = self.socket.recv_from(&mut buffer).ok()?;
        buffer.truncate(length);
        Some(buffer)
    }

    /// The next message that fits; others are passed over.
    #[track_caller]
    pub(crate) fn message(&self, what: &str, fits: impl Fn(&Message) -> bool) -> Message {
        self.message_within(PATIENCE, fits)
            .unwrap_or_else(|seen| panic!("no {what} came within {PATIENCE:?}; seen:\n{seen}"))
    }

    /// The same, or what came instead.
    pub(crate) fn message_within(&self, limit: Duration, fits: impl Fn(&Message) -> bool) -> Result<Message, String> {
        let deadline = Deadline::after(limit);
        let mut seen = String::new();
        while let Some(left) = deadline.left() {
            let Some(bytes) = self.datagram(left) else { break };
            let Ok(message) = Message::parse(bytes) else { continue };
            if fits(&message) {
                return Ok(message);
            }
            seen.push_str(&String::from_utf8_lossy(message.as_bytes()));
        }
        Err(seen)
    }

    /// The final answer to a method.
    #[track_caller]
    pub(crate) fn final_answer(&self, method: &str) -> Message {
        self.message(&format!("final answer to {method}"), |m| {
            code(m) >= 200 && text(m, HeaderName::Cseq).ends_with(method)
        })
    }

    /// The next request with this method.
    #[track_caller]
    pub(crate) fn request(&self, method: &str) -> Message {
        self.message(method, |m| m.method().is_some_and(|got| got.as_str() == method))
    }

    /// Answers a request of the server. The tag makes the dialog.
    pub(crate) fn answer(&self, request: &Message, status: &str, sdp: Option<&str>) {
        self.send(&answer(request, status, self.address(), sdp));
    }

    /// Registers with digest; the final answer's code.
    pub(crate) fn register(&mut self, user: &str, password: &str, expires: u32) -> u16 {
        let (server, local) = (self.server, self.address());
        let call_id = format!("reg-{}-{user}", local.port());
        self.count += 2;
        let head = |cseq: u32, more: &str| {
            format!(
                "REGISTER sip:{server} SIP/2.0\r\nVia: SIP/2.0/UDP {local};rport;branch=z9hG4bK{call_id}{cseq}\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:{user}@{server}>;tag=r{cseq}\r\nTo: <sip:{user}@{server}>\r\n\
                 Call-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:{user}@{local}>\r\nExpires: {expires}\r\n\
                 {more}Content-Length: 0\r\n\r\n"
            )
        };
        self.send(&head(self.count - 1, ""));
        let challenged = self.final_answer("REGISTER");
        if code(&challenged) != 401 {
            return code(&challenged);
        }
        let challenge = challenged
            .headers_of(HeaderName::WwwAuthenticate)
            .find_map(|header| Challenge::parse(&header.value()).ok())
            .expect("a challenge that can be answered");
        self.hash = Some(challenge.algorithm);
        let uri = format!("sip:{server}");
        let credentials = challenge.answer(user, password, "REGISTER", &uri, "0a4f113b", 1);
        self.send(&head(self.count, &format!("Authorization: {credentials}\r\n")));
        code(&self.final_answer("REGISTER"))
    }
}

/// The code of a response; 0 of a request.
pub(crate) fn code(message: &Message) -> u16 {
    message.status().map_or(0, |status| status.code())
}

/// The text of a header; empty when it is not there.
pub(crate) fn text(message: &Message, name: HeaderName) -> String {
    message.header(name).map(|header| header.value().into_owned()).unwrap_or_default()
}

/// The URI between angle brackets.
pub(crate) fn uri_of(contact: &str) -> &str {
    contact.split('<').nth(1).and_then(|rest| rest.split('>').next()).unwrap_or(contact)
}

/// A response to a request, as text.
pub(crate) fn answer(request: &Message, status: &str, contact: SocketAddr, sdp: Option<&str>) -> String {
    let copied: String = request
        .headers_of(HeaderName::Via)
        .map(|via| format!("Via: {}\r\n", via.value()))
        .chain(
            [HeaderName::From, HeaderName::CallId, HeaderName::Cseq]
                .map(|n| format!("{}: {}\r\n", n.as_str(), text(request, n))),
        )
        .collect();
    let to = text(request, HeaderName::To);
    let tag = if to.contains(";tag=") { String::new() } else { format!(";tag=u{}", contact.port()) };
    let body = sdp.unwrap_or_default();
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "SIP/2.0 {status}\r\n{copied}To: {to}{tag}\r\nContact: <sip:{contact}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A session with one µ-law stream at this address.
pub(crate) fn sdp(media: SocketAddr) -> String {
    let (ip, port) = (media.ip(), media.port());
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
    )
}

/// Where a session wants its sound.
pub(crate) fn media_of(message: &Message) -> SocketAddr {
    let body = message.body();
    let text = String::from_utf8_lossy(&body);
    let ip = text.lines().find_map(|l| l.strip_prefix("c=IN IP4 ")).expect("a c= line").trim();
    let port =
        text.lines().find_map(|l| l.strip_prefix("m=audio ")).and_then(|l| l.split(' ').next()).expect("an m= line");
    format!("{ip}:{port}").parse().unwrap()
}
