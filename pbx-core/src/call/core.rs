//! What every feature of a call may see and change: its legs and its record. It knows no feature.

use super::leg::Leg;
use super::legs::Legs;
use crate::base::ids::{DeviceId, LegId, NumberId};
use crate::cdr::Assembly;
use crate::context::ctx::Ctx;
use crate::context::io::Output;
use crate::context::owner::CallRef;
use crate::decision::Final;
use crate::dial_plan::Dialled;
use pbx_media::Command;
use serde::{Deserialize, Serialize};

/// The facts that a call has in every phase, whatever happens in it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CallCore {
    pub(crate) id: CallRef,
    /// Its legs, in the order in which they came.
    pub(crate) legs: Vec<LegId>,
    /// The leg that asked for the call, while that is one of its legs.
    pub(crate) originator: Option<LegId>,
    /// The media thread that owns all ports of the call.
    pub(crate) thread: u8,
    pub(crate) record: Assembly,
    pub(crate) request: Requested,
}

/// The request that an INVITE makes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Requested {
    pub(crate) dialled: Dialled,
    pub(crate) did: Option<NumberId>,
    /// The device that calls.
    pub(crate) device: Option<DeviceId>,
    /// The randomness of the call's script.
    pub(crate) seed: u64,
    /// Why it cannot be carried out at all.
    pub(crate) fault: Option<Final>,
    /// How often the call has passed through us already.
    pub(crate) hops: u32,
    pub(crate) max_forwards: u8,
}

/// A call's legs and record, lent for one input.
pub(crate) struct Core<'a> {
    pub(crate) legs: &'a mut Legs,
    pub(crate) call: &'a mut CallCore,
}

impl Core<'_> {
    /// Returns a leg of this call.
    pub(crate) fn leg(&mut self, id: LegId) -> Option<&mut Leg> {
        let call = self.call.id;
        self.legs.get_mut(id).filter(|leg| leg.call == call)
    }

    /// Returns the leg that asked for the call.
    pub(crate) fn originator(&mut self) -> Option<&mut Leg> {
        self.leg(self.call.originator?)
    }

    /// Returns two different legs at once.
    pub(crate) fn pair(&mut self, one: LegId, other: LegId) -> Option<(&mut Leg, &mut Leg)> {
        self.legs.pair(one, other)
    }

    /// Returns the legs, in the order in which they came.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Leg> {
        self.call.legs.iter().filter_map(|id| self.legs.get(*id))
    }

    /// Takes a new leg in.
    pub(crate) fn add(&mut self, leg: Leg) {
        self.call.legs.push(leg.id);
        self.legs.add(leg);
    }

    /// Passes media between two legs.
    pub(crate) fn join(&mut self, ctx: &mut Ctx<'_>, one: LegId, other: LegId) {
        if let Some((one, other)) = self.pair(one, other)
            && let (Some(a), Some(b)) = (one.port, other.port)
        {
            ctx.out.push(Output::Media(Command::Join { a, b }));
        }
    }

    /// Notes that a leg has left: if it asked for the call, the call has no originator from then
    /// on.
    pub(crate) fn forget_originator(&mut self, leg: LegId) {
        self.call.originator.take_if(|originator| *originator == leg);
    }
}
