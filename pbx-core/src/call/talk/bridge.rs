//! Bridges: who hears whom. A leg is in one at most, and a call has one while its legs talk or
//! wait.
//!
//! | bridge    | another leg joins                     | a leg leaves                         |
//! | --------- | ------------------------------------- | ------------------------------------ |
//! | none      | `Pair`                                | –                                    |
//! | `Pair`    | `Pair` of it and the one that stays   | who remains waits, or the talk ends  |
//! | `Waiting` | `Pair` of it and the one that waits   | the talk ends                        |

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
    /// A leg whose peer has left, for which another one rings.
    Waiting { leg: LegId, was: Pair },
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
            Self::Waiting { leg, .. } => std::slice::from_ref(leg),
        }
    }

    /// Returns the two who hear each other, or did last.
    pub(crate) fn pair(&mut self) -> &mut Pair {
        match self {
            Self::Pair(pair) | Self::Waiting { was: pair, .. } => pair,
        }
    }

    /// Has the other leg wait after this one has left; returns `false` if there is none.
    pub(crate) fn leave(&mut self, leg: LegId) -> bool {
        let Self::Pair(pair) = self else { return false };
        let Some(other) = pair.other(leg) else { return false };
        *self = Self::Waiting { leg: other, was: *pair };
        true
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

    /// Notes which side holds, if that has changed with the sessions.
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
