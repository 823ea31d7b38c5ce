//! A call that the phone makes, from its INVITE to the final answer.

use super::call::{State, Talk};
use super::message::{Reading, request};
use super::sdp::Sdp;
use super::{Alarm, Do, Manner, PATIENCE, Phone, VanishesAfter, View, Whim, fate, ip_number, server_uri};
use pbx_core::base::time::Instant;
use rsip::sip::{Method, Response};
use std::net::SocketAddr;

impl Phone {
    /// Makes the call of an errand.
    pub(super) fn dial(&mut self, now: Instant, errand: usize, out: &mut Vec<Do>) {
        let Some(plan) = self.errands.get(errand).cloned() else { return };
        // By the errand and not by what else the phone did before: calls of two runs are told apart by it.
        let call = format!("call{:016x}", fate(self.seed, &[ip_number(self.addr), errand as u64, 0xca11]));
        let me = server_uri(self.user.as_deref().unwrap_or("+4989123456"));
        let ours = self.describe(&plan.payloads);
        let talk = Talk {
            state: State::Asking,
            manner: Manner { vanishes: plan.vanishes, ..self.manner.clone() },
            made: true,
            errand: Some(errand),
            local: format!("<{me}>"),
            remote: format!("<{}>", server_uri(&plan.dials)),
            local_tag: self.mint("t"),
            remote_tag: None,
            target: server_uri(&plan.dials),
            seq: 0,
            remote_seq: 0,
            branch: String::new(),
            invite_seq: 0,
            asked_again: None,
            asks: false,
            holds: false,
            imposed: "sendrecv".to_owned(),
            tries: 0,
            authorization: None,
            provisional: false,
            gives_up: false,
            invite: None,
            ack: None,
            ours,
            theirs: None,
            referrals: vec![],
            playing: false,
            packets: 0,
            heard: now,
        };
        self.calls.insert(call.clone(), talk);
        let view = View { call_id: call.clone(), made: true, dialled: plan.dials, began: now, ..View::default() };
        self.views.push(view);
        if let Some(after) = plan.gives_up_after {
            out.push(Do::Later(after, Alarm::Do(call.clone(), Whim::GiveUp)));
        }
        out.push(Do::Later(PATIENCE, Alarm::Do(call.clone(), Whim::Tire)));
        Self::may_vanish(&call, plan.vanishes, VanishesAfter::Invite, out);
        self.invite(now, &call, out);
    }

    /// A description of a new stream of ours.
    pub(super) fn describe(&mut self, payloads: &[u8]) -> Sdp {
        self.minted += 1;
        let port = 40_000 + 2 * (self.minted % 5_000) as u16;
        let ip = self.manner.wrong_address.unwrap_or_else(|| self.addr.ip());
        Sdp {
            rtp: SocketAddr::new(ip, port),
            direction: "sendrecv".to_owned(),
            payloads: payloads.to_vec(),
            version: 1,
        }
    }

