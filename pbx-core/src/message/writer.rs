//! Messages as we write them.

use crate::base::flow::Flow;
use crate::message::warning::warning;
use crate::sip_methods::ALLOW;
use bytes::Bytes;
use pbx_sip::write::{Head, one_line, reason_phrase};
use pbx_sip::{HeaderName, Host, Message, Reply, StatusCode, Via, spell};
use std::sync::LazyLock;

/// The headers of every request of ours that begins or changes a session.
pub(crate) static REQUEST_HEADERS: LazyLock<[(&str, &str); 2]> =
    LazyLock::new(|| [("Allow", ALLOW.as_str()), USER_AGENT]);

/// The Retry-After of our 500 and 503, in seconds.
pub(crate) const RETRY_AFTER_S: u32 = 5;

/// The User-Agent of our requests.
pub(crate) const USER_AGENT: (&str, &str) = ("User-Agent", SERVER);

/// The value of our Server and User-Agent headers.
const SERVER: &str = concat!("Ringdown/", env!("CARGO_PKG_VERSION"));

/// A message being written.
pub(crate) struct Writer {
    head: Head,
    /// The status code, if it is a response.
    status: Option<StatusCode>,
}

impl Writer {
    /// Begins a request: its first line, the Via of the flow with this branch, and Max-Forwards.
    pub(crate) fn request(method: &str, uri: &str, flow: &Flow, branch: &str, max_forwards: u8) -> Self {
        let mut head = Head::request(method, uri);
        head.header_with("Via", |text| {
            text.extend(["SIP/2.0/", flow.transport.via(), " "]);
            spell::socket(text, flow.local);
            text.extend([";branch=", branch, ";rport"]);
        });
        head.header_with("Max-Forwards", |text| spell::number(text, max_forwards));
        Self { head, status: None }
    }

    /// Begins the answer to a request: its Via (the door has noted in it where it came from), From,
    /// To (with our tag, unless it has one), Call-ID and CSeq.
    pub(crate) fn response(request: &Message, code: u16, to_tag: &str) -> Self {
        let reason = StatusCode::new(code).map_or("", StatusCode::reason);
        Self::response_saying(request, code, reason, to_tag)
    }

    /// Begins as [`Self::response`] does, with a reason phrase of its own.
    pub(crate) fn response_saying(request: &Message, code: u16, reason: &str, to_tag: &str) -> Self {
        // Without a status there is no reply, whatever stands in its first line.
        let status = StatusCode::new(code).ok();
        let mut head = Head::response(status.unwrap_or(StatusCode::SERVER_INTERNAL_ERROR), &reason_phrase(reason));
        head.copy(request, HeaderName::Via);
        head.copy(request, HeaderName::From);
        if let Some(to) = request.header(HeaderName::To) {
            let tagged = request.to_addr().is_ok_and(|to| to.tag().is_some());
            let tag = if tagged || to_tag.is_empty() { ["", ""] } else { [";tag=", to_tag] };
            head.header_with("To", |text| text.extend([&*one_line(&to.value()), tag[0], tag[1]]));
        }
        head.copy(request, HeaderName::CallId);
        head.copy(request, HeaderName::Cseq);
        Self { head, status }
    }

    /// Copies all headers of a name from another message.
    pub(crate) fn copy(&mut self, from: &Message, name: HeaderName) {
        self.head.copy(from, name);
    }

    /// Adds a header. A line end in its value refuses the whole message.
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        self.head.header(name, value);
    }

    /// Adds our Contact: where we are reached for the rest of the dialog.
    pub(crate) fn contact(&mut self, flow: &Flow) {
        self.header("Contact", &contact(flow));
    }

    /// Adds Allow, and User-Agent or Server.
    pub(crate) fn capabilities(&mut self, is_request: bool) {
        self.header("Allow", &ALLOW);
        self.header(if is_request { "User-Agent" } else { "Server" }, SERVER);
    }

    /// Adds the Warning of a 488: what of the request's offer is not acceptable.
    pub(crate) fn warns_of(&mut self, request: &Message, code: u16) {
        if let Some(warning) = Some(request).filter(|_| code == 488).and_then(warning) {
            self.header("Warning", &warning);
        }
    }

    fn bytes_with(self, sdp: Option<&str>) -> Option<Bytes> {
        self.head.bytes(sdp.map(|sdp| ("application/sdp", sdp.as_bytes()))).ok()
    }

    /// Ends the response, with a session description or none; returns `None` if a request is
    /// written, or a value is refused.
    pub(crate) fn reply(self, sdp: Option<&str>) -> Option<Reply> {
        Some(Reply { status: self.status?, bytes: self.bytes_with(sdp)? })
    }

    /// Ends the message, with a session description; returns `None` if it is no SIP.
    pub(crate) fn message(self, sdp: &str) -> Option<Message> {
        Message::parse(self.bytes_with(Some(sdp))?).ok()
    }
}

