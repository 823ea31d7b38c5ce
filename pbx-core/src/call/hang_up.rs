//! The end of legs.

use super::core::Core;
use super::fact::Fact;
use super::leg::LegState;
use crate::base::ids::LegId;
use crate::context::ctx::Ctx;

impl Core<'_> {
    /// Ends a leg that we ring or that was answered, however far it came.
    pub(crate) fn hang_up(&mut self, ctx: &mut Ctx<'_>, id: LegId, reason: Option<&str>) {
        let Some(leg) = self.leg(id) else { return };
        let fact = match leg.state {
            LegState::Trying | LegState::Ringing => {
                if let Some(transaction) = leg.transaction {
                    ctx.cancel(transaction, reason);
                }
                leg.gone(ctx);
                Fact::LegFailed { leg: id, code: 487 }
            }
            LegState::Talking => {
                leg.bye(ctx, reason);
                Fact::LegEnded { leg: id, code: 200 }
            }
            LegState::Leaving | LegState::Gone => return,
        };
        leg.release_port(ctx);
        self.happened(ctx, fact);
    }

    /// Ends every leg but the originator's.
    pub(crate) fn hang_up_all(&mut self, ctx: &mut Ctx<'_>, reason: Option<&str>) {
        let originator = self.call.originator;
        for leg in self.call.legs.clone().into_iter().filter(|leg| Some(*leg) != originator) {
            self.hang_up(ctx, leg, reason);
        }
    }

    /// Gives every port back; their reports come later.
    pub(crate) fn release_ports(&mut self, ctx: &mut Ctx<'_>) {
        for leg in self.call.legs.clone() {
            self.leg(leg).map(|leg| leg.release_port(ctx));
        }
    }
}
