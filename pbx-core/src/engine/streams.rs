//! Which calls have legs on streams: the loss of a connection is looked for in them, not in every
//! call.

use crate::base::ids::CallId;
use crate::call::core::Core;
use crate::call::leg::{Leg, LegState};
use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;

/// The calls with legs on streams, by where those lead.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    calls: HashMap<SocketAddr, BTreeSet<CallId>>,
    /// The entries of `calls` for a call, so that they can be taken out again.
    of_call: HashMap<CallId, Vec<SocketAddr>>,
}

impl Streams {
    /// Looks where the streams of a call lead now. Cheap where nothing has changed.
    pub(crate) fn note(&mut self, core: &Core<'_>) {
        let id = core.call.id.call;
        let known = self.of_call.get(&id).map_or(&[][..], Vec::as_slice);
        if known.iter().copied().eq(streams(core)) {
            return;
        }
        self.forget(id);
        let now: Vec<SocketAddr> = streams(core).collect();
        for address in &now {
            self.calls.entry(*address).or_default().insert(id);
        }
        if !now.is_empty() {
            self.of_call.insert(id, now);
        }
    }

    /// Forgets a call that is over.
    pub(crate) fn forget(&mut self, id: CallId) {
        for address in self.of_call.remove(&id).unwrap_or_default() {
            let Some(calls) = self.calls.get_mut(&address) else { continue };
            calls.remove(&id);
            if calls.is_empty() {
                self.calls.remove(&address);
            }
        }
    }

    /// Returns how many calls are on streams.
    pub(crate) fn len(&self) -> usize {
        self.of_call.len()
    }

    /// Returns the calls with a stream that leads there, the oldest first.
    pub(crate) fn to(&self, address: SocketAddr) -> Vec<CallId> {
        self.calls.get(&address).into_iter().flatten().copied().collect()
    }
}

/// Lists where the streams of a call's legs lead that are not over.
fn streams(core: &Core<'_>) -> impl Iterator<Item = SocketAddr> {
    let on_one = |leg: &&Leg| leg.flow.transport.is_reliable() && leg.state != LegState::Gone;
    core.all().filter(on_one).map(|leg| leg.flow.remote)
}
