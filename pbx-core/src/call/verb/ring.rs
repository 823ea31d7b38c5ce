//! `ring`: ring people until one answers.

use super::{ArgKind, ArgSpec, OutcomeSpec, VerbSpec};
use crate::base::ids::{LegId, PersonId};
use crate::base::value::Value;
use crate::call::core::Core;
use crate::call::setup::dial::{ELSEWHERE, dial};
use crate::call::setup::facts::{Fork, Found};
use crate::cause::{self, Cause};
use crate::context::ctx::Ctx;
use crate::context::stock::{Supply, ports_left};
use crate::context::timers::Timer;
use crate::decision::{RING_SECONDS, outcome};
use crate::event::EventKind;
use crate::registrar::Target;
use crate::template::MAX_DESTINATIONS;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The verb as scripts see it.
pub const SPEC: VerbSpec = VerbSpec {
    name: "ring",
    doc: "Rings every device of every target at once. The first answer wins and is connected with the caller; \
          the others stop ringing. The script ends here when somebody answers or the caller hangs up. Else it goes on \
          with how the ringing ended, and with `code`, the SIP code that stands for it.",
    args: &[
        ArgSpec {
            name: "targets",
            doc: "Who rings. An extension that nobody has counts as unreachable.",
            kind: ArgKind::Extensions { max: MAX_DESTINATIONS },
            required: true,
        },
        ArgSpec {
            name: "timeout",
            doc: "Seconds of ringing. Without it: the server's setting `ring-timeout-s`.",
            kind: ArgKind::Integer { min: *RING_SECONDS.start(), max: *RING_SECONDS.end() },
            required: false,
        },
    ],
    outcomes: &[
        OutcomeSpec { status: "busy", doc: "A device was busy (486 or 600), and none declined or gave up." },
        OutcomeSpec {
            status: "no-answer",
            doc: "The time is up (480), or a device gave up (480, 408 or 487) and none declined.",
        },
        OutcomeSpec { status: "declined", doc: "Somebody declined for all of their devices (603 or 607)." },
        OutcomeSpec {
            status: "unreachable",
            doc: "Nothing rang: nobody has these extensions (404), or no device of theirs can be reached (480); or every \
                  device failed otherwise, and `code` is what the first of them answered.",
        },
    ],
    terminal: false,
    example: r#"local outcome = ring{targets = {"102", "103"}, timeout = 20}"#,
};

/// A `ring`, while it is under way.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ring(Option<Round>);

/// One ringing of some people.
#[derive(Debug, Serialize, Deserialize)]
struct Round {
    /// The leg for which it rings.
    peer: LegId,
    forks: Vec<Ringing>,
    /// Places that are not rung yet: media ports for them are on their way.
    waits: Vec<Fork>,
    /// Media threads that can give no more ports, a bit each.
    tried: u64,
    winner: Option<LegId>,
}

/// A phone that rings.
#[derive(Debug, Serialize, Deserialize)]
struct Ringing {
    /// The leg; another one once it is rung by its next flow.
    leg: LegId,
    /// Whose phone it is.
    person: Option<PersonId>,
    /// The SIP code that the leg ended with, if it did.
    code: Option<u16>,
    /// The phone's other flows, the best first.
    others: Vec<Target>,
}

/// The progress of a ring.
pub(crate) enum RingProgress {
    /// It goes on, or there is none.
    Waits,
    /// It is over, with this outcome for the script.
    Outcome(Value),
    /// It cannot be carried out.
    Impossible(&'static Cause),
}

/// The effect of an event on a ring: legs that it stopped, and the ring's progress.
pub(crate) struct Rang {
    pub(crate) stopped: Vec<LegId>,
    pub(crate) progress: RingProgress,
}

impl From<RingProgress> for Rang {
    fn from(progress: RingProgress) -> Self {
        Self { stopped: Vec::new(), progress }
    }
}

impl Round {
    /// Returns the outcome once every leg has ended: busy if all were, declined if anybody refused
    /// for everybody, no answer if anybody could have answered.
    fn result(&self) -> Value {
        let codes: Vec<u16> = self.forks.iter().filter_map(|fork| fork.code).collect();
        let find = |wanted: &[u16]| codes.iter().copied().find(|code| wanted.contains(code));
        let all_busy = codes.iter().all(|code| matches!(code, 486 | 600));
        if let (true, Some(code)) = (all_busy, codes.first()) {
            return outcome("busy", Some(*code));
        }
        if let Some(code) = find(&[603, 607]) {
            return outcome("declined", Some(code));
        }
        if let Some(code) = find(&[480, 408, 487]) {
            return outcome("no-answer", Some(code));
        }
        match find(&[486, 600]) {
            Some(code) => outcome("busy", Some(code)),
            None => outcome("unreachable", codes.first().copied()),
        }
    }

