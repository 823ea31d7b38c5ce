//! One call from the outside world, message by message, through the address of the carrier.

use super::sip_line::{SipLine, code, sdp, text, uri_of};
use pbx_sip::header_name::HeaderName;
use pbx_sip::message::Message;
use std::net::SocketAddr;

/// A caller's side of a call.
pub(crate) struct OutsideCall<'a> {
    line: &'a SipLine,
    server: SocketAddr,
    pub(crate) call_id: String,
    from: String,
    to: String,
    target: String,
}

impl<'a> OutsideCall<'a> {
    /// Sends the INVITE for a number; `name` becomes its Call-ID, and sound is wanted at `media`.
    pub(crate) fn dial(line: &'a SipLine, server: SocketAddr, number: &str, name: &str, media: SocketAddr) -> Self {
        Self::offer(line, server, number, name, &sdp(media))
    }

    /// The same with this session description.
    pub(crate) fn offer(line: &'a SipLine, server: SocketAddr, number: &str, name: &str, sdp: &str) -> Self {
        let call_id = format!("{name}-{}", line.address().port());
        let target = format!("sip:{number}@{server}");
        let from = format!("<sip:anonymous@{server}>");
        let call = Self { line, server, call_id, from, to: format!("<{target}>"), target };
        line.send(&call.request("INVITE", 1, "inv", sdp));
        call
    }

    /// A call by this From, until its final answer; the answer's code.
    pub(crate) fn refused(line: &'a SipLine, server: SocketAddr, number: &str, from: &str) -> u16 {
        let target = format!("sip:{number}@{server}");
        let call_id = format!("from-{}", line.address().port());
        let mut call = Self { line, server, call_id, from: from.to_owned(), to: format!("<{target}>"), target };
        line.send(&call.request("INVITE", 1, "inv", &sdp(SocketAddr::from(([127, 0, 0, 1], 9)))));
        code(&call.answered())
    }

    /// The final answer; a success is confirmed, as is a refusal.
    #[track_caller]
    pub(crate) fn answered(&mut self) -> Message {
        let answer = self.line.final_answer("INVITE");
        self.to = text(&answer, HeaderName::To);
        if code(&answer) < 300 {
            self.target = uri_of(&text(&answer, HeaderName::Contact)).to_owned();
            self.line.send(&self.request("ACK", 1, "ack", ""));
        } else {
            self.line.send(&self.request("ACK", 1, "inv", ""));
        }
        answer
    }

    /// Hangs up; the answer's code.
    #[track_caller]
    pub(crate) fn hang_up(&self) -> u16 {
        self.line.send(&self.request("BYE", 2, "bye", ""));
        code(&self.line.final_answer("BYE"))
    }

    fn request(&self, method: &str, cseq: u32, branch: &str, body: &str) -> String {
        let (local, id) = (self.line.address(), &self.call_id);
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/UDP {local};rport;branch=z9hG4bK{id}{branch}\r\nMax-Forwards: 70\r\n\
             From: {};tag=c1\r\nTo: {}\r\nCall-ID: {id}\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:caller@{local}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            self.target,
            self.from,
            self.to,
            body.len()
        )
    }
}
