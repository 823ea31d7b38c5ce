//! Bridges: who hears whom. A leg is in one at most, and a call has one while somebody talks or
//! waits.
//!
//! | bridge       | a leg joins        | a leg leaves              | a leg takes another's place     |
//! | ------------ | ------------------ | ------------------------- | ------------------------------- |
//! | none         | `Pair` with a peer | –                         | –                               |
//! | `Pair`       | –                  | the other one remains     | `Pair`, the ports joined again  |
//! | `Waiting`    | `Pair`             | nobody remains            | –                               |
//!
//! Who remains may wait for somebody (`Waiting`), or the call ends: that is the owner's decision.

use crate::base::ids::LegId;
use crate::call::core::Core;
use crate::call::fact::Fact;
use crate::context::ctx::Ctx;
use serde::{Deserialize, Serialize};

/// The connection between the legs of a call that talk or wait.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Bridge {
    /// Two legs that hear each other.
    Pair(Pair),
    /// A leg whose peer is gone, for which another one rings.
    Waiting(LegId),
}

/// Two legs that hear each other.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Pair {
    sides: [LegId; 2],
    /// Which of them hold.
    held: [bool; 2],
}

impl Bridge {
    /// Returns the legs in it.
    pub(crate) fn legs(&self) -> &[LegId] {
        match self {
            Self::Pair(pair) => &pair.sides,
            Self::Waiting(leg) => std::slice::from_ref(leg),
        }
    }

    /// Returns the pair, if two hear each other.
    pub(crate) fn pair(&mut self) -> Option<&mut Pair> {
        match self {
            Self::Pair(pair) => Some(pair),
            Self::Waiting(_) => None,
        }
    }
}

impl Pair {
    /// Joins two legs: their media passes from one to the other. `answered` took the call of
    /// `asked`.
    pub(crate) fn join(core: &mut Core<'_>, ctx: &mut Ctx<'_>, asked: LegId, answered: LegId) -> Self {
        core.join(ctx, asked, answered);
        Self { sides: [asked, answered], held: [false; 2] }
    }

    /// Returns the two.
    pub(crate) const fn sides(&self) -> [LegId; 2] {
        self.sides
    }

    /// Returns the other leg; `None` of a leg that is not in it.
    pub(crate) fn other(&self, leg: LegId) -> Option<LegId> {
        let [one, other] = self.sides;
        match leg {
            leg if leg == one => Some(other),
            leg if leg == other => Some(one),
            _ => None,
        }
    }

    /// Tells who holds whom, if that has changed with the sessions.
    pub(crate) fn note_hold(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
        let mut changes = Vec::new();
        for (held, id) in self.held.iter_mut().zip(self.sides) {
            let Some(leg) = core.leg(id) else { continue };
            let holds = leg.session.holds();
            leg.heard |= !holds && leg.session.may_send();
            if std::mem::replace(held, holds) != holds {
                changes.push(Fact::HoldChanged { leg: id, holds });
            }
        }
        changes.into_iter().for_each(|fact| core.happened(ctx, fact));
    }
}
