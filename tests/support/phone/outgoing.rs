//! What a phone sends within a dialog, and the answers to all that it sent.

use super::super::ms;
use super::call::State;
use super::message::{Reading, request};
use super::register::REGISTRATION;
use super::sdp::Sdp;
use super::{Alarm, Do, Phone, Whim, fate, ip_number};
use pbx_core::base::time::Instant;
use rsip::sip::{Method, Response};

impl Phone {
    /// An answer has come.
    pub(super) fn response(&mut self, now: Instant, response: &Response, out: &mut Vec<Do>) {
        let (seq, method) = response.seq();
        let code = response.status_code().code();
        let branch = response.branch();
        let key = if method == Method::Cancel { format!("{branch}/CANCEL") } else { branch.clone() };
        let Some(sent) = self.sent.get_mut(&key) else { return };
        let first = !sent.done;
        sent.quiet = true;
        sent.done |= code >= 200;
        let call = sent.call.clone();
        if call == REGISTRATION {
            if first && code >= 200 {
                self.register_answered(now, response, out);
            }
            return;
        }
        if method == Method::Invite {
            return self.any_invite_answered(now, &call, &branch, first, response, out);
        }
        if first && code >= 200 {
            self.other_answered(now, &call, (method, seq), code, out);
        }
    }

    fn any_invite_answered(
        &mut self,
        now: Instant,
        call: &str,
        branch: &str,
        first: bool,
        response: &Response,
        out: &mut Vec<Do>,
    ) {
        let code = response.status_code().code();
        let Some(talk) = self.calls.get(call) else { return };
        if !first && code >= 300 {
            return self.acknowledge_refusal(call, response, out);
        }
        if talk.branch == branch {
            return self.invite_answered(now, call, response, out);
        }
        match code {
            100..=199 => {}
            200..=299 => self.reinvite_accepted(call, branch, response, out),
            _ => {
                self.acknowledge_refusal(call, response, out);
                self.reinvite_over(call, branch, code, out);
            }
        }
    }

    fn other_answered(&mut self, now: Instant, call: &str, (method, seq): (Method, u32), code: u16, out: &mut Vec<Do>) {
        match method {
            Method::Bye => self.is_over(now, call, None),
            Method::Refer => self.refer_answered(now, call, seq, code, out),
            _ => {}
        }
    }

    /// Nobody answered for 32 seconds (408), or the connection was lost (503).
    pub(super) fn unanswered(&mut self, now: Instant, method: &str, call: &str, code: u16, out: &mut Vec<Do>) {
        match method {
            "REGISTER" => self.register_unanswered(out),
            "INVITE" if self.calls.get(call).is_some_and(|talk| talk.state == State::Asking) => {
                self.is_over(now, call, Some(code));
            }
            "INVITE" => self.reinvite_over(call, "", code, out),
            "BYE" => self.is_over(now, call, None),
            "REFER" => self.refer_answered(now, call, 0, code, out),
            _ => {}
        }
    }

    /// Something that the phone wants to do in a call.
    pub(super) fn whim(&mut self, now: Instant, call: &str, whim: &Whim, out: &mut Vec<Do>) {
        let talking = self.calls.get(call).is_some_and(|talk| talk.state == State::Talking);
        match whim {
            Whim::GiveUp => self.give_up(now, call, out),
            Whim::Vanish => self.vanish(now, out),
            Whim::Tire => self.tire(now, call, out),
            _ if !talking => {}
            Whim::HangUp => self.hang_up(now, call, out),
            Whim::Hold => self.changes(now, call, Some(true), None, out),
            Whim::Resume => self.changes(now, call, Some(false), None, out),
            Whim::Refresh => self.reinvite(now, call, false, out),
            Whim::Codecs(payloads) => self.changes(now, call, None, Some(payloads), out),
            Whim::Ask(holds) => {
                self.turns(call, *holds);
                self.reinvite(now, call, true, out);
            }
            Whim::Transfer(_) | Whim::TransferAndLeave(_) | Whim::TransferAndCross(_) | Whim::Refer(_) => {
                self.transfer(now, call, whim, out);
            }
        }
    }

    /// BYE.
    pub(super) fn hang_up(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        if let Some(talk) = self.calls.get_mut(call) {
            talk.state = State::Leaving;
        }
        if let Some(view) = self.view(call) {
            view.hung_up.get_or_insert(now);
        }
        self.within_dialog(now, call, Method::Bye, &[], "", out);
    }

    /// The user holds or holds no more, if so.
    fn turns(&mut self, call: &str, holds: Option<bool>) {
        if let Some(talk) = self.calls.get_mut(call) {
            talk.holds = holds.unwrap_or(talk.holds);
        }
    }

    fn changes(&mut self, now: Instant, call: &str, holds: Option<bool>, payloads: Option<&[u8]>, out: &mut Vec<Do>) {
        self.turns(call, holds);
        if let Some(talk) = self.calls.get_mut(call).filter(|talk| talk.asked_again.is_none()) {
            talk.ours.version += 1;
            talk.ours.payloads = payloads.map_or_else(|| talk.ours.payloads.clone(), <[u8]>::to_vec);
        }
        self.reinvite(now, call, false, out);
    }

