//! Requests that come to a phone.

use super::call::State;
use super::message::{Reading, response};
use super::sdp::Sdp;
use super::{Do, Phone, Says, VanishesAfter};
use pbx_core::base::time::Instant;
use rsip::sip::{Method, Request};

impl Phone {
    /// A request has come.
    pub(super) fn request(&mut self, now: Instant, request: &Request, out: &mut Vec<Do>) {
        let (call, branch) = (request.call(), request.branch());
        let method = request.method.to_string();
        if request.method == Method::Ack {
            return self.acknowledged(now, &call, &branch, request, out);
        }
        let dead = self.calls.get(&call).is_some_and(|talk| matches!(talk.manner.says, Says::Dead) && !talk.made);
        if dead || self.is_repeated(&branch, &method, out) {
            return;
        }
        let known = self.calls.contains_key(&call);
        match request.method {
            // Again, before it has said anything.
            Method::Invite if self.calls.get(&call).is_some_and(|talk| !talk.made && talk.branch == branch) => {}
            Method::Invite if request.to_tag().is_none() && !known => self.rung(now, call, request, out),
            Method::Invite if known => self.reinvited(now, &call, request, out),
            Method::Bye if known => self.hung_up(now, &call, request, out),
            Method::Notify if known => self.notified(now, &call, request, out),
            Method::Cancel if known => self.cancelled(now, &call, request, out),
            // Inside a dialog that is over it is not known (RFC 3261 §12.2.2).
            Method::Options if request.to_tag().is_none() || self.talks(&call) => {
                self.answer(now, request, 200, &[], "", out)
            }
            _ => self.answer(now, request, 481, &[], "", out),
        }
    }

    fn talks(&self, call: &str) -> bool {
        self.calls.get(call).is_some_and(|talk| talk.state == State::Talking)
    }

    /// Answers a request finally.
    pub(super) fn answer(
        &mut self,
        now: Instant,
        request: &Request,
        code: u16,
        lines: &[(&str, String)],
        body: &str,
        out: &mut Vec<Do>,
    ) {
        let tag = self.calls.get(&request.call()).map(|talk| talk.local_tag.clone());
        let bytes = response(request, code, tag.as_deref().or(Some("none")), lines, body);
        self.reply(now, &request.branch(), &request.method.to_string(), code >= 200, bytes, out);
    }

    fn acknowledged(&mut self, now: Instant, call: &str, branch: &str, ack: &Request, out: &mut Vec<Do>) {
        let contact = self.contact();
        let (seq, _) = ack.seq();
        for ((of, method), answered) in &mut self.answered {
            // The ACK of a refusal has the INVITE's branch; that of a 200 is known by the call (RFC 3261 §13.3.1.4).
            let this = of == branch || answered.bytes.windows(call.len()).any(|window| window == call.as_bytes());
            if method == "INVITE" && this {
                answered.acknowledged = true;
            }
        }
        let Some(talk) = self.calls.get_mut(call) else { return };
        if talk.state == State::Over || talk.remote_seq != seq {
            return;
        }
        if !ack.body.is_empty() {
            talk.theirs = Some(Sdp::read(&String::from_utf8_lossy(&ack.body)));
        }
        let (talking, wrong) = (talk.state == State::Talking, !ack.uri.to_string().eq_ignore_ascii_case(&contact));
        let Some(view) = self.view(call) else { return };
        if !talking {
            return;
        }
        view.acks += 1;
        let first = view.acknowledged.is_none() && !view.made;
        view.acknowledged.get_or_insert(now);
        if wrong {
            self.complain(call, &format!("the ACK of our 200 goes to {} and not to our Contact", ack.uri));
        }
        if first {
            self.begins_to_talk(now, call, out);
        }
    }

    fn reinvited(&mut self, now: Instant, call: &str, request: &Request, out: &mut Vec<Do>) {
        let contact = self.contact();
        let (seq, _) = request.seq();
        let Some(talk) = self.calls.get_mut(call) else { return };
        Self::may_vanish(call, talk.manner.vanishes, VanishesAfter::Reinvite, out);
        if talk.state != State::Talking {
            return self.answer(now, request, 481, &[], "", out);
        }
        if talk.asked_again.is_some() {
            return self.answer(now, request, 491, &[], "", out);
        }
        talk.remote_seq = seq;
        if let Some(target) = request.contact_uri() {
            talk.target = target;
        }
        talk.ours.version += 1;
        if request.body.is_empty() {
            talk.direction_for("sendrecv").clone_into(&mut talk.ours.direction);
        } else {
            let theirs = Sdp::read(&String::from_utf8_lossy(&request.body));
            talk.direction_for(&theirs.direction).clone_into(&mut talk.ours.direction);
            talk.imposed.clone_from(&theirs.direction);
            let common = self.manner.payloads.iter().filter(|payload| theirs.payloads.contains(payload));
            talk.ours.payloads = common.copied().collect();
            talk.theirs = Some(theirs);
        }
        let (body, impossible, theirs) = (talk.ours.text(), talk.ours.payloads.is_empty(), talk.theirs.clone());
        if let (Some(view), Some(theirs)) = (self.view(call), theirs) {
            view.offered.push(theirs.payloads);
            view.asked.extend((!impossible).then_some(theirs.direction));
        }
        if impossible {
            return self.answer(now, request, 488, &[], "", out);
        }
        self.answer(now, request, 200, &[("Contact", format!("<{contact}>"))], &body, out);
    }

    fn hung_up(&mut self, now: Instant, call: &str, request: &Request, out: &mut Vec<Do>) {
        self.answer(now, request, 200, &[], "", out);
        let wrong = !request.uri.to_string().eq_ignore_ascii_case(&self.contact());
        if let Some(view) = self.view(call) {
            view.was_hung_up.get_or_insert(now);
            view.reason = request.named("Reason");
        }
        if wrong {
            self.complain(call, &format!("the BYE goes to {} and not to our Contact", request.uri));
        }
        self.is_over(now, call, None);
    }

    fn cancelled(&mut self, now: Instant, call: &str, request: &Request, out: &mut Vec<Do>) {
        self.answer(now, request, 200, &[], "", out);
        let invite = self.calls.get_mut(call).and_then(|talk| {
            (talk.state == State::Asking && talk.branch == request.branch()).then(|| talk.invite.take()).flatten()
        });
        let Some(invite) = invite else { return };
        if let Some(view) = self.view(call) {
            view.reason = request.named("Reason");
        }
        self.answer(now, &invite, 487, &[], "", out);
        self.is_over(now, call, Some(487));
    }
}
