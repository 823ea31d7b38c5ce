//! A load of calls from the carrier's address that knows of each call what its far end saw.

use super::company::NUMBER;
use super::sip_line::{answer, code, sdp, text, uri_of};
use super::watch::{Deadline, now};
use pbx_sip::header_name::HeaderName;
use pbx_sip::message::Message;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// After how long without an answer a request is sent again (RFC 3261 §17.1.1.1: T1).
const AGAIN: Duration = Duration::from_millis(500);

/// What the caller of one call saw.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Seen {
    /// The code of a final answer that was no success.
    pub(crate) refused: Option<u16>,
    /// A 200 to its INVITE.
    pub(crate) answered: bool,
    /// A 200 to its BYE.
    pub(crate) ended: bool,
}

/// A request that waits for its answer, or a call that is held.
struct Open {
    to: String,
    target: String,
    last: String,
    sent: Instant,
    hang_up: Option<Instant>,
    held: Duration,
}

/// The callers.
pub(crate) struct Load {
    name: String,
    socket: UdpSocket,
    server: SocketAddr,
    open: BTreeMap<String, Open>,
    seen: BTreeMap<String, Seen>,
    next: u32,
    longest: u64,
    repeats: bool,
}

impl Load {
    /// Callers at the carrier's port. Each holds its call for up to `longest` milliseconds.
    pub(crate) fn from_port(port: u16, server: SocketAddr, longest: u64) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        let name = format!("load{port}");
        Self { name, socket, server, open: BTreeMap::new(), seen: BTreeMap::new(), next: 0, longest, repeats: true }
    }

    /// Nothing is sent twice: every call is one try, so that it is exactly known what it saw.
    pub(crate) fn without_repeats(mut self) -> Self {
        self.repeats = false;
        self
    }

    /// What every call so far saw, by its Call-ID.
    pub(crate) fn seen(&self) -> &BTreeMap<String, Seen> {
        &self.seen
    }

    /// So many calls a second, for so long. What is open stays open.
    pub(crate) fn at_rate(&mut self, rate: u32, time: Duration) {
        let (step, deadline) = (Duration::from_secs(1) / rate, Deadline::after(time));
        let mut due = now();
        while !deadline.passed() {
            while due <= now() {
                self.dial();
                due += step;
            }
            self.turn(due.saturating_duration_since(now()));
        }
    }

    /// So many calls, never more than `at_once` of them open, all to their end.
    pub(crate) fn all_of(&mut self, calls: u32, at_once: usize, limit: Duration) {
        let (deadline, last) = (Deadline::after(limit), self.next + calls);
        while self.next < last || !self.open.is_empty() {
            assert!(
                !deadline.passed(),
                "{} calls were begun, {} are still open after {limit:?}",
                self.next,
                self.open.len()
            );
            while self.next < last && self.open.len() < at_once {
                self.dial();
            }
            self.turn(Duration::from_millis(20));
        }
    }

    /// Callers forget what is open: their server is gone.
    pub(crate) fn forget_open(&mut self) {
        self.open.clear();
    }

    fn dial(&mut self) {
        self.next += 1;
        let id = format!("{}-{}", self.name, self.next);
        // Spread over all lengths, in an order that nobody is used to.
        let held =
            Duration::from_millis(if self.longest == 0 { 0 } else { u64::from(self.next) * 7919 % self.longest });
        let target = format!("sip:{NUMBER}@{}", self.server);
        let mut call =
            Open { to: format!("<{target}>"), target, last: String::new(), sent: now(), hang_up: None, held };
        call.last = self.request(&id, &call, "INVITE", 1, &sdp(SocketAddr::from(([127, 0, 0, 1], 9))));
        self.send(&call.last);
        self.seen.insert(id.clone(), Seen::default());
        self.open.insert(id, call);
    }

    /// Takes what comes within this time, then does what is due.
    fn turn(&mut self, time: Duration) {
        let mut buffer = [0; 65_536];
        let wait = time.clamp(Duration::from_millis(1), Duration::from_millis(20));
        self.socket.set_read_timeout(Some(wait)).unwrap();
        if let Ok((length, _)) = self.socket.recv_from(&mut buffer)
            && let Ok(message) = Message::parse(buffer[..length].to_vec())
        {
            self.take(&message);
        }
        self.act();
    }

    fn take(&mut self, message: &Message) {
        let (id, status) = (text(message, HeaderName::CallId), code(message));
        if status < 200 {
            return;
        }
        let to_bye = text(message, HeaderName::Cseq).ends_with("BYE");
        let Some(call) = self.open.get_mut(&id) else { return };
        let seen = self.seen.entry(id.clone()).or_default();
        if to_bye {
            seen.ended = status == 200;
            self.open.remove(&id);
            return;
        }
        call.to = text(message, HeaderName::To);
        if status >= 300 {
            seen.refused = Some(status);
            let call = self.open.remove(&id).unwrap();
            self.send(&self.request(&id, &call, "ACK", 1, ""));
            return;
        }
        call.target = uri_of(&text(message, HeaderName::Contact)).to_owned();
        if !seen.answered {
            seen.answered = true;
            call.hang_up = Some(now() + call.held);
        }
        let ack = self.request(&id, &self.open[&id], "ACK", 1, "");
        self.send(&ack);
    }

    fn act(&mut self) {
        let now = now();
        let due: Vec<String> =
            self.open.iter().filter(|(_, c)| c.hang_up.is_some_and(|at| at <= now)).map(|(id, _)| id.clone()).collect();
        for id in due {
            let bye = self.request(&id, &self.open[&id], "BYE", 2, "");
            self.send(&bye);
            let call = self.open.get_mut(&id).unwrap();
            (call.hang_up, call.last, call.sent) = (None, bye, now);
        }
        if self.repeats {
            for call in self.open.values_mut().filter(|c| c.hang_up.is_none() && now - c.sent > AGAIN) {
                call.sent = now;
                self.socket.send_to(call.last.as_bytes(), self.server).unwrap();
            }
        }
    }

    fn send(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.server).unwrap();
    }

    fn request(&self, id: &str, call: &Open, method: &str, cseq: u32, body: &str) -> String {
        let local = self.socket.local_addr().unwrap();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        // The ACK of a refusal belongs to the INVITE's transaction; that of a success needs a branch of its own.
        let branch =
            if method == "ACK" && self.seen.get(id).is_some_and(|s| s.refused.is_some()) { "INVITE" } else { method };
        format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/UDP {local};rport;branch=z9hG4bK{id}{branch}\r\nMax-Forwards: 70\r\n\
             From: <sip:anonymous@{local}>;tag=c{cseq_less}\r\nTo: {}\r\nCall-ID: {id}\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:caller@{local}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            call.target,
            call.to,
            body.len(),
            cseq_less = id.len(),
        )
    }
}

/// A phone that picks up whatever comes, for as long as the test's process lives.
pub(crate) fn always_answers(port: u16) -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let Ok(request) = Message::parse(buffer[..length].to_vec()) else { continue };
            let reply = match request.method().map(|m| m.as_str()) {
                Some("INVITE") => {
                    answer(&request, "200 OK", address, Some(&sdp(SocketAddr::from(([127, 0, 0, 1], 9)))))
                }
                Some("BYE" | "CANCEL" | "OPTIONS") => answer(&request, "200 OK", address, None),
                _ => continue,
            };
            drop(socket.send_to(reply.as_bytes(), from));
        }
    });
    address
}
