//! A transfer by REFER, as the phone that asks for it sees it (RFC 3515, RFC 5589 §6).

use super::call::State;
use super::message::Reading;
use super::view::Notified;
use super::{Do, Phone, Whim, server_uri};
use pbx_core::base::time::Instant;
use rsip::sip::{Method, Request};

/// A REFER that a phone has sent.
pub(super) struct Referral {
    /// Its CSeq: the `id` of what is reported about it.
    seq: u32,
    leaves: Leaves,
    /// CSeq of the NOTIFY that was the last.
    ended: Option<u32>,
}

/// When a phone that transfers its call hangs up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Leaves {
    /// It does not: the exchange does.
    Never,
    /// As soon as the REFER is accepted.
    AtOnce,
    /// As soon as it hears that the target has answered: its BYE crosses the exchange's.
    AtAnswer,
}

impl Phone {
    /// Asks that the other side be transferred, as the whim wants.
    pub(super) fn transfer(&mut self, now: Instant, call: &str, whim: &Whim, out: &mut Vec<Do>) {
        let (to, leaves) = match whim {
            Whim::Transfer(target) => (blind(target), Leaves::Never),
            Whim::TransferAndLeave(target) => (blind(target), Leaves::AtOnce),
            Whim::TransferAndCross(target) => (blind(target), Leaves::AtAnswer),
            Whim::Refer(to) => ((*to).to_owned(), Leaves::Never),
            _ => return,
        };
        let mut more = vec![("Refer-To", to)];
        more.retain(|(_, to)| !to.is_empty());
        if !matches!(whim, Whim::Refer(_)) {
            let me = server_uri(self.user.as_deref().unwrap_or("gw"));
            more.extend([("Contact", format!("<{}>", self.contact())), ("Referred-By", format!("<{me}>"))]);
        }
        self.within_dialog(now, call, Method::Refer, &more, "", out);
        if let Some(talk) = self.calls.get_mut(call) {
            talk.referrals.push(Referral { seq: talk.seq, leaves, ended: None });
        }
    }

    /// The REFER is answered.
    pub(super) fn refer_answered(&mut self, now: Instant, call: &str, seq: u32, code: u16, out: &mut Vec<Do>) {
        if let Some(view) = self.view(call) {
            view.later_codes.push(code);
        }
        let Some(talk) = self.calls.get_mut(call) else { return };
        let talking = talk.state == State::Talking;
        let referral = talk.referrals.iter_mut().find(|referral| referral.seq == seq);
        let leaves = referral.is_some_and(|referral| referral.leaves == Leaves::AtOnce);
        if talking && leaves && code < 300 {
            self.hang_up(now, call, out);
        }
    }

    /// A NOTIFY reports how a transfer goes.
    pub(super) fn notified(&mut self, now: Instant, call: &str, notify: &Request, out: &mut Vec<Do>) {
        let over = self.calls.get(call).is_none_or(|talk| talk.state == State::Over);
        // It crosses a BYE.
        if over {
            return self.answer(now, notify, 481, &[], "", out);
        }
        match self.report(now, call, notify) {
            Err(what) => {
                self.complain(call, &what);
                self.answer(now, notify, 400, &[], "", out);
            }
            Ok(leaves) => {
                self.answer(now, notify, 200, &[], "", out);
                if leaves && self.calls.get(call).is_some_and(|talk| talk.state == State::Talking) {
                    self.hang_up(now, call, out);
                }
            }
        }
    }

    /// Keeps what a NOTIFY reports, if it is as RFC 3515 has it; whether the phone hangs up now.
    fn report(&mut self, now: Instant, call: &str, notify: &Request) -> Result<bool, String> {
        if !notify.uri.to_string().eq_ignore_ascii_case(&self.contact()) {
            return Err(format!("the NOTIFY goes to {} and not to our Contact", notify.uri));
        }
        let named = |name: &str| notify.named(name).ok_or_else(|| format!("a NOTIFY without {name}"));
        let (event, state, kind) = (named("Event")?, named("Subscription-State")?, named("Content-Type")?);
        let body = String::from_utf8_lossy(&notify.body).into_owned();
        let code = body.strip_prefix("SIP/2.0 ").and_then(|rest| rest.split(' ').next()?.parse::<u16>().ok());
        let Some(code) = code.filter(|_| kind.starts_with("message/sipfrag") && body.ends_with("\r\n")) else {
            return Err(format!("{kind} that is no status line: {body:?}"));
        };
        let ends = state.starts_with("terminated");
        if ends != (code >= 200) || !ends && !state.starts_with("active;expires=") {
            return Err(format!("{code} in the state {state}"));
        }
        let (seq, _) = notify.seq();
        let talk = self.calls.get_mut(call).ok_or("a NOTIFY of nothing")?;
        let id: Option<u32> = event.strip_prefix("refer;id=").and_then(|id| id.parse().ok());
        let referral = match id {
            None if event != "refer" => return Err(format!("a NOTIFY of {event}")),
            None => talk.referrals.last_mut(),
            Some(id) => talk.referrals.iter_mut().find(|referral| referral.seq == id),
        };
        let referral = referral.ok_or("a NOTIFY that answers no REFER of ours")?;
        if referral.ended.is_some_and(|ended| ended < seq) {
            return Err("a NOTIFY after the last".to_owned());
        }
        referral.ended = if ends { Some(seq) } else { referral.ended };
        let leaves = referral.leaves == Leaves::AtAnswer && code / 100 == 2;
        if let Some(view) = self.view(call) {
            view.notified.push(Notified { at: now, code, state });
        }
        Ok(leaves)
    }
}

/// The value of Refer-To that hands the other side over and asks for nothing else.
fn blind(target: &str) -> String {
    format!("<{}>", server_uri(target))
}
