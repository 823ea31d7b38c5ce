//! Blind transfer: a leg that talks has its peer talk with another one (RFC 3515, RFC 5589 §6).
//!
//! | what happens                  | what is done                                                           |
//! | ----------------------------- | ---------------------------------------------------------------------- |
//! | REFER of one of the two       | 202, NOTIFY 100; the target's phones ring for the other one            |
//! | a phone of the target answers | NOTIFY 200, BYE to who asked; the other one and the target talk        |
//! | nobody answers                | NOTIFY with how it ended; the two talk on                              |
//! | the same, and who asked left  | BYE to the other one                                                   |
//! | who asked hangs up            | the other one waits                                                    |
//! | the other one hangs up        | the phones stop ringing, and the call ends                             |
//!
//! A change of the session that is under way is brought to its end before the target takes its
//! place: an INVITE that is out must be answered where it was sent (RFC 3261 §14.1).

use super::bridge::Pair;
use super::presence;
use crate::base::ids::LegId;
use crate::call::core::Core;
use crate::call::fact::Fact;
use crate::call::in_dialog::answer;
use crate::call::leg::LegState;
use crate::call::setup::dial::LegEvent;
use crate::call::setup::facts::{Found, LiveFacts};
use crate::call::verb::ring::{Rang, Ring, RingProgress};
use crate::context::ctx::Ctx;
use crate::context::owner::Purpose;
use pbx_sip::transaction::TransactionId;
use pbx_sip::{HeaderName, Message, Method, NameAddr, StatusCode, Uri};
use serde::{Deserialize, Serialize};

/// A transfer that is under way.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Transfer {
    /// The leg that asked for it.
    by: LegId,
    /// The leg that is transferred.
    of: LegId,
    /// The value of Event in its NOTIFYs.
    event: String,
    ring: Ring,
    /// The leg that has answered, while a change of the session is brought to its end.
    answered: Option<LegId>,
}

/// The progress of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TransferProgress {
    /// It goes on.
    Goes,
    /// Nobody answers, with this code.
    Failed(u16),
}

impl Transfer {
    /// Takes a REFER of a leg of the pair; returns the transfer and what has become of it so far,
    /// or `None` if it was refused.
    pub(crate) fn begin(
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        (by, of): (LegId, Option<LegId>),
        id: TransactionId,
        request: &Message,
    ) -> Option<(Self, TransferProgress)> {
        let found = target(request).and_then(|extension| {
            let found = LiveFacts::find(core, ctx, &extension);
            if found.is_assigned { Ok(found) } else { Err(StatusCode::NOT_FOUND) }
        });
        let (found, of) = match (found, of) {
            (Ok(found), Some(of)) => (found, of),
            (Err(status), _) => return refuse(ctx, id, request, status),
            (_, None) => return refuse(ctx, id, request, StatusCode::REQUEST_PENDING),
        };
        answer(ctx, id, request, StatusCode::ACCEPTED.code(), &[]);
        let number = request.cseq().map_or(0, |cseq| cseq.number);
        let event = format!("refer;id={number}");
        let mut transfer = Self { by, of, event, ring: Ring::default(), answered: None };
        transfer.notify(core, ctx, StatusCode::TRYING.code());
        let step = transfer.ring(core, ctx, found);
        Some((transfer, step))
    }

    fn ring(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, found: Found) -> TransferProgress {
        let rang = self.ring.start(core, ctx, self.of, found, ctx.world.settings.ring_timeout_s);
        self.rang(rang)
    }

    fn rang(&mut self, rang: Rang) -> TransferProgress {
        match rang.progress {
            RingProgress::Waits => TransferProgress::Goes,
            RingProgress::Impossible(why) => TransferProgress::Failed(why.sip),
            RingProgress::Outcome(outcome) => {
                self.answered = self.ring.take_winner();
                let code = outcome.get("code").and_then(|code| u16::try_from(code.as_int()?).ok());
                if self.answered.is_some() {
                    TransferProgress::Goes
                } else {
                    TransferProgress::Failed(code.unwrap_or(480))
                }
            }
        }
    }