    /// Sends the INVITE that begins a call.
    fn invite(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        let branch = self.mint("z9hG4bK");
        let (via, contact) = (self.via(&branch), self.contact());
        let Some(talk) = self.calls.get_mut(call) else { return };
        let plan = talk.errand.and_then(|n| self.errands.get(n));
        talk.seq += 1;
        (talk.branch, talk.invite_seq) = (branch.clone(), talk.seq);
        let mut lines = vec![
            via,
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("{};tag={}", talk.local, talk.local_tag)),
            ("To", talk.remote.clone()),
            ("Call-ID", call.to_owned()),
            ("CSeq", format!("{} INVITE", talk.seq)),
            ("Contact", format!("<{contact}>")),
        ];
        if let Some(value) = &talk.authorization {
            lines.push(("Authorization", value.clone()));
        }
        let more = plan.map(|plan| plan.lines.clone()).unwrap_or_default();
        lines.extend(more.iter().map(|(name, value)| (name.as_str(), value.clone())));
        let body = if plan.is_some_and(|plan| plan.without_offer) { String::new() } else { talk.ours.text() };
        let bytes = request(Method::Invite, &talk.target, &lines, &body);
        self.send(now, &branch, "INVITE", call, bytes, out);
    }

    /// An answer to the INVITE that began a call.
    pub(super) fn invite_answered(&mut self, now: Instant, call: &str, response: &Response, out: &mut Vec<Do>) {
        let code = response.status_code().code();
        match code {
            100..=199 => self.proceeds(now, call, code, response, out),
            200..=299 => self.is_answered(now, call, response, out),
            401 => self.is_challenged(now, call, response, out),
            _ => self.is_refused(now, call, code, response, out),
        }
    }

    fn proceeds(&mut self, now: Instant, call: &str, code: u16, response: &Response, out: &mut Vec<Do>) {
        let theirs = (!response.body.is_empty()).then(|| Sdp::read(&String::from_utf8_lossy(&response.body)));
        let Some(talk) = self.calls.get_mut(call) else { return };
        let give_up = talk.gives_up && !talk.provisional && talk.state == State::Asking;
        talk.provisional = true;
        talk.theirs = theirs.or_else(|| talk.theirs.take());
        if let Some(view) = self.view(call) {
            match code {
                100 => drop(view.trying.get_or_insert(now)),
                _ => {
                    view.ringing.get_or_insert(now);
                    view.ringing_code = Some(code);
                }
            }
        }
        if give_up {
            self.cancel(now, call, out);
        }
    }

    /// A 200: acknowledged at once and every time.
    fn is_answered(&mut self, now: Instant, call: &str, response: &Response, out: &mut Vec<Do>) {
        let (seq, _) = response.seq();
        if let Some(view) = self.view(call) {
            view.oks += 1;
        }
        let Some(talk) = self.calls.get_mut(call) else { return };
        if let Some((_, ack)) = talk.ack.as_ref().filter(|(of, _)| *of == seq) {
            return out.push(Do::Send(ack.clone()));
        }
        if talk.state != State::Asking {
            return;
        }
        talk.state = State::Talking;
        Self::may_vanish(call, talk.manner.vanishes, VanishesAfter::Answer, out);
        talk.remote_tag = response.to_tag();
        talk.target = response.contact_uri().expect("a Contact in a 200 to INVITE");
        let theirs = (!response.body.is_empty()).then(|| Sdp::read(&String::from_utf8_lossy(&response.body)));
        let delayed = talk.errand.and_then(|n| self.errands.get(n)).is_some_and(|plan| plan.without_offer);
        talk.theirs = theirs.or_else(|| talk.theirs.take());
        let late = talk.gives_up;
        let answer = if delayed { self.answer_in_ack(call) } else { String::new() };
        self.acknowledge(call, seq, &answer, out);
        if let Some(view) = self.view(call) {
            (view.answered, view.code) = (Some(now), Some(200));
        }
        if late {
            return self.hang_up(now, call, out);
        }
        self.start_playing(now, call, out);
        let Some(plan) = self.calls.get(call).and_then(|talk| talk.errand).and_then(|n| self.errands.get(n)) else {
            return;
        };
        out.extend(plan.hangs_up_after.map(|after| Do::Later(after, Alarm::Do(call.to_owned(), Whim::HangUp))));
        let then = plan.then.iter();
        out.extend(then.map(|(after, whim)| Do::Later(*after, Alarm::Do(call.to_owned(), whim.clone()))));
    }

    /// The answer to an offer that came with the 200.
    pub(super) fn answer_in_ack(&mut self, call: &str) -> String {
        let Some(talk) = self.calls.get_mut(call) else { return String::new() };
        let Some(theirs) = &talk.theirs else { return String::new() };
        talk.direction_for(&theirs.direction).clone_into(&mut talk.ours.direction);
        talk.ours.payloads.retain(|payload| theirs.payloads.contains(payload));
        talk.ours.text()
    }

    fn is_challenged(&mut self, now: Instant, call: &str, response: &Response, out: &mut Vec<Do>) {
        self.acknowledge_refusal(call, response, out);
        let Some(talk) = self.calls.get_mut(call) else { return };
        let (tries, uri) = (talk.tries, talk.target.clone());
        if talk.gives_up || !Self::may_answer(response, tries) {
            return self.is_over(now, call, Some(401));
        }
        talk.tries += 1;
        let value = self.answer_to(response, Method::Invite, &uri);
        if let Some(talk) = self.calls.get_mut(call) {
            talk.authorization = Some(value);
        }
        self.invite(now, call, out);
    }

    fn is_refused(&mut self, now: Instant, call: &str, code: u16, response: &Response, out: &mut Vec<Do>) {
        self.acknowledge_refusal(call, response, out);
        if let Some(view) = self.view(call).filter(|view| view.code.is_none()) {
            let lines = ["Reason", "Retry-After", "Warning", "Unsupported", "Allow"];
            let told = lines.iter().filter_map(|name| Some(((*name).to_owned(), response.named(name)?)));
            view.final_headers = told.collect();
        }
        self.is_over(now, call, Some(code));
    }

    /// The ACK of a refusal belongs to the INVITE's transaction (RFC 3261 §17.1.1.3).
    pub(super) fn acknowledge_refusal(&mut self, call: &str, response: &Response, out: &mut Vec<Do>) {
        let (seq, _) = response.seq();
        let branch = response.branch();
        let via = self.via(&branch);
        let Some(talk) = self.calls.get(call) else { return };
        let uri = &talk.target;
        let lines = [
            via,
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("{};tag={}", talk.local, talk.local_tag)),
            ("To", response.named("To").unwrap_or_default()),
            ("Call-ID", call.to_owned()),
            ("CSeq", format!("{seq} ACK")),
        ];
        out.push(Do::Send(request(Method::Ack, uri, &lines, "")));
    }

    /// Takes the INVITE back, or will do so when somebody is known to have it (RFC 3261 §9.1).
    pub(super) fn give_up(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        let Some(talk) = self.calls.get_mut(call).filter(|talk| talk.state == State::Asking && talk.made) else {
            return;
        };
        if !std::mem::replace(&mut talk.gives_up, true) && talk.provisional {
            self.cancel(now, call, out);
        }
    }

    fn cancel(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        let Some(talk) = self.calls.get(call) else { return };
        let branch = talk.branch.clone();
        let lines = [
            self.via(&branch),
            ("Max-Forwards", "70".to_owned()),
            ("From", format!("{};tag={}", talk.local, talk.local_tag)),
            ("To", talk.remote.clone()),
            ("Call-ID", call.to_owned()),
            ("CSeq", format!("{} CANCEL", talk.invite_seq)),
        ];
        let bytes = request(Method::Cancel, &talk.target, &lines, "");
        self.send(now, &format!("{branch}/CANCEL"), "CANCEL", call, bytes, out);
    }
}