/// Writes a short answer to a request: status and the headers that every answer has.
pub(crate) fn answer(request: &Message, code: u16, to_tag: &str) -> Option<Reply> {
    answer_with(request, code, to_tag, &[])
}

/// The header of a 415 that names what body would have been understood (RFC 3261 §8.2.3).
pub(crate) const UNDERSTOOD: (&str, &str) = ("Accept", "application/sdp");

/// Writes as [`answer`] does, with more headers.
pub(crate) fn answer_with(request: &Message, code: u16, to_tag: &str, headers: &[(&str, &str)]) -> Option<Reply> {
    let mut writer = Writer::response(request, code, to_tag);
    for (name, value) in headers {
        writer.header(name, value);
    }
    writer.warns_of(request, code);
    // The door says 481 with nothing more; what is another's must not sound different from what is
    // not there.
    if code != 481 {
        writer.capabilities(false);
    }
    writer.reply(None)
}

/// Makes our Via on a flow.
pub(crate) fn via(flow: &Flow, branch: &str) -> Option<Via> {
    Via::new(flow.transport, Host::Ip(flow.local.ip()), flow.local.port(), branch).ok()
}

/// Makes our Contact on a flow.
pub(crate) fn contact(flow: &Flow) -> String {
    let mut text = String::with_capacity(48);
    text.push_str("<sip:");
    spell::socket(&mut text, flow.local);
    if let Some(transport) = flow.transport.uri_param() {
        text.extend([";transport=", transport]);
    }
    text.push('>');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::flow::Transport;
    use proptest::prelude::*;

    fn flow() -> Flow {
        let [local, remote] = ["192.0.2.1:5060", "192.0.2.7:5060"].map(|address| address.parse().unwrap());
        Flow { transport: Transport::Udp, local, remote, own: None, connection: 0 }
    }

    const OPTIONS: &str = "OPTIONS sip:b.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\n\
        From: \"a\0b\" <sip:a@b.test>;tag=1\r\nTo: <sip:b.test>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n";

    fn names(message: &Message) -> Vec<&str> {
        message.headers().map(|header| header.name_text()).collect()
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_header(
            value in "([ -~]|\r|\n|\0|\r\nVia: x){0,9}", uri in "(sip:[a-z]{1,3}|[ -~\r\n]{0,9})",
        ) {
            let fits = !value.contains(['\r', '\n', '\0']);
            let mut invite = Writer::request("INVITE", &uri, &flow(), "z9hG4bK1", 70);
            invite.header("Subject", &value);
            let invite = invite.message("v=0");
            prop_assert_eq!(invite.is_some(), fits && !uri.is_empty() && uri.bytes().all(|byte| byte > b' '));
            if let Some(invite) = invite {
                prop_assert_eq!(names(&invite), ["Via", "Max-Forwards", "Subject", "Content-Type", "Content-Length"]);
            }
            let request = Message::parse(OPTIONS).unwrap();
            let mut writer = Writer::response_saying(&request, 486, &value, "t");
            writer.header("Subject", &value);
            let reply = writer.reply(None);
            prop_assert_eq!(reply.is_some(), fits);
            if let Some(reply) = reply {
                let answer = Message::parse(reply.bytes).unwrap();
                prop_assert_eq!(names(&answer), ["Via", "From", "To", "Call-ID", "CSeq", "Subject", "Content-Length"]);
            }
            let answer = answer_with(&request, 500, "t", &[("Subject", &value)]);
            prop_assert_eq!(answer.is_some(), fits);
        }
    }
}
