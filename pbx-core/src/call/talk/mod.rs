//! While somebody talks: who hears whom, changes of the session, and whether both are still there.

pub(crate) mod bridge;
pub(crate) mod connect;
pub(crate) mod presence;
pub(crate) mod reinvite;

use super::core::Core;
use crate::base::ids::LegId;
use crate::cause;
use crate::context::ctx::Ctx;
use bridge::{Bridge, Pair};
use pbx_sip::Message;
use pbx_sip::transaction::{Failure, TransactionId};
use presence::Over;
use reinvite::{SessionChanges, Taken};
use serde::{Deserialize, Serialize};

/// A talk: the bridge between those who have it, and the change of a session that is under way.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Talk {
    bridge: Bridge,
    changes: SessionChanges,
}

impl Talk {
    /// Begins with two who hear each other.
    pub(crate) fn new(pair: Pair) -> Self {
        Self { bridge: Bridge::Pair(pair), changes: SessionChanges::default() }
    }

    /// Returns the legs that talk or wait.
    pub(crate) fn legs(&self) -> &[LegId] {
        self.bridge.legs()
    }

    /// Returns the two who hear each other, or did last.
    pub(crate) fn pair(&mut self) -> [LegId; 2] {
        self.bridge.pair().sides()
    }

    /// Takes that a leg hangs up: a talk is over when the leg that remains waits for nobody.
    pub(crate) fn leaves(&mut self, ctx: &Ctx<'_>) -> Option<Over> {
        Some(Over::now(ctx, &cause::NORMAL))
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
    }

    /// Takes a leg's ACK.
    pub(crate) fn acknowledged(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        leg: LegId,
        ack: &Message,
    ) -> Option<Over> {
        self.changes.acknowledged(core, ctx, self.bridge.pair(), leg, ack)
    }

    /// Takes a response to our re-INVITE of a leg.
    pub(crate) fn on_response(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        invite: (LegId, TransactionId),
        response: &Message,
    ) -> Taken {
        self.changes.on_response(core, ctx, self.bridge.pair(), invite, response)
    }

    /// Takes that our re-INVITE of a leg got no answer, or did not get out.
    pub(crate) fn on_failure(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        invite: (LegId, TransactionId),
        failure: Failure,
    ) -> Option<Over> {
        self.changes.on_failure(core, ctx, self.bridge.pair(), invite, failure)
    }

    /// Sends again what met a re-INVITE of the other side.
    pub(crate) fn glare_over(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        self.changes.glare_over(core, ctx, self.bridge.pair());
    }

    /// Cancels our re-INVITE, which has had its time.
    pub(crate) fn reoffer_over(&self, ctx: &mut Ctx<'_>) {
        self.changes.reoffer_over(ctx);
    }

    /// Gives up what is under way: the talk ends.
    pub(crate) fn stop(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        self.changes.give_up(core, ctx);
    }
}
