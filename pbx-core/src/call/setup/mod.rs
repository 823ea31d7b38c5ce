//! Before anybody talks: the script's turns, the phones that ring, and what the originator hears
//! meanwhile. What one of these brings about goes to the next; none of them knows another.

pub(crate) mod caller;
pub(crate) mod dial;
pub(crate) mod early;
pub(crate) mod facts;
pub(crate) mod moment;
pub(crate) mod routing;

use super::core::Core;
use super::leg::LegState;
use super::verb::lookup::Lookups;
use super::verb::ring::{Rang, Ring, RingProgress};
use crate::base::ids::LegId;
use crate::base::value::Value;
use crate::cause;
use crate::context::ctx::Ctx;
use crate::context::io::Answer;
use crate::context::timers::Timer;
use crate::decision::{Act, Ask, Decider, Final};
use crate::script::ScriptStep;
use caller::CallerAnswers;
use dial::LegEvent;
use early::EarlyMedia;
use facts::{Found, LiveFacts};
use pbx_sip::Message;
use routing::{Finished, Routing};
use serde::{Deserialize, Serialize};

/// The features of a call before anybody talks, each with its own state.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Setup {
    routing: Routing,
    answers: CallerAnswers,
    early: EarlyMedia,
    ring: Ring,
    lookups: Lookups,
}

/// The decision on a call so far.
pub(crate) enum Decided {
    /// Nothing yet, or nothing new.
    Open,
    /// The originator gets this refusal.
    Refused(Final),
    /// The originator talks with this leg, which answered.
    Connected(LegId),
}

impl Setup {
    /// Begins to route the call.
    pub(crate) fn begin(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) -> Decided {
        self.routing.begin(core, ctx);
        self.decide(core, ctx, |decider, facts| decider.begin(facts))
    }