    /// Returns the legs that ring or rang.
    fn legs(&self) -> impl Iterator<Item = LegId> {
        self.forks.iter().map(|fork| fork.leg)
    }

    fn fork_of(&mut self, leg: LegId) -> Option<&mut Ringing> {
        self.forks.iter_mut().find(|fork| fork.leg == leg)
    }

    /// Rings a phone by its next flow, if this one did not lead to it (RFC 5626 §5.3); returns
    /// whether there is one.
    fn ring_next_flow(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, leg: LegId, code: u16) -> bool {
        let party = core.leg(leg).map(|leg| leg.party.clone());
        let peer = self.peer;
        let (Some(party), Some(fork)) = (party, self.fork_of(leg)) else { return false };
        if !matches!(code, 408 | 430 | 503) {
            return false;
        }
        while !fork.others.is_empty() {
            let target = fork.others.remove(0);
            if let Some(next) = dial(core, ctx, Fork { party: party.clone(), target }, peer) {
                fork.leg = next;
                return true;
            }
        }
        false
    }

    /// Notes with which code a leg ended; returns the legs for which that speaks as well: a 6xx is
    /// the word of a person for all their phones (RFC 3261 §16.7 step 5), not of others that ring.
    fn note(&mut self, leg: LegId, code: u16) -> Option<Vec<LegId>> {
        let fork = self.fork_of(leg)?;
        fork.code = Some(code);
        let person = fork.person;
        let mut others = Vec::new();
        if code >= 600 {
            for fork in self.forks.iter_mut().filter(|fork| fork.code.is_none() && fork.person == person) {
                fork.code = Some(code);
                others.push(fork.leg);
            }
        }
        Some(others)
    }
}

impl Ring {
    /// Rings every place that the destinations were resolved to, for the leg `peer`.
    pub(crate) fn start(
        &mut self,
        core: &mut Core<'_>,
        ctx: &mut Ctx<'_>,
        peer: LegId,
        found: Found,
        timeout_s: u32,
    ) -> Rang {
        if found.forks.is_empty() {
            let code = if found.is_assigned { 480 } else { 404 };
            return RingProgress::Outcome(outcome("unreachable", Some(code))).into();
        }
        let until = ctx.now().mono + Duration::from_secs(u64::from(timeout_s));
        let waits: Vec<Fork> = found.forks.into_iter().take(ctx.world.settings.max_forks).collect();
        ctx.shared.timers.start(Timer::RingOver(core.call.id.call), until);
        self.0 = Some(Round { peer, forks: Vec::with_capacity(waits.len()), waits, tried: 0, winner: None });
        self.ports_came(core, ctx, 0)
    }

    /// Rings the places that are not rung yet, as many as its company has ports for. While ports
    /// are on their way from a media thread it waits for them; `tried` has the bit of a thread that
    /// can give no more.
    pub(crate) fn ports_came(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, tried: u64) -> Rang {
        let Some(round) = self.0.as_mut().filter(|round| !round.waits.is_empty()) else {
            return RingProgress::Waits.into();
        };
        round.tried |= tried;
        let (call, has_port) = (core.call.id, core.leg(round.peer).is_some_and(|peer| peer.port.is_some()));
        let callers = usize::from(!has_port);
        let room = ports_left(ctx.world, &ctx.shared.stock, call.tenant);
        round.waits.truncate(room.saturating_sub(callers));
        if round.waits.is_empty() {
            return self.gives_up(core, ctx, &cause::TENANT_PORTS);
        }
        let at = has_port.then_some(core.call.thread);
        match ctx.shared.stock.supply(call.call, round.waits.len() + callers, at, round.tried) {
            Supply::Wait => return RingProgress::Waits.into(),
            Supply::From(thread) => core.call.thread = thread,
        }
        ring_places(round, core, ctx);
        if round.forks.is_empty() {
            let code = cause::NO_MEDIA_PORTS.code.to_owned();
            core.publish(ctx, EventKind::Alarm { code, detail: call.call.to_string() });
            return self.gives_up(core, ctx, &cause::NO_MEDIA_PORTS);
        }
        RingProgress::Waits.into()
    }

