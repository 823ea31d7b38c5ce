//! What happens to a call, said once and folded into everything that reads it.
//!
//! | fact         | the record          | the journal    | the bus          |
//! | ------------ | ------------------- | -------------- | ---------------- |
//! | Started      | its first leg       | `CallStarted`  | `CallStarted`    |
//! | Decided      | –                   | `CallDecided`  | –                |
//! | LegStarted   | a leg               | –              | `LegStarted`     |
//! | CallerRings  | the leg rings       | –              | –                |
//! | LegRinging   | the leg rings       | –              | `LegRinging`     |
//! | LegAnswered  | the leg's answer    | –              | –                |
//! | LegFailed    | the leg's end       | –              | `LegFailed`      |
//! | LegEnded     | the leg's end       | –              | –                |
//! | Connected    | a segment begins    | `CallAnswered` | `Answered`       |
//! | Transferred  | the next segment    | `CallTransferred` | `Transferred` |
//! | Parted       | the segment ends    | –              | –                |
//! | HoldChanged  | –                   | –              | `Held`, `Resumed` |
//! | HangsUp      | who hung up         | –              | –                |
//! | Ended        | the end             | `CallEnded`    | `CallEnded`      |

use super::core::{CallCore, Core};
use super::leg::Leg;
use crate::base::ids::{CallId, LegId, TenantId};
use crate::base::time::Now;
use crate::cdr::Ending;
use crate::context::ctx::Ctx;
use crate::context::owner::CallRef;
use crate::decision::{Decision, Said};
use crate::event::{EventKind, Party};
use crate::journal::{CallAnswer, Entry};

/// Something that happened to a call.
pub(crate) enum Fact<'a> {
    /// These steps of the decision are to be acted upon; the first `after` steps were reported
    /// before.
    Decided { after: usize, steps: Decision<Said> },
    /// We ring a leg.
    LegStarted { leg: LegId, party: Party, sip_call_id: String },
    /// The originator hears that it rings somewhere.
    CallerRings { leg: LegId },
    /// A leg that we ring says so.
    LegRinging { leg: LegId },
    /// A leg was answered.
    LegAnswered { leg: LegId },
    /// A leg that we rang ended without an answer.
    LegFailed { leg: LegId, code: u16 },
    /// A leg is over; `code` is its INVITE's final answer, if that was not 200.
    LegEnded { leg: LegId, code: u16 },
    /// Two legs talk. `by` answered, on leg `b`.
    Connected { a: LegId, b: LegId, by: Party, sip_call_id: String },
    /// `leg` takes the place of the one that `stays` has talked with.
    Transferred { stays: LegId, leg: LegId, by: Party, sip_call_id: String },
    /// One of the two who talk has left, and the other waits.
    Parted,
    /// A leg puts the other side on hold, or no longer does.
    HoldChanged { leg: LegId, holds: bool },
    /// A leg hangs up.
    HangsUp { leg: LegId },
    /// The call is over, as of this moment.
    Ended { ending: &'a Ending<'a>, at: Now },
}

impl Core<'_> {
    /// Folds a fact into the record, the journal and the bus.
    pub(crate) fn happened(&mut self, ctx: &mut Ctx<'_>, fact: Fact<'_>) {
        let now = ctx.now();
        let record = &mut self.call.record;
        match fact {
            Fact::Decided { after, steps } => {
                self.promise(ctx, |call, tenant| Entry::CallDecided { call, tenant, after, decision: Box::new(steps) })
            }
            Fact::LegStarted { leg, party, sip_call_id } => {
                record.leg_started(leg, party.clone(), sip_call_id, now.wall);
                self.publish(ctx, EventKind::LegStarted { leg, to: party });
            }
            Fact::CallerRings { leg } => record.leg_ringing(leg, now.wall),
            Fact::LegRinging { leg } => {
                record.leg_ringing(leg, now.wall);
                self.publish(ctx, EventKind::LegRinging { leg });
            }
            Fact::LegAnswered { leg } => record.leg_answered(leg, now.wall),
            Fact::LegFailed { leg, code } => {
                record.leg_ended(leg, code, now.wall);
                self.publish(ctx, EventKind::LegFailed { leg, code });
            }
            Fact::LegEnded { leg, code } => record.leg_ended(leg, code, now.wall),
            Fact::Connected { a, b, by, sip_call_id } => self.connected(ctx, (a, b), by, sip_call_id),
            Fact::Transferred { stays, leg, by, sip_call_id } => {
                let answer = CallAnswer { by: by.clone(), at: now.wall, callee: leg, sip_call_id };
                record.connected(stays, leg, by.clone(), now);
                self.promise(ctx, |call, tenant| Entry::CallTransferred { call, tenant, stays, answer });
                self.publish(ctx, EventKind::Transferred { stays, leg, by });
            }
            Fact::Parted => record.parted(now.wall),
            Fact::HoldChanged { leg, holds: true } => self.publish(ctx, EventKind::Held { leg }),
            Fact::HoldChanged { leg, holds: false } => self.publish(ctx, EventKind::Resumed { leg }),
            Fact::HangsUp { leg } => record.hangs_up(leg),
            Fact::Ended { ending, at } => self.ended(ctx, ending, at),
        }
    }

    /// Publishes an event about this call that nothing else reads.
    pub(crate) fn publish(&self, ctx: &mut Ctx<'_>, kind: EventKind) {
        ctx.publish(self.call.id.tenant, Some(self.call.id.call), kind);
    }

    fn promise(&self, ctx: &mut Ctx<'_>, entry: impl FnOnce(CallId, TenantId) -> Entry) {
        ctx.journal(entry(self.call.id.call, self.call.id.tenant));
    }

    fn connected(&mut self, ctx: &mut Ctx<'_>, (a, b): (LegId, LegId), by: Party, sip_call_id: String) {
        let now = ctx.now();
        let answer = CallAnswer { by: by.clone(), at: now.wall, callee: b, sip_call_id };
        self.promise(ctx, |call, tenant| Entry::CallAnswered { call, tenant, answer });
        self.call.record.connected(a, b, by.clone(), now);
        self.publish(ctx, EventKind::Answered { leg: b, by });
    }

    fn ended(&mut self, ctx: &mut Ctx<'_>, ending: &Ending<'_>, at: Now) {
        self.call.record.ended(ending, at);
        let (disposition, sip_code) = (ending.disposition, ending.sip_code);
        let cause = || ending.cause.to_owned();
        self.promise(ctx, |call, tenant| Entry::CallEnded {
            call,
            tenant,
            disposition,
            cause: cause(),
            sip_code,
            at: at.wall,
        });
        self.publish(ctx, EventKind::CallEnded { disposition, cause: cause() });
    }
}

impl CallCore {
    /// Begins the record, the journal and the bus of a call that this leg asks for.
    pub(crate) fn started(&mut self, ctx: &mut Ctx<'_>, leg: &Leg, sip_call_id: String) {
        let (at, CallRef { tenant, call }) = (ctx.now().wall, self.id);
        let record = &mut self.record;
        record.leg_started(leg.id, leg.party.clone(), sip_call_id.clone(), at);
        let (from, direction, dialled) = (record.from().clone(), record.direction(), record.dialled().to_owned());
        ctx.journal(Entry::CallStarted {
            call,
            tenant,
            caller: leg.id,
            sip_call_id: sip_call_id.clone(),
            direction,
            from: from.clone(),
            dialled: dialled.clone(),
            at,
        });
        ctx.publish(tenant, Some(call), EventKind::CallStarted { direction, from, dialled, sip_call_id });
    }
}
