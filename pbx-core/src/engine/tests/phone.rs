//! A phone that writes its messages by hand, so that what we are told never comes from our own
//! builders.

use super::room::{Room, device_id, tenant_id};
use crate::door::Who;
use pbx_sip::{HeaderName, Message};

/// A session description from this address.
pub(crate) fn sdp(ip: &str, codecs: &str, direction: &str) -> String {
    format!(
        "v=0\r\no=phone 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 40000 RTP/AVP {codecs}\r\n\
         a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
    )
}

/// One phone. Its address is 192.0.2.<name>:5060.
pub(crate) struct Phone {
    pub(crate) name: &'static str,
    pub(crate) cseq: u32,
    /// The dialog, from its own side: To or From of the other end with its tag, and the
    /// Request-URI.
    far: String,
    near: String,
    call_id: String,
    target: String,
}

impl Phone {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, cseq: 1, far: String::new(), near: String::new(), call_id: String::new(), target: String::new() }
    }

    pub(crate) fn ip(&self) -> String {
        format!("192.0.2.{}", self.name)
    }

    pub(crate) fn address(&self) -> String {
        format!("{}:5060", self.ip())
    }

    /// Who the door says it is.
    pub(crate) fn who(&self, room: &mut Room) -> Who {
        room.nonces += 1;
        let (tenant, device) = (tenant_id(), device_id(self.name));
        Who::Device { tenant, device, nonce: NONCE.to_owned(), nonce_count: room.nonces, revision: 0 }
    }

    /// An INVITE that begins a call, without sending it.
    pub(crate) fn invite_text(&mut self, dialled: &str, branch: &str, headers: &str, body: &str) -> String {
        let (name, ip) = (self.name, self.ip());
        self.call_id = format!("call-of-{name}-{branch}");
        self.near = format!("<sip:{name}@acme.test>;tag=from{name}");
        let urn = dialled.starts_with("urn:");
        self.target = if urn { dialled.to_owned() } else { format!("sip:{dialled}@acme.test") };
        self.far = format!("<{}>", self.target);
        self.text("INVITE", self.cseq, branch, &format!("Contact: <sip:{name}@{ip}:5060>\r\n{headers}"), body)
    }

    /// Calls, and is told so.
    pub(crate) fn call(&mut self, room: &mut Room, dialled: &str) {
        self.call_with(room, dialled, "", &sdp(&self.ip(), "8 0 101", "sendrecv"));
    }

    pub(crate) fn call_with(&mut self, room: &mut Room, dialled: &str, headers: &str, body: &str) {
        let who = self.who(room);
        let text = self.invite_text(dialled, "first", headers, body);
        room.receive(&self.address(), who, &text);
    }

    /// Any request with what the phone knows of its dialog.
    pub(crate) fn text(&self, method: &str, cseq: u32, branch: &str, headers: &str, body: &str) -> String {
        let Self { near, far, call_id, target, .. } = self;
        let (ip, length) = (self.ip(), body.len());
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:5060;branch=z9hG4bK{branch}{method}{cseq}\r\n\
             Max-Forwards: 70\r\nFrom: {near}\r\nTo: {far}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n\
             {headers}{kind}Content-Length: {length}\r\n\r\n{body}"
        )
    }

    /// A request in the dialog with the next number.
    pub(crate) fn say(&mut self, room: &mut Room, method: &str, headers: &str, body: &str) {
        self.cseq += 1;
        let text = self.text(method, self.cseq, "in", headers, body);
        room.known(&self.address(), &text);
    }

    /// The answer to our call is there: learns the dialog from it, and acknowledges.
    pub(crate) fn take_answer(&mut self, room: &mut Room) -> Message {
        let answer = room.expect(&self.address(), "200");
        self.learn(&answer);
        self.ack(room, "");
        answer
    }

    pub(crate) fn learn(&mut self, answer: &Message) {
        self.far = value(answer, HeaderName::To);
        self.target = contact(answer);
    }

    /// ACK of the last INVITE.
    pub(crate) fn ack(&mut self, room: &mut Room, body: &str) {
        let text = self.text("ACK", self.cseq, "ack", "", body);
        room.known(&self.address(), &text);
    }

    /// Learns the dialog of an answer that refuses.
    pub(crate) fn learn_tag(&mut self, answer: &Message) {
        self.far = value(answer, HeaderName::To);
    }

    /// ACK of a refusal: it has the branch of its INVITE (RFC 3261 §17.1.1.3).
    pub(crate) fn acknowledge_refusal(&mut self, room: &mut Room) {
        let text = self.text("ACK", self.cseq, "first", "", "");
        let branch = format!("z9hG4bKfirstINVITE{}", self.cseq);
        room.known(&self.address(), &text.replace(&format!("z9hG4bKfirstACK{}", self.cseq), &branch));
    }

    pub(crate) fn cancel(&mut self, room: &mut Room) {
        let Self { near, far, call_id, target, cseq, .. } = &*self;
        let ip = self.ip();
        let text = format!(
            "CANCEL {target} SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:5060;branch=z9hG4bKfirstINVITE{cseq}\r\nMax-Forwards: 70\r\n\
             From: {near}\r\nTo: {far}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} CANCEL\r\nContent-Length: 0\r\n\r\n"
        );
        room.known(&self.address(), &text);
    }

    /// The phone rings: takes the INVITE, without answering.
    pub(crate) fn invited(&mut self, room: &mut Room) -> Message {
        let invite = room.expect(&self.address(), "INVITE");
        self.far = value(&invite, HeaderName::From);
        self.near = format!("{};tag=to{}", value(&invite, HeaderName::To), self.name);
        self.call_id = invite.call_id().unwrap().to_string();
        self.target = contact(&invite);
        invite
    }

    /// Answers a request.
    pub(crate) fn answer(&self, room: &mut Room, request: &Message, code: u16, body: &str) {
        self.answer_as(room, request, code, body, &format!("to{}", self.name));
    }

    pub(crate) fn answer_as(&self, room: &mut Room, request: &Message, code: u16, body: &str, tag: &str) {
        room.known(&self.address(), &self.answer_text(request, code, body, tag));
    }

    pub(crate) fn answer_text(&self, request: &Message, code: u16, body: &str, tag: &str) -> String {
        let (name, ip, length) = (self.name, self.ip(), body.len());
        let via = value(request, HeaderName::Via);
        let from = value(request, HeaderName::From);
        let to = value(request, HeaderName::To);
        let to = if to.contains(";tag=") { to } else { format!("{to};tag={tag}") };
        let call_id = value(request, HeaderName::CallId);
        let cseq = value(request, HeaderName::Cseq);
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "SIP/2.0 {code} Something\r\nVia: {via}\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {cseq}\r\n\
             Contact: <sip:{name}@{ip}:5060>\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
        )
    }

    /// Takes the call: 200 with its own description, and expects its ACK.
    pub(crate) fn pick_up(&mut self, room: &mut Room) {
        let invite = self.invited(room);
        self.answer(room, &invite, 200, &sdp(&self.ip(), "8 101", "sendrecv"));
        room.expect(&self.address(), "ACK");
    }
}

/// A nonce in the form of the door's.
pub(crate) const NONCE: &str = "000000006ab13b80000000000000000100000000000000000000000000000000";

pub(crate) fn value(message: &Message, name: HeaderName) -> String {
    message.header(name).unwrap().value().into_owned()
}

pub(crate) fn contact(message: &Message) -> String {
    message.contact().unwrap().unwrap().uri().to_string()
}

/// The text of a body.
pub(crate) fn body(message: &Message) -> String {
    String::from_utf8(message.body().to_vec()).unwrap()
}

/// 101 and 102's first phone talk.
pub(crate) fn talking(room: &mut Room) -> (Phone, Phone) {
    let (mut anna, mut ben) = (Phone::new("101"), Phone::new("103"));
    anna.call(room, "103");
    ben.pick_up(room);
    anna.take_answer(room);
    room.sent.clear();
    (anna, ben)
}

/// Says yes to a BYE.
pub(crate) fn agree_to_bye(room: &mut Room, phone: &Phone) -> Message {
    let bye = room.expect(&phone.address(), "BYE");
    phone.answer(room, &bye, 200, "");
    bye
}