    /// Takes what a phone of the target has come to.
    pub(crate) fn on_leg_event(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        leg: LegId,
        event: LegEvent,
    ) -> TransferProgress {
        let rang = match event {
            LegEvent::Goes | LegEvent::Rings | LegEvent::Unwanted => return TransferProgress::Goes,
            LegEvent::Answered => self.ring.answered(core, ctx, leg),
            LegEvent::Failed(code) => self.ring.failed(core, ctx, leg, code),
        };
        self.rang(rang)
    }

    /// Takes that media ports for the target's phones have come.
    pub(crate) fn ports_came(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, tried: u64) -> TransferProgress {
        let rang = self.ring.ports_came(core, ctx, tried);
        self.rang(rang)
    }

    /// Ends the ringing: it has taken its time.
    pub(crate) fn ring_over(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) -> TransferProgress {
        let rang = self.ring.over(core, ctx);
        self.rang(rang)
    }

    /// Returns whether a leg asked for it, and so may leave before it is done.
    pub(crate) fn is_by(&self, leg: LegId) -> bool {
        self.by == leg
    }

    /// Returns whether the target has answered.
    pub(crate) const fn is_answered(&self) -> bool {
        self.answered.is_some()
    }

    /// Has the target take the asker's place; returns the new pair and the target's leg.
    pub(crate) fn hand_over(&self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) -> Option<(Pair, LegId)> {
        let (now, target) = (ctx.now(), self.answered?);
        let leg = core.leg(target)?;
        leg.aim(ctx);
        leg.presence.mark_seen(now);
        let by = leg.party.clone();
        let sip_call_id = leg.dialog.as_ref().map(|dialog| dialog.id().call_id.to_string()).unwrap_or_default();
        core.happened(ctx, Fact::Transferred { stays: self.of, leg: target, by, sip_call_id });
        let pair = Pair::join(core, ctx, self.of, target);
        presence::watch(core, ctx, &pair.sides());
        self.notify(core, ctx, StatusCode::OK.code());
        core.hang_up(ctx, self.by, None);
        core.forget_originator(self.by);
        Some((pair, target))
    }

    /// Notifies the asker of how it ended, and stops what still rings.
    pub(crate) fn fail(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, code: u16) {
        self.ring.stop(core, ctx);
        if let Some(answered) = self.answered.take() {
            core.hang_up(ctx, answered, None);
        }
        self.notify(core, ctx, code);
    }

    /// Sends NOTIFY with how far the INVITE to the target has come (RFC 3515 §2.4.4).
    fn notify(&self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, code: u16) {
        let expires_s = ctx.world.settings.ring_timeout_s;
        let state = match code {
            ..200 => format!("active;expires={expires_s}"),
            _ => "terminated;reason=noresource".to_owned(),
        };
        let phrase = StatusCode::new(code).map_or("", StatusCode::reason);
        let fragment = format!("SIP/2.0 {code} {phrase}\r\n");
        let headers = [("Event", self.event.as_str()), ("Subscription-State", &state)];
        let body = Some(("message/sipfrag;version=2.0", fragment.as_str()));
        if let Some(leg) = core.leg(self.by).filter(|leg| leg.state == LegState::Talking) {
            leg.request(ctx, Purpose::Notify(leg.id), &Method::Notify, &headers, body);
        }
    }
}

/// Reads the extension that a REFER names.
///
/// # Errors
/// 400 without a target that can be read, 603 of one that is to replace another call (RFC 3891):
/// attended transfers are declined.
fn target(request: &Message) -> Result<String, StatusCode> {
    let value = request.header(HeaderName::ReferTo).ok_or(StatusCode::BAD_REQUEST)?;
    let target = NameAddr::parse(value.value().into_owned()).map_err(|_| StatusCode::BAD_REQUEST)?;
    let replaces = |headers: &str| headers.to_ascii_lowercase().contains("replaces=");
    match target.uri() {
        Uri::Sip(uri) if uri.headers().is_some_and(replaces) => Err(StatusCode::DECLINE),
        uri => {
            Ok(uri.addressee()).and_then(|user| if user.is_empty() { Err(StatusCode::BAD_REQUEST) } else { Ok(user) })
        }
    }
}

fn refuse<T>(ctx: &mut Ctx<'_>, id: TransactionId, request: &Message, status: StatusCode) -> Option<T> {
    answer(ctx, id, request, status.code(), &[]);
    None
}