    /// Puts a question to the decider and carries out what it asks for.
    pub(crate) fn decide(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        question: impl FnOnce(&mut Decider, &mut LiveFacts<'_>) -> Ask,
    ) -> Decided {
        let (ask, found) = self.routing.ask(core, ctx, question);
        self.obey(core, ctx, ask, found)
    }

    fn obey(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, ask: Ask, found: Found) -> Decided {
        match ask {
            Ask::Start { program, input } => self.routing.start_script(core, ctx, program, input),
            Ask::Resume { outcome } => self.routing.resume_script(core, ctx, outcome),
            Ask::Do(Act::Ring { timeout_s, .. }) => {
                self.routing.promise(core, ctx);
                let Some(peer) = core.call.originator else { return Decided::Open };
                let rang = self.ring.start(core, ctx, peer, found, timeout_s);
                return self.rang(core, ctx, rang);
            }
            Ask::Do(Act::Lookup { source, args }) => {
                let outcome = self.lookups.start(core, ctx, &source, args);
                return self.verb_ended(core, ctx, outcome);
            }
            Ask::Wait => {}
            Ask::End(answer) => return self.conclude(core, ctx, answer),
        }
        Decided::Open
    }

    fn verb_ended(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, outcome: Option<Value>) -> Decided {
        match outcome {
            Some(outcome) => self.decide(core, ctx, |decider, facts| decider.outcome(facts, outcome)),
            None => Decided::Open,
        }
    }

    fn rang(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, rang: Rang) -> Decided {
        self.legs_ended(core, ctx, rang.stopped);
        match rang.progress {
            RingProgress::Waits => Decided::Open,
            RingProgress::Outcome(outcome) => self.verb_ended(core, ctx, Some(outcome)),
            RingProgress::Impossible(why) => {
                self.decide(core, ctx, |decider, facts| decider.stopped(facts, Final::of(why)))
            }
        }
    }

    fn legs_ended(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, legs: Vec<LegId>) {
        for leg in legs {
            self.early.leg_ended(core, ctx, &mut self.answers, leg);
        }
    }

    /// Ends what was under way for the decision: it is made.
    fn conclude(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, answer: Final) -> Decided {
        self.routing.stop(core, ctx);
        self.lookups.stop(core, ctx);
        if answer.code == 200 {
            self.routing.promise(core, ctx);
            let nobody = || Decided::Refused(Final::of(&cause::FAR_END_FAILED));
            return self.ring.take_winner().map_or_else(nobody, Decided::Connected);
        }
        let stopped = self.ring.stop(core, ctx);
        self.legs_ended(core, ctx, stopped);
        Decided::Refused(answer)
    }

    /// Takes from the script host what the script did with its turn.
    pub(crate) fn script_replied(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, step: ScriptStep) -> Decided {
        if !self.routing.takes_turn(core, ctx, &step) {
            return Decided::Open;
        }
        self.decide(core, ctx, |decider, facts| decider.script(facts, step))
    }

    /// Takes a source's answer.
    pub(crate) fn source_answered(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, answer: Answer) -> Decided {
        let outcome = self.lookups.answered(core, ctx, answer);
        self.verb_ended(core, ctx, outcome)
    }

    /// Takes that ports have come from a media thread, or none can; `tried` has its bit then.
    pub(crate) fn ports_came(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, tried: u64) -> Decided {
        let rang = self.ring.ports_came(core, ctx, tried);
        self.rang(core, ctx, rang)
    }

    /// Takes what a leg that we ring has come to; `response` said so, if one did.
    pub(crate) fn leg_event(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        (leg, event): (LegId, LegEvent),
        response: Option<&Message>,
    ) -> Decided {
        match event {
            LegEvent::Goes | LegEvent::Unwanted => Decided::Open,
            LegEvent::Rings => {
                if let Some(response) = response.filter(|_| !self.routing.is_over()) {
                    self.early.leg_rings(core, ctx, &mut self.answers, leg, response);
                }
                Decided::Open
            }
            LegEvent::Answered => {
                let rang = self.ring.answered(core, ctx, leg);
                self.rang(core, ctx, rang)
            }
            LegEvent::Failed(code) => {
                let rang = self.ring.failed(core, ctx, leg, code);
                let decided = self.rang(core, ctx, rang);
                self.legs_ended(core, ctx, vec![leg]);
                decided
            }
        }
    }

    /// Takes that the originator hangs up before an answer.
    pub(crate) fn caller_gave_up(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) -> Decided {
        if !caller::is_waiting(core) {
            return Decided::Open;
        }
        self.decide(core, ctx, |decider, facts| decider.cancelled(facts))
    }

    /// Carries a timer out.
    pub(crate) fn due(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, timer: Timer) -> Decided {
        match timer {
            Timer::LocalRinging(_) => self.ring_locally(core, ctx),
            Timer::ScriptSilent(_) => match self.routing.missed_turn(core, ctx) {
                Some(fault) => self.decide(core, ctx, |decider, facts| decider.script(facts, fault)),
                None => Decided::Open,
            },
            Timer::RingOver(_) => {
                let rang = self.ring.over(core, ctx);
                self.rang(core, ctx, rang)
            }
            Timer::LookupOver(_) => {
                let outcome = self.lookups.over(core, ctx);
                self.verb_ended(core, ctx, outcome)
            }
            _ => Decided::Open,
        }
    }

    /// Has the originator hear ringing: the script has asked for no action in time.
    fn ring_locally(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) -> Decided {
        let is_new = core.originator().is_some_and(|caller| caller.state == LegState::Trying);
        if !is_new || self.routing.is_over() {
            return Decided::Open;
        }
        let decided = self.decide(core, ctx, |decider, facts| {
            decider.local_ringing(facts);
            Ask::Wait
        });
        self.routing.promise(core, ctx);
        self.answers.ring(core, ctx);
        decided
    }

    /// Returns what the originator has heard so far.
    pub(crate) const fn early(&self) -> &EarlyMedia {
        &self.early
    }

    /// Returns the end of the decision, for the record.
    ///
    /// # Errors
    /// When a step has no JSON.
    pub(crate) fn finish(&mut self) -> serde_json::Result<Finished> {
        self.routing.finish()
    }
}
