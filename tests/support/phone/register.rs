//! A phone's registration.

use super::message::{Reading, request};
use super::{Alarm, Do, Phone, server_uri};
use pbx_core::base::time::Instant;
use rsip::sip::{Method, Response};
use std::time::Duration;

/// How it stands with the registration.
#[derive(Default)]
pub(super) struct Registration {
    call_id: String,
    seq: u32,
    tries: u32,
    authorization: Option<String>,
    /// Seconds that it asks for.
    pub(super) expires: u32,
}

/// The Call-ID word that marks registrations among the requests in flight.
pub(super) const REGISTRATION: &str = "registration";

impl Phone {
    pub(super) fn send_register(&mut self, now: Instant, out: &mut Vec<Do>) {
        self.register.tries = 0;
        self.register.authorization = None;
        self.register_once(now, out);
    }

    fn register_once(&mut self, now: Instant, out: &mut Vec<Do>) {
        let Some(user) = self.user.clone() else { return };
        if self.register.call_id.is_empty() {
            self.register.call_id = self.mint("reg");
        }
        self.register.seq += 1;
        let expires = if self.register.expires == 0 { 3600 } else { self.register.expires };
        let (branch, tag) = (self.mint("z9hG4bK"), self.mint("t"));
        let address = server_uri(&user);
        let mut lines = vec![
            self.via(&branch),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("<{address}>;tag={tag}")),
            ("To", format!("<{address}>")),
            ("Call-ID", self.register.call_id.clone()),
            ("CSeq", format!("{} REGISTER", self.register.seq)),
            ("Contact", format!("<{}>;+sip.instance=\"<urn:uuid:{:08x}>\"", self.contact(), self.mark())),
            ("Expires", expires.to_string()),
            ("User-Agent", "Simulated".to_owned()),
        ];
        if let Some(value) = &self.register.authorization {
            lines.push(("Authorization", value.clone()));
        }
        let bytes = request(Method::Register, &registrar(), &lines, "");
        self.send(now, &branch, "REGISTER", REGISTRATION, bytes, out);
    }

    pub(super) fn register_answered(&mut self, now: Instant, response: &Response, out: &mut Vec<Do>) {
        let code = response.status_code().code();
        if code == 401 && Self::may_answer(response, self.register.tries) {
            self.register.tries += 1;
            self.register.authorization = Some(self.answer_to(response, Method::Register, &registrar()));
            return self.register_once(now, out);
        }
        self.registered = Some(code);
        if code == 200 {
            match self.granted(response) {
                Some(seconds) => out.push(Do::Later(Duration::from_secs(seconds * 3 / 4), Alarm::Register)),
                None => self.complain(REGISTRATION, "the 200 does not tell our Contact"),
            }
        }
    }

    /// For how many seconds its Contact is registered, as the 200 says.
    fn granted(&self, response: &Response) -> Option<u64> {
        let contact = response.named("Contact").filter(|contact| contact.contains(&self.addr.to_string()))?;
        contact.split(";expires=").nth(1)?.split([';', ',']).next()?.parse().ok()
    }

    /// Nobody answers: it tries again, as phones do.
    pub(super) fn register_unanswered(&mut self, out: &mut Vec<Do>) {
        out.push(Do::Later(Duration::from_secs(5), Alarm::Register));
    }
}

fn registrar() -> String {
    format!("sip:{}", super::SERVER)
}
