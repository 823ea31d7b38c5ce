//! A call that comes to the phone, from the INVITE to the final answer.

use super::call::{State, Talk};
use super::message::{Reading, response};
use super::sdp::Sdp;
use super::{Alarm, Do, PATIENCE, Phone, Says, VanishesAfter, View, Whim};
use pbx_core::base::time::Instant;
use rsip::sip::Request;

impl Phone {
    /// An INVITE that begins a call.
    pub(super) fn rung(&mut self, now: Instant, call: String, invite: &Request, out: &mut Vec<Do>) {
        let theirs = (!invite.body.is_empty()).then(|| Sdp::read(&String::from_utf8_lossy(&invite.body)));
        let manner = self.mood();
        let mut ours = self.describe(&manner.payloads);
        if let Some(theirs) = &theirs {
            ours.payloads.retain(|payload| theirs.payloads.contains(payload));
        }
        let (seq, _) = invite.seq();
        let talk = Talk {
            state: State::Asking,
            manner: manner.clone(),
            made: false,
            errand: None,
            local: without_tag(&invite.named("To").unwrap_or_default()),
            remote: without_tag(&invite.named("From").unwrap_or_default()),
            local_tag: self.mint("t"),
            remote_tag: invite.from_tag(),
            target: invite.contact_uri().expect("a Contact in an INVITE"),
            seq: 0,
            remote_seq: seq,
            branch: invite.branch(),
            invite_seq: seq,
            asked_again: None,
            asks: false,
            holds: false,
            imposed: "sendrecv".to_owned(),
            tries: 0,
            authorization: None,
            provisional: true,
            gives_up: false,
            invite: Some(invite.clone()),
            ack: None,
            ours,
            theirs,
            referrals: vec![],
            playing: false,
            packets: 0,
            heard: now,
        };
        self.views.push(view(now, &call, invite));
        self.calls.insert(call.clone(), talk);
        if matches!(manner.says, Says::Dead) {
            return self.is_over(now, &call, None);
        }
        out.push(Do::Later(PATIENCE, Alarm::Do(call.clone(), Whim::Tire)));
        Self::may_vanish(&call, manner.vanishes, VanishesAfter::Invite, out);
        out.extend(manner.rings_after.map(|after| Do::Later(after, Alarm::Ring(call.clone()))));
        match manner.says {
            Says::Answer(after) | Says::Refuse(after, _) => out.push(Do::Later(after, Alarm::Say(call))),
            Says::Nothing | Says::Dead => {}
        }
    }

    /// 180, or 183 with a description.
    pub(super) fn ring(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        let contact = self.contact();
        let Some(talk) = self.calls.get(call).filter(|talk| talk.state == State::Asking) else { return };
        let early = talk.manner.early_media;
        let Some(invite) = talk.invite.clone() else { return };
        let (code, body) = if early { (183, talk.ours.text()) } else { (180, String::new()) };
        let (tag, lines) = (talk.local_tag.clone(), [("Contact", format!("<{contact}>"))]);
        let bytes = response(&invite, code, Some(&tag), &lines, &body);
        self.reply(now, &invite.branch(), "INVITE", false, bytes, out);
        if let Some(view) = self.view(call) {
            view.ringing.get_or_insert(now);
            view.ringing_code = Some(code);
        }
        if early {
            self.start_playing(now, call, out);
        }
    }

    /// The final word.
    pub(super) fn say(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        let contact = self.contact();
        let Some(talk) = self.calls.get_mut(call).filter(|talk| talk.state == State::Asking) else { return };
        let says = talk.manner.says;
        let Some(invite) = talk.invite.take() else { return };
        match says {
            Says::Answer(_) if talk.ours.payloads.is_empty() => {
                self.answer(now, &invite, 488, &[], "", out);
                self.is_over(now, call, Some(488));
            }
            Says::Answer(_) => {
                talk.state = State::Talking;
                Self::may_vanish(call, talk.manner.vanishes, VanishesAfter::Answer, out);
                let body = talk.ours.text();
                if let Some(view) = self.view(call) {
                    (view.answered, view.code) = (Some(now), Some(200));
                }
                self.answer(now, &invite, 200, &[("Contact", format!("<{contact}>"))], &body, out);
                self.start_playing(now, call, out);
            }
            Says::Refuse(_, code) => {
                self.answer(now, &invite, code, &[], "", out);
                self.is_over(now, call, Some(code));
            }
            Says::Nothing | Says::Dead => {}
        }
    }

    /// The ACK of its 200 has come.
    pub(super) fn begins_to_talk(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        self.start_playing(now, call, out);
        let Some(manner) = self.calls.get(call).map(|talk| &talk.manner) else { return };
        let leaves = manner.hangs_up_after.map(|after| (after, Whim::HangUp));
        let then = manner.then.iter().cloned().chain(leaves);
        out.extend(then.map(|(after, whim)| Do::Later(after, Alarm::Do(call.to_owned(), whim))));
    }

    /// Nobody came.
    pub(super) fn tire(&mut self, now: Instant, call: &str, out: &mut Vec<Do>) {
        let Some(talk) = self.calls.get_mut(call).filter(|talk| talk.state == State::Asking) else { return };
        match talk.invite.take() {
            None => self.is_over(now, call, Some(408)),
            Some(invite) => {
                self.answer(now, &invite, 480, &[], "", out);
                self.is_over(now, call, Some(480));
            }
        }
    }

    /// Its 200 was never acknowledged: it hangs up (RFC 3261 §13.3.1.4).
    pub(super) fn unacknowledged(&mut self, now: Instant, branch: &str, out: &mut Vec<Do>) {
        let call = self.calls.iter().find(|(_, talk)| talk.branch == branch && talk.state == State::Talking);
        if let Some(call) = call.map(|(call, _)| call.clone()) {
            self.hang_up(now, &call, out);
        }
    }
}

fn view(now: Instant, call: &str, invite: &Request) -> View {
    let from = invite.named("From").unwrap_or_default();
    let caller = from.split("sip:").nth(1).and_then(|rest| rest.split(['@', '>', ';']).next()).unwrap_or_default();
    View {
        call_id: call.to_owned(),
        dialled: invite.uri.to_string(),
        caller: caller.to_owned(),
        asserted: invite.named("P-Asserted-Identity"),
        began: now,
        request_uri: invite.uri.to_string(),
        max_forwards: invite.named("Max-Forwards").and_then(|hops| hops.parse().ok()),
        ..View::default()
    }
}

fn without_tag(address: &str) -> String {
    address.split(";tag=").next().unwrap_or_default().to_owned()
}