    /// Offers what the user wants, or asks for an offer; later, if something else is under way.
    fn reinvite(&mut self, now: Instant, call: &str, asks: bool, out: &mut Vec<Do>) {
        let contact = self.contact();
        let Some(talk) = self.calls.get_mut(call) else { return };
        if talk.asked_again.is_some() {
            return self.insist(call, out);
        }
        // Who holds nobody says at least that it would hear something.
        let imposed = match (talk.manner.repeats_imposed, talk.imposed.as_str()) {
            (true, "inactive") if !talk.holds => "sendonly",
            (true, imposed) => imposed,
            (false, _) => "sendrecv",
        };
        talk.direction_for(imposed).to_owned().clone_into(&mut talk.ours.direction);
        talk.asks = asks;
        let body = match (asks, talk.holds) {
            (true, _) => String::new(),
            (false, true) => talk.ours.held_text(talk.manner.holds_by),
            (false, false) => talk.ours.text(),
        };
        let branch = self.within_dialog(now, call, Method::Invite, &[("Contact", format!("<{contact}>"))], &body, out);
        if let Some(talk) = self.calls.get_mut(call) {
            talk.asked_again = Some(branch);
        }
    }

    /// Tries again, if that is its manner: the maker of the Call-ID after 2.1 to 4 s, else within 2
    /// s (RFC 3261 §14.1).
    fn insist(&mut self, call: &str, out: &mut Vec<Do>) {
        let Some(talk) = self.calls.get(call).filter(|talk| talk.manner.insists) else { return };
        let (least, most) = if talk.made { (2_100, 1_900) } else { (0, 2_000) };
        let wait = least + fate(self.seed, &[ip_number(self.addr), self.minted, 0x491]) % most;
        out.push(Do::Later(ms(wait), Alarm::Do(call.to_owned(), Whim::Refresh)));
    }

    fn reinvite_accepted(&mut self, call: &str, branch: &str, response: &Response, out: &mut Vec<Do>) {
        let (seq, _) = response.seq();
        let Some(talk) = self.calls.get_mut(call) else { return };
        if let Some((_, ack)) = talk.ack.as_ref().filter(|(of, _)| *of == seq) {
            return out.push(Do::Send(ack.clone()));
        }
        let theirs = Sdp::read(&String::from_utf8_lossy(&response.body));
        let agreed = theirs.payloads.clone();
        let asks = talk.asks;
        if asks || talk.ours.direction == "sendrecv" {
            talk.imposed.clone_from(&theirs.direction);
        }
        talk.theirs = Some(theirs);
        if let Some(target) = response.contact_uri() {
            talk.target = target;
        }
        if let Some(view) = self.view(call) {
            view.agreed.push(agreed);
        }
        let answer = if asks { self.answer_in_ack(call) } else { String::new() };
        self.acknowledge(call, seq, &answer, out);
        self.reinvite_over(call, branch, response.status_code().code(), out);
    }

    fn reinvite_over(&mut self, call: &str, branch: &str, code: u16, out: &mut Vec<Do>) {
        let Some(talk) = self.calls.get_mut(call) else { return };
        if branch.is_empty() || talk.asked_again.as_deref() == Some(branch) {
            talk.asked_again = None;
            if let Some(view) = self.view(call) {
                view.later_codes.push(code);
            }
            if !matches!(code, 200 | 488) {
                self.insist(call, out);
            }
        }
    }

    /// The ACK of a 200 goes to the Contact of the 200, with a branch of its own (RFC 3261 §13.2.2.4).
    pub(super) fn acknowledge(&mut self, call: &str, seq: u32, body: &str, out: &mut Vec<Do>) {
        let branch = self.mint("z9hG4bK");
        let via = self.via(&branch);
        let Some(talk) = self.calls.get_mut(call) else { return };
        let lines = [
            via,
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("{};tag={}", talk.local, talk.local_tag)),
            ("To", format!("{};tag={}", talk.remote, talk.remote_tag.as_deref().unwrap_or_default())),
            ("Call-ID", call.to_owned()),
            ("CSeq", format!("{seq} ACK")),
        ];
        let bytes = request(Method::Ack, &talk.target, &lines, body);
        talk.ack = Some((seq, bytes.clone()));
        out.push(Do::Send(bytes));
    }

    /// A request within the dialog; its branch.
    pub(super) fn within_dialog(
        &mut self,
        now: Instant,
        call: &str,
        method: Method,
        more: &[(&'static str, String)],
        body: &str,
        out: &mut Vec<Do>,
    ) -> String {
        let branch = self.mint("z9hG4bK");
        let via = self.via(&branch);
        let name = match method {
            Method::Bye => "BYE",
            Method::Refer => "REFER",
            _ => "INVITE",
        };
        let Some(talk) = self.calls.get_mut(call) else { return branch };
        talk.seq += 1;
        let mut lines = vec![
            via,
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("{};tag={}", talk.local, talk.local_tag)),
            ("To", format!("{};tag={}", talk.remote, talk.remote_tag.as_deref().unwrap_or_default())),
            ("Call-ID", call.to_owned()),
            ("CSeq", format!("{} {name}", talk.seq)),
        ];
        lines.extend(more.iter().cloned());
        let bytes = request(method, &talk.target, &lines, body);
        self.send(now, &branch, name, call, bytes, out);
        branch
    }

    /// Nothing more comes of this call.
    pub(super) fn is_over(&mut self, now: Instant, call: &str, code: Option<u16>) {
        if let Some(talk) = self.calls.get_mut(call) {
            talk.state = State::Over;
        }
        if let Some(view) = self.view(call) {
            view.over.get_or_insert(now);
            if let (None, Some(code)) = (view.code, code) {
                view.code = Some(code);
            }
        }
    }
}
