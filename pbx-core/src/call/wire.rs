//! Messages as we write them. Header values that come from outside are text of a parsed message or checked here: no line
//! end gets through.

use super::warning::warning;
use crate::base::flow::Flow;
use bytes::Bytes;
use pbx_sip::{HeaderName, Message, Reply, StatusCode, spell};

/// The methods in our Allow header. Others are refused with 405, 489, 501 or 603.
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER";

/// What every request of ours that begins or changes a session carries.
pub(super) const REQUEST_HEADERS: [(&str, &str); 2] = [("Allow", ALLOW), USER_AGENT];

/// Who we say we are, in a request.
pub(super) const USER_AGENT: (&str, &str) = ("User-Agent", SERVER);

/// The value of our Server and User-Agent headers.
const SERVER: &str = concat!("Ringdown/", env!("CARGO_PKG_VERSION"));

/// A message being written.
pub(super) struct Writer {
    text: String,
    /// The status code, if it is a response.
    status: Option<StatusCode>,
}

impl Writer {
    /// A request's first line, the Via of the flow with this branch, and Max-Forwards.
    pub(super) fn request(method: &str, uri: &str, flow: &Flow, branch: &str, max_forwards: u8) -> Self {
        let mut text = String::with_capacity(1024);
        text.extend([method, " ", uri, " SIP/2.0\r\nVia: SIP/2.0/", flow.transport.as_via(), " "]);
        spell::socket(&mut text, flow.local);
        text.extend([";branch=", branch, ";rport\r\nMax-Forwards: "]);
        spell::number(&mut text, max_forwards);
        text.push_str("\r\n");
        Self { text, status: None }
    }

    /// The answer to a request: its Via (the door has noted in it where it came from), From, To (with our tag, unless it has one),
    /// Call-ID and CSeq.
    pub(super) fn response(request: &Message, code: u16, to_tag: &str) -> Self {
        let reason = StatusCode::new(code).map_or("", StatusCode::reason);
        Self::response_saying(request, code, reason, to_tag)
    }

    /// As [`Self::response`], with a reason phrase of its own.
    pub(super) fn response_saying(request: &Message, code: u16, reason: &str, to_tag: &str) -> Self {
        let mut writer = Self { text: String::with_capacity(1024), status: StatusCode::new(code).ok() };
        writer.text.push_str("SIP/2.0 ");
        spell::number(&mut writer.text, code);
        writer.text.push(' ');
        writer.text.extend(reason.chars().filter(|c| !c.is_control()));
        writer.text.push_str("\r\n");
        writer.copy(request, HeaderName::Via);
        writer.copy(request, HeaderName::From);
        if let Some(to) = request.header(HeaderName::To) {
            let tagged = request.to_addr().is_ok_and(|to| to.tag().is_some());
            let tag = if tagged || to_tag.is_empty() { ["", ""] } else { [";tag=", to_tag] };
            writer.line(&["To: ", &to.value(), tag[0], tag[1]]);
        }
        writer.copy(request, HeaderName::CallId);
        writer.copy(request, HeaderName::Cseq);
        writer
    }

    /// All headers of a name, as they stand in another message.
    pub(super) fn copy(&mut self, from: &Message, name: HeaderName) {
        for header in from.headers_of(name) {
            self.header(name.as_str(), &header.value());
        }
    }

    /// One header. Line ends in its value become blanks.
    pub(super) fn header(&mut self, name: &str, value: &str) {
        self.line(&[name, ": ", value]);
    }

    fn line(&mut self, parts: &[&str]) {
        let start = self.text.len();
        self.text.extend(parts.iter().copied());
        if memchr::memchr3(b'\r', b'\n', 0, &self.text.as_bytes()[start..]).is_some() {
            let clean = self.text[start..].replace(['\r', '\n', '\0'], " ");
            self.text.truncate(start);
            self.text.push_str(&clean);
        }
        self.text.push_str("\r\n");
    }

    /// Our Contact: where we are reached for the rest of the dialog.
    pub(super) fn contact(&mut self, flow: &Flow) {
        self.header("Contact", &super::leg::contact(flow));
    }

    /// The headers Allow, and User-Agent or Server.
    pub(super) fn capabilities(&mut self, is_request: bool) {
        self.header("Allow", ALLOW);
        self.header(if is_request { "User-Agent" } else { "Server" }, SERVER);
    }

    /// The Warning of a 488: what of the request's offer is not acceptable.
    pub(super) fn warns_of(&mut self, request: &Message, code: u16) {
        if let Some(warning) = Some(request).filter(|_| code == 488).and_then(warning) {
            self.header("Warning", &warning);
        }
    }

    /// The message as bytes, with a session description or none.
    pub(super) fn bytes_with(mut self, sdp: Option<&str>) -> Bytes {
        match sdp {
            None => self.text.push_str("Content-Length: 0\r\n\r\n"),
            Some(sdp) => {
                self.text.push_str("Content-Type: application/sdp\r\nContent-Length: ");
                spell::number(&mut self.text, sdp.len());
                self.text.extend(["\r\n\r\n", sdp]);
            }
        }
        // Kept for as long as it may have to be repeated: without the room that is left.
        Bytes::copy_from_slice(self.text.as_bytes())
    }

    /// The response, with a session description or none; `None` only if a request is written.
    pub(super) fn reply(self, sdp: Option<&str>) -> Option<Reply> {
        Some(Reply { status: self.status?, bytes: self.bytes_with(sdp) })
    }

    /// The message, with a session description; `None` only if what was written is no SIP.
    pub(super) fn message(self, sdp: &str) -> Option<Message> {
        Message::parse(self.bytes_with(Some(sdp))).ok()
    }
}

/// A short answer to a request: status and the headers that every answer has.
pub(super) fn answer(request: &Message, code: u16, to_tag: &str) -> Option<Reply> {
    answer_with(request, code, to_tag, &[])
}

/// What a 415 names: the body that would have been understood (RFC 3261 §8.2.3).
pub(super) const UNDERSTOOD: (&str, &str) = ("Accept", "application/sdp");

/// As [`answer`], with more headers.
pub(super) fn answer_with(request: &Message, code: u16, to_tag: &str, headers: &[(&str, &str)]) -> Option<Reply> {
    let mut writer = Writer::response(request, code, to_tag);
    for (name, value) in headers {
        writer.header(name, value);
    }
    writer.warns_of(request, code);
    // The door says 481 with nothing more; what is another's must not sound different from what is not there.
    if code != 481 {
        writer.capabilities(false);
    }
    writer.reply(None)
}
