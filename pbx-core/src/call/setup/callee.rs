//! A leg that we ring: our INVITE to it, and the responses.

use crate::base::ids::LegId;
use crate::call::leg::hop::Reachability;
use crate::call::leg::identity::{self, HOPS};
use crate::call::leg::session::Session;
use crate::call::leg::{Leg, LegState};
use crate::call::setup::facts::Fork;
use crate::call::state::Call;
use crate::call::talk::presence::Presence;
use crate::context::cx::Cx;
use crate::context::wire::Writer;
use crate::event::EventKind;
use pbx_sip::Message;
use pbx_sip::dialog::Dialog;

/// The Reason of a CANCEL that tells phones not to show a missed call (RFC 3326).
pub(crate) const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

impl Call {
    /// Sends an INVITE; gives the new leg's number, or `None` if there is no media port or the INVITE cannot be written.
    ///
    /// A caller that offers nothing gets the answerer's choice as our offer in its 200: the callee is always made an offer
    /// of ours. The other way (an INVITE without a body, RFC 3725 flow I) would leave the callee's 200 without its ACK until
    /// the caller's ACK brings an answer, and many phones ring badly without an offer.
    pub(crate) fn dial(&mut self, cx: &mut Cx<'_>, fork: Fork) -> Option<u16> {
        let port = cx.shared.stock.take(self.thread, self.owner.tenant)?;
        let no = u16::try_from(self.legs.len()).ok()?;
        let flow = fork.target.flow;
        let tag = cx.mint(self.owner.slot);
        let mut leg = Leg {
            no,
            id: LegId::mint(cx.now().wall, cx.random_id()),
            owner: self.owner,
            party: fork.party,
            state: LegState::Trying,
            flow,
            tag,
            invite: None,
            transaction: None,
            dialog: None,
            session: Session::new(cx.random()),
            port: Some(port),
            answer_timer: None,
            heard: false,
            lost: false,
            reachability: Reachability::of_target(cx, &fork.target),
            presence: Presence::default(),
        };
        let offer =
            leg.media_address().and_then(|at| leg.session.make_offer(self.legs.first().map(|a| &a.session), at));
        let invite = offer.and_then(|offer| self.write_invite(cx, &leg, &fork.target.uri, &offer));
        let Some(invite) = invite else {
            leg.release_port(cx);
            return None;
        };
        let call_id = invite.call_id().map(|id| id.to_string()).unwrap_or_default();
        self.record.leg_started(leg.id, leg.party.clone(), call_id, cx.now().wall);
        let started = EventKind::LegStarted { leg: leg.id, to: leg.party.clone() };
        cx.publish(self.owner.tenant, Some(self.owner.call), started);
        cx.shared.lead(&leg.tag, self.owner.call, no);
        leg.transaction = cx.request(flow, leg.whose(), &invite);
        leg.invite = Some(invite);
        self.legs.push(leg);
        Some(no)
    }

    fn write_invite(&self, cx: &mut Cx<'_>, leg: &Leg, uri: &str, offer: &str) -> Option<Message> {
        let branch = cx.branch(self.owner.slot);
        let call_id = cx.call_id();
        let mut writer = Writer::request("INVITE", uri, &leg.flow, &branch, self.max_forwards);
        identity::write(&mut writer, self.record.from(), &leg.flow, &leg.tag);
        writer.header("To", &["<", uri, ">"].concat());
        writer.header("Call-ID", &call_id);
        writer.header("CSeq", "1 INVITE");
        writer.contact(&leg.flow);
        writer.capabilities(true);
        writer.header(HOPS, &(self.hops + 1).to_string());
        writer.message(offer)
    }

    /// Takes a response to the first INVITE of a leg that we ring. False: it is a 2xx that nobody wants any more.
    pub(crate) fn callee_answered(&mut self, cx: &mut Cx<'_>, no: u16, response: &Message) -> bool {
        let Some(status) = response.status() else { return true };
        let Some(leg) = self.leg(no) else { return false };
        let waits = matches!(leg.state, LegState::Trying | LegState::Ringing);
        match status.code() {
            100 => true,
            101..=199 if waits => {
                self.callee_rings(cx, no, response);
                true
            }
            200..=299 if waits => {
                self.callee_took_it(cx, no, response);
                true
            }
            200..=299 => false,
            code if waits && code >= 300 => {
                self.callee_failed(cx, no, code);
                true
            }
            _ => true,
        }
    }

    fn callee_rings(&mut self, cx: &mut Cx<'_>, no: u16, response: &Message) {
        let Some(leg) = self.leg(no) else { return };
        let id = leg.id;
        if leg.state == LegState::Trying {
            leg.state = LegState::Ringing;
            self.record.leg_ringing(id, cx.now().wall);
            cx.publish(self.owner.tenant, Some(self.owner.call), EventKind::LegRinging { leg: id });
        }
        self.pass_ringing(cx, no, response);
    }

    fn callee_took_it(&mut self, cx: &mut Cx<'_>, no: u16, response: &Message) {
        let Some(leg) = self.leg(no) else { return };
        let (Some(invite), Some(transaction)) = (leg.invite.take(), leg.transaction) else { return };
        let Ok(dialog) = Dialog::uac(&invite, response) else { return self.callee_failed(cx, no, 502) };
        leg.dialog = Some(dialog);
        leg.state = LegState::Talking;
        leg.ack(cx, transaction, response);
        let taken = leg.session.take_answer(response, leg.flow.remote.ip());
        let id = leg.id;
        self.record.leg_answered(id, cx.now().wall);
        match taken {
            Ok(()) => self.ring_answered(cx, no),
            Err(_) => {
                self.hang_up_leg(cx, no, None);
                self.ring_failed(cx, no, 488);
            }
        }
    }

    /// A leg that we ring ended without an answer.
    pub(crate) fn callee_failed(&mut self, cx: &mut Cx<'_>, no: u16, code: u16) {
        let Some(leg) = self.leg(no) else { return };
        if !matches!(leg.state, LegState::Trying | LegState::Ringing) {
            return;
        }
        let id = leg.id;
        leg.gone(cx);
        leg.release_port(cx);
        self.record.leg_ended(id, code, cx.now().wall);
        cx.publish(self.owner.tenant, Some(self.owner.call), EventKind::LegFailed { leg: id, code });
        self.ring_failed(cx, no, code);
        self.early_leg_lost(cx, no);
    }

    /// Ends a leg that is not the caller's, however far it came.
    pub(crate) fn hang_up_leg(&mut self, cx: &mut Cx<'_>, no: u16, reason: Option<&str>) {
        let Some(leg) = self.leg(no) else { return };
        let code = match leg.state {
            LegState::Trying | LegState::Ringing => {
                if let Some(transaction) = leg.transaction {
                    cx.cancel(transaction, reason);
                }
                leg.gone(cx);
                487
            }
            LegState::Talking => {
                leg.bye(cx, reason);
                200
            }
            LegState::Leaving | LegState::Gone => return,
        };
        leg.release_port(cx);
        let id = leg.id;
        self.record.leg_ended(id, code, cx.now().wall);
        if code == 487 {
            cx.publish(self.owner.tenant, Some(self.owner.call), EventKind::LegFailed { leg: id, code });
        }
    }
}
