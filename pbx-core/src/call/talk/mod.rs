//! The talk: who hears whom, changes of the session, and whether both are still there.

pub(crate) mod bridge;
pub(crate) mod connect;
pub(crate) mod presence;
pub(crate) mod reinvite;
pub(crate) mod transfer;

use super::core::Core;
use super::fact::Fact;
use super::setup::dial::LegEvent;
use crate::base::ids::LegId;
use crate::cause;
use crate::context::ctx::Ctx;
use bridge::{Bridge, Pair};
use pbx_sip::transaction::{Failure, TransactionId};
use pbx_sip::{Message, StatusCode};
use presence::Over;
use reinvite::{SessionChanges, Taken};
use serde::{Deserialize, Serialize};
use transfer::{Transfer, TransferProgress};

/// A talk: the bridge between those who have it, and the change of a session that is under way.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Talk {
    bridge: Bridge,
    changes: SessionChanges,
    transfer: Option<Transfer>,
}

impl Talk {
    /// Begins with two who hear each other.
    pub(crate) fn new(pair: Pair) -> Self {
        Self { bridge: Bridge::Pair(pair), changes: SessionChanges::default(), transfer: None }
    }

    /// Returns the legs that talk or wait.
    pub(crate) fn legs(&self) -> &[LegId] {
        self.bridge.legs()
    }

    /// Returns the two who hear each other, or did last.
    pub(crate) fn pair(&mut self) -> [LegId; 2] {
        self.bridge.pair().sides()
    }

    /// Takes that a leg has hung up: the talk is over unless the leg that remains waits for
    /// another.
    pub(crate) fn left(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, leg: LegId) -> Option<Over> {
        let waits = self.transfer.as_ref().is_some_and(|transfer| transfer.is_by(leg));
        if !waits || !self.bridge.leave(leg) {
            return Some(Over::now(ctx, &cause::NORMAL));
        }
        core.happened(ctx, Fact::Parted);
        core.leg(leg).map(|leg| leg.release_port(ctx));
        self.changes.asker_left(core, ctx, leg);
        core.forget_originator(leg);
        self.settle(core, ctx)
    }

    /// Takes a REFER of a leg.
    pub(crate) fn referred(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        (leg, id): (LegId, TransactionId),
        request: &Message,
    ) -> Option<Over> {
        let peer = self.bridge.pair().other(leg).filter(|_| self.transfer.is_none());
        let (transfer, step) = Transfer::begin(core, ctx, (leg, peer), id, request)?;
        self.transfer = Some(transfer);
        self.transfer_step(core, ctx, step)
    }

    /// Takes what a leg that rings for one of the two has come to.
    pub(crate) fn leg_event(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        leg: LegId,
        event: LegEvent,
    ) -> Option<Over> {
        let step = self.transfer.as_mut()?.on_leg_event(core, ctx, leg, event);
        self.transfer_step(core, ctx, step)
    }

    /// Takes that media ports have come for legs that are to ring.
    pub(crate) fn ports_came(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, tried: u64) -> Option<Over> {
        let step = self.transfer.as_mut()?.ports_came(core, ctx, tried);
        self.transfer_step(core, ctx, step)
    }

    /// Ends a ringing that has taken its time.
    pub(crate) fn ring_over(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) -> Option<Over> {
        let step = self.transfer.as_mut()?.ring_over(core, ctx);
        self.transfer_step(core, ctx, step)
    }

    fn transfer_step(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, step: TransferProgress) -> Option<Over> {
        let TransferProgress::Failed(code) = step else { return self.settle(core, ctx) };
        self.transfer.take()?.fail(core, ctx, code);
        matches!(self.bridge, Bridge::Waiting { .. }).then(|| Over::now(ctx, &cause::NORMAL))
    }

    /// Has the target of a transfer take its place, once it has answered and no change of the
    /// session is under way.
    fn settle(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) -> Option<Over> {
        let is_due = self.transfer.as_ref().is_some_and(Transfer::is_answered) && !self.changes.is_open();
        let (pair, target) = self.transfer.take_if(|_| is_due)?.hand_over(core, ctx)?;
        self.bridge = Bridge::Pair(pair);
        self.changes.introduce(core, ctx, self.bridge.pair(), target);
        None
    }

    /// Takes a re-INVITE of a leg.
    pub(crate) fn reinvited(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        asked: (LegId, TransactionId),
        request: &Message,
    ) {
        self.changes.reinvited(core, ctx, self.bridge.pair(), asked, request);
    }

    /// Takes a CANCEL of a leg's re-INVITE.
    pub(crate) fn cancelled(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, invite: TransactionId) {
        self.changes.cancelled(core, ctx, self.bridge.pair(), invite);
        self.settle(core, ctx);
    }

    /// Takes a leg's ACK.
    pub(crate) fn acknowledged(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        leg: LegId,
        ack: &Message,
    ) -> Option<Over> {
        let over = self.changes.acknowledged(core, ctx, self.bridge.pair(), leg, ack);
        over.or_else(|| self.settle(core, ctx))
    }

    /// Takes a response to our re-INVITE of a leg.
    pub(crate) fn on_response(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        invite: (LegId, TransactionId),
        response: &Message,
    ) -> Taken {
        match self.changes.on_response(core, ctx, self.bridge.pair(), invite, response) {
            Taken::Here(over) => Taken::Here(over.or_else(|| self.settle(core, ctx))),
            Taken::Unwanted => Taken::Unwanted,
        }
    }

    /// Takes that our re-INVITE of a leg got no answer, or did not get out.
    pub(crate) fn on_failure(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        invite: (LegId, TransactionId),
        failure: Failure,
    ) -> Option<Over> {
        let over = self.changes.on_failure(core, ctx, self.bridge.pair(), invite, failure);
        over.or_else(|| self.settle(core, ctx))
    }

    /// Sends again what met a re-INVITE of the other side.
    pub(crate) fn glare_over(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        self.changes.glare_over(core, ctx, self.bridge.pair());
        self.settle(core, ctx);
    }

    /// Cancels our re-INVITE, which has had its time.
    pub(crate) fn reoffer_over(&self, ctx: &mut Ctx<'_>) {
        self.changes.reoffer_over(ctx);
    }

    /// Gives up what is under way: the talk ends.
    pub(crate) fn stop(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        self.changes.give_up(core, ctx);
        if let Some(mut transfer) = self.transfer.take() {
            transfer.fail(core, ctx, StatusCode::REQUEST_TERMINATED.code());
        }
    }
}
