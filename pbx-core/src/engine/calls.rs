//! The calls of an engine: who is found by what, and when one is forgotten.

use crate::base::ids::{CallId, TenantId};
use crate::base::token;
use crate::call::state::Call;
use crate::context::cx::Cx;
use crate::context::shared::Shared;
use crate::engine::admission::Running;
use crate::engine::streams::Streams;
use pbx_sip::Message;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::net::SocketAddr;

/// The calls of an engine.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub(crate) struct Calls {
    map: HashMap<CallId, Box<Call>>,
    #[serde(skip)]
    running: Running,
    #[serde(skip)]
    streams: Streams,
}

/// The calls as they are frozen: what is counted is counted again.
#[derive(Deserialize)]
struct Kept {
    map: HashMap<CallId, Box<Call>>,
}

impl From<Kept> for Calls {
    fn from(Kept { map }: Kept) -> Self {
        let (mut running, mut streams) = (Running::default(), Streams::default());
        map.values().filter(|call| !call.record.is_over()).for_each(|call| running.began(call));
        map.values().for_each(|call| streams.note(call));
        Self { map, running, streams }
    }
}

impl Calls {
    /// Every call.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Call> {
        self.map.values().map(AsRef::as_ref)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// Those that go on, counted by whose they are.
    pub(crate) const fn running(&self) -> &Running {
        &self.running
    }

    /// The calls of this kind, the oldest first.
    pub(crate) fn ids_of(&self, is_one: impl Fn(&Call) -> bool) -> Vec<CallId> {
        let mut ids: Vec<CallId> = self.map.iter().filter(|(_, call)| is_one(call)).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    /// The calls with a leg on a stream that leads there, the oldest first.
    pub(crate) fn on_streams_to(&self, address: SocketAddr) -> Vec<CallId> {
        self.streams.to(address)
    }

    /// How many calls have legs on streams.
    pub(crate) fn on_streams(&self) -> usize {
        self.streams.len()
    }

    /// The leg whose dialog a received message is of: our tag leads to it, and Call-ID and the other tag are its own (RFC 3261
    /// §12).
    pub(crate) fn leg_of(&self, shared: &Shared, message: &Message) -> Option<(CallId, u16)> {
        let (from, to) = (message.from_addr().ok()?, message.to_addr().ok()?);
        let (ours, theirs) = if message.is_request() { (to, from) } else { (from, to) };
        let (call, no) = shared.tags.get(&token::random_of(ours.tag()?)?).copied()?;
        let id = self.map.get(&call)?.legs.get(usize::from(no))?.dialog.as_ref()?.id();
        let is_its = id.remote_tag == theirs.tag().unwrap_or_default() && message.call_id().ok()? == id.call_id;
        is_its.then_some((call, no))
    }

    /// Does something with a tenant's call; another tenant's is not there.
    pub(crate) fn with_call<R>(
        &mut self,
        cx: &mut Cx<'_>,
        tenant: TenantId,
        id: CallId,
        f: impl FnOnce(&mut Call, &mut Cx<'_>) -> R,
    ) -> Option<R> {
        self.map.get(&id).filter(|call| call.owner.tenant == tenant)?;
        self.with_any_call(cx, id, f)
    }

    /// Does something with a call, and forgets the call if nothing is left of it. None: there is no such call.
    pub(crate) fn with_any_call<R>(
        &mut self,
        cx: &mut Cx<'_>,
        id: CallId,
        f: impl FnOnce(&mut Call, &mut Cx<'_>) -> R,
    ) -> Option<R> {
        let call = self.map.get_mut(&id)?;
        let went_on = !call.record.is_over();
        let result = f(call, cx);
        if went_on && call.record.is_over() {
            self.running.ended(call);
        }
        if call.is_done() {
            self.map.remove(&id);
            self.streams.forget(id);
        } else {
            self.streams.note(call);
        }
        Some(result)
    }

    /// Takes a new call in, unless it is over already.
    pub(crate) fn keep(&mut self, call: Call) {
        if !call.record.is_over() {
            self.running.began(&call);
        }
        if !call.is_done() {
            self.streams.note(&call);
            self.map.insert(call.owner.call, Box::new(call));
        }
    }
}
