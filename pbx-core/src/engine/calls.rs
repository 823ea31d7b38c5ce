//! The calls of an engine and their legs: who is found by what, and when one is forgotten.

use super::admission::Running;
use super::streams::Streams;
use crate::base::ids::{CallId, LegId, TenantId};
use crate::base::token;
use crate::call::Call;
use crate::call::core::{CallCore, Core};
use crate::call::leg::Leg;
use crate::call::legs::Legs;
use crate::context::ctx::Ctx;
use crate::context::shared::Shared;
use pbx_sip::Message;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::net::SocketAddr;

/// A call as an engine keeps it: what every feature may see, and the features.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptCall {
    core: CallCore,
    call: Call,
}

/// The calls of an engine, and their legs.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(from = "FrozenCalls")]
pub(crate) struct Calls {
    map: HashMap<CallId, Box<KeptCall>>,
    legs: Legs,
    #[serde(skip)]
    running: Running,
    #[serde(skip)]
    streams: Streams,
}

/// The calls as they are frozen: what is counted is counted again.
#[derive(Deserialize)]
struct FrozenCalls {
    map: HashMap<CallId, Box<KeptCall>>,
    legs: Legs,
}

impl From<FrozenCalls> for Calls {
    fn from(FrozenCalls { map, mut legs }: FrozenCalls) -> Self {
        let (mut running, mut streams) = (Running::default(), Streams::default());
        let mut kept: Vec<_> = map.into_iter().collect();
        for (_, kept) in &mut kept {
            if !kept.core.record.is_over() {
                running.began(&kept.core);
            }
            streams.note(&Core { legs: &mut legs, call: &mut kept.core });
        }
        Self { map: kept.into_iter().collect(), legs, running, streams }
    }
}

impl Calls {
    /// Returns how many calls there are.
    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// Returns every leg, to be read.
    pub(crate) const fn legs(&self) -> &Legs {
        &self.legs
    }

    /// Returns a leg.
    pub(crate) fn leg(&mut self, id: LegId) -> Option<&mut Leg> {
        self.legs.get_mut(id)
    }

    /// Returns the calls that go on, counted by whose they are.
    pub(crate) const fn running(&self) -> &Running {
        &self.running
    }

    /// Returns every call, the oldest first.
    pub(crate) fn ids(&self) -> Vec<CallId> {
        let mut ids: Vec<CallId> = self.map.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// Returns the calls with a leg on a stream that leads there, the oldest first.
    pub(crate) fn on_streams_to(&self, address: SocketAddr) -> Vec<CallId> {
        self.streams.to(address)
    }

    /// Returns how many calls have legs on streams.
    pub(crate) fn on_streams(&self) -> usize {
        self.streams.len()
    }

    /// Returns the leg whose dialog a received message is of: our tag leads to it, and Call-ID and
    /// the other tag are its own (RFC 3261 §12).
    pub(crate) fn leg_of(&self, shared: &Shared, message: &Message) -> Option<LegId> {
        let (from, to) = (message.from_addr().ok()?, message.to_addr().ok()?);
        let (ours, theirs) = if message.is_request() { (to, from) } else { (from, to) };
        let leg = shared.tags.get(&token::random_of(ours.tag()?)?).copied()?;
        let id = self.legs.get(leg)?.dialog.as_ref()?.id();
        let is_its = id.remote_tag == theirs.tag().unwrap_or_default() && message.call_id().ok()? == id.call_id;
        is_its.then_some(leg)
    }

    /// Does something with a tenant's call; another tenant's is not there.
    pub(crate) fn with_call_of<R>(
        &mut self,
        ctx: &mut Ctx<'_>,
        tenant: TenantId,
        id: CallId,
        f: impl FnOnce(&mut Call, &mut Core<'_>, &mut Ctx<'_>) -> R,
    ) -> Option<R> {
        self.map.get(&id).filter(|kept| kept.core.id.tenant == tenant)?;
        self.with_call(ctx, id, f)
    }

    /// Does something with the call of a leg; `None` if there is no such leg.
    pub(crate) fn with_leg<R>(
        &mut self,
        ctx: &mut Ctx<'_>,
        leg: LegId,
        f: impl FnOnce(&mut Call, &mut Core<'_>, &mut Ctx<'_>) -> R,
    ) -> Option<R> {
        self.with_call(ctx, self.legs.call_of(leg)?, f)
    }

    /// Does something with a call, and forgets the call and its legs if nothing is left of it;
    /// `None` if there is no such call.
    pub(crate) fn with_call<R>(
        &mut self,
        ctx: &mut Ctx<'_>,
        id: CallId,
        f: impl FnOnce(&mut Call, &mut Core<'_>, &mut Ctx<'_>) -> R,
    ) -> Option<R> {
        let KeptCall { core, call } = self.map.get_mut(&id)?.as_mut();
        let went_on = !core.record.is_over();
        let mut core = Core { legs: &mut self.legs, call: core };
        let result = f(call, &mut core, ctx);
        if went_on && core.call.record.is_over() {
            self.running.ended(core.call);
        }
        if call.is_done(&core) {
            self.streams.forget(id);
            self.forget(id);
        } else {
            self.streams.note(&core);
        }
        Some(result)
    }

    fn forget(&mut self, id: CallId) {
        let legs = self.map.remove(&id).map(|kept| kept.core.legs).unwrap_or_default();
        legs.into_iter().for_each(|leg| self.legs.forget(leg));
    }

    /// Takes a new call in and has it begin.
    pub(crate) fn begin(&mut self, ctx: &mut Ctx<'_>, core: CallCore) {
        let id = core.id.call;
        self.running.began(&core);
        self.map.insert(id, Box::new(KeptCall { core, call: Call::default() }));
        self.with_call(ctx, id, Call::begin);
    }

    /// Takes the leg of a new call in.
    pub(crate) fn add_leg(&mut self, leg: Leg) {
        self.legs.add(leg);
    }
}