    fn gives_up(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>, why: &'static Cause) -> Rang {
        self.0 = None;
        ctx.shared.timers.stop(Timer::RingOver(core.call.id.call));
        RingProgress::Impossible(why).into()
    }

    /// Takes a leg's answer: the first one wins.
    pub(crate) fn answered(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, leg: LegId) -> Rang {
        let Some(round) = &mut self.0 else {
            core.hang_up(ctx, leg, None);
            return RingProgress::Waits.into();
        };
        round.winner = Some(leg);
        let losers = round.legs().filter(|loser| *loser != leg).collect();
        Rang {
            stopped: end_legs(core, ctx, losers, Some(ELSEWHERE)),
            progress: RingProgress::Outcome(outcome("answered", Some(200))),
        }
    }

    /// Takes that a leg ended without an answer.
    pub(crate) fn failed(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, leg: LegId, code: u16) -> Rang {
        let Some(round) = &mut self.0 else { return RingProgress::Waits.into() };
        if round.ring_next_flow(core, ctx, leg, code) {
            return RingProgress::Waits.into();
        }
        let Some(others) = round.note(leg, code) else { return RingProgress::Waits.into() };
        if round.forks.iter().any(|fork| fork.code.is_none()) {
            let stopped = stop_each(core, ctx, others, None);
            return Rang { stopped, progress: RingProgress::Waits };
        }
        let (result, all) = (round.result(), round.legs().collect());
        stop_each(core, ctx, others, None);
        self.0 = None;
        Rang { stopped: end_legs(core, ctx, all, None), progress: RingProgress::Outcome(result) }
    }

    /// Ends the ringing: it has taken its time.
    pub(crate) fn over(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) -> Rang {
        if self.0.is_none() {
            return RingProgress::Waits.into();
        }
        let progress = RingProgress::Outcome(outcome("no-answer", Some(480)));
        Rang { stopped: self.stop(core, ctx), progress }
    }

    /// Stops a ring, whatever it came to; returns its legs.
    pub(crate) fn stop(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>) -> Vec<LegId> {
        let legs = self.0.take().map(|round| round.legs().collect());
        legs.map_or_else(Vec::new, |legs| end_legs(core, ctx, legs, None))
    }

    /// Takes the leg that answered.
    pub(crate) fn take_winner(&mut self) -> Option<LegId> {
        let winner = self.0.as_ref()?.winner?;
        self.0 = None;
        Some(winner)
    }
}

/// Sends INVITEs to the places that wait.
fn ring_places(round: &mut Round, core: &mut Core<'_>, ctx: &mut Ctx<'_>) {
    let (thread, tenant) = (core.call.thread, core.call.id.tenant);
    let Some(peer) = core.leg(round.peer) else { return };
    if peer.port.is_none() {
        peer.port = ctx.shared.stock.take(thread, tenant);
    }
    let can_talk = peer.port.is_some();
    for fork in std::mem::take(&mut round.waits).into_iter().filter(|_| can_talk) {
        let (person, others) = (fork.party.person, fork.target.others.clone());
        if let Some(leg) = dial(core, ctx, fork, round.peer) {
            round.forks.push(Ringing { leg, person, code: None, others });
        }
    }
}

/// Ends the ringing at these legs.
fn end_legs(core: &mut Core<'_>, ctx: &mut Ctx<'_>, legs: Vec<LegId>, reason: Option<&str>) -> Vec<LegId> {
    ctx.shared.timers.stop(Timer::RingOver(core.call.id.call));
    stop_each(core, ctx, legs, reason)
}

fn stop_each(core: &mut Core<'_>, ctx: &mut Ctx<'_>, legs: Vec<LegId>, reason: Option<&str>) -> Vec<LegId> {
    legs.iter().for_each(|leg| core.hang_up(ctx, *leg, reason));
    legs
}
