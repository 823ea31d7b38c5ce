//! Requests that we send inside a dialog (RFC 3261 §12.2.1), and the ACK of a 2xx (§13.2.2.4).

use super::{Dialog, DialogState, Open, Role};
use crate::write::Head;
use crate::{Message, Method, Via, spell};
use bytes::Bytes;
use std::time::Duration;
use thiserror::Error;

/// The parts of a request besides what the dialog knows.
#[derive(Clone, Copy, Debug)]
pub struct RequestParts<'a> {
    /// Our Via with a fresh branch.
    pub via: &'a Via,
    /// Our Contact, as it stands in the header; for all requests that may refresh the target.
    pub contact: Option<&'a str>,
    /// More headers, names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body with its Content-Type.
    pub body: Option<(&'a str, &'a [u8])>,
}

/// The reason why a request can't be sent now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Unsendable {
    /// An INVITE is open, ours or theirs (RFC 3261 §14.1), or their ACK is awaited.
    #[error("another INVITE is open in this dialog")]
    Open,
    /// The dialog has ended.
    #[error("the dialog has ended")]
    Ended,
    /// The parts do not make a message, as when a header has a line end.
    #[error("the parts do not make a message")]
    Malformed,
}

impl<'a> RequestParts<'a> {
    /// RequestParts with a Via and nothing else.
    pub const fn new(via: &'a Via) -> Self {
        Self { via, contact: None, headers: &[], body: None }
    }
}

impl Dialog {
    /// Writes the next request of the dialog, for [`Layer::send`](crate::transaction::Layer::send).
    /// An ACK is written by [`Dialog::ack`], a CANCEL by
    /// [`Layer::cancel`](crate::transaction::Layer::cancel).
    ///
    /// # Errors
    /// When it may not be sent now.
    pub fn request(&mut self, method: &Method, parts: RequestParts<'_>) -> Result<Message, Unsendable> {
        if self.state == DialogState::Ended {
            return Err(Unsendable::Ended);
        }
        if *method == Method::Invite && !self.may_invite() {
            return Err(Unsendable::Open);
        }
        let cseq = self.local_cseq + 1;
        let message = Message::parse(self.write(method, cseq, parts)?).map_err(|_| Unsendable::Malformed)?;
        self.local_cseq = cseq;
        if *method == Method::Invite {
            self.open = Some(Open::Ours(cseq));
        }
        Ok(message)
    }

    /// Returns whether an INVITE may be sent: none is open in either direction, and no 2xx of ours
    /// waits for its ACK.
    pub const fn may_invite(&self) -> bool {
        self.open.is_none() && self.answered.is_none()
    }

    /// Returns how long to wait before an INVITE that was refused with 491 is tried again: 2.1 to 4
    /// s if the Call-ID is ours, else 0 to 2 s, in steps of 10 ms. `random` is any number.
    pub fn retry_after_glare(&self, random: u32) -> Duration {
        let steps = match self.role {
            Role::Uac => 210 + random % 191,
            Role::Uas => random % 201,
        };
        Duration::from_millis(u64::from(steps) * 10)
    }

    /// Writes the ACK of a 2xx to an INVITE of ours, to the responder's Contact by the route set,
    /// and keeps it.
    ///
    /// Send it now, and again whenever [`Dialog::ack_again`] has one. It belongs to no transaction.
    ///
    /// # Errors
    /// When the parts do not make a message.
    pub fn ack(&mut self, response: &Message, parts: RequestParts<'_>) -> Result<Bytes, Unsendable> {
        let cseq = response.cseq().map_err(|_| Unsendable::Malformed)?.number;
        let bytes = self.write(&Method::Ack, cseq, parts)?;
        self.ack = Some((cseq, bytes.clone()));
        Ok(bytes)
    }

    /// Returns the ACK for a 2xx that came again; `None` if it has not been acknowledged yet.
    pub fn ack_again(&self, response: &Message) -> Option<Bytes> {
        let (cseq, ack) = self.ack.as_ref()?;
        (response.cseq().ok()?.number == *cseq).then(|| ack.clone())
    }

    /// Notes that the INVITE of ours that was open has failed without a response (time-out,
    /// transport).
    pub fn failed(&mut self) {
        if matches!(self.open, Some(Open::Ours(_))) {
            self.open = None;
        }
    }

    fn write(&self, method: &Method, cseq: u32, parts: RequestParts<'_>) -> Result<Bytes, Unsendable> {
        let RequestParts { via, contact, headers, body } = parts;
        let mut head = self.head(method, cseq, via);
        if let Some(contact) = contact {
            head.header("Contact", contact);
        }
        for (name, value) in headers {
            head.header(name, value);
        }
        head.bytes(body).map_err(|_| Unsendable::Malformed)
    }

    /// Writes the lines that the dialog itself decides (§12.2.1.1): a first route without `lr` is a
    /// strict router, which wants to be the Request-URI and the target at the end of the Routes.
    fn head(&self, method: &Method, cseq: u32, via: &Via) -> Head {
        let (method, target) = (method.as_str(), self.target.as_str());
        let strict = self.routes.first().map(|first| first.uri()).filter(|uri| !is_loose(uri));
        let mut head = Head::request(method, strict.map_or(target, |uri| uri.as_str()));
        head.header("Via", via.text());
        head.header("Max-Forwards", "70");
        for route in self.routes.iter().skip(usize::from(strict.is_some())) {
            head.header("Route", route.text());
        }
        if strict.is_some() {
            head.header_with("Route", |text| text.extend(["<", target, ">"]));
        }
        head.header("From", &self.local);
        head.header("To", &self.remote);
        head.header("Call-ID", &self.id.call_id);
        head.header_with("CSeq", |text| {
            spell::number(text, cseq);
            text.extend([" ", method]);
        });
        head
    }
}

fn is_loose(uri: &crate::Uri) -> bool {
    uri.as_sip().is_some_and(crate::SipUri::is_loose_route)
}
