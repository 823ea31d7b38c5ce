//! `ring`: ring people until one answers.

use super::{ArgKind, ArgSpec, OutcomeSpec, VerbSpec};
use crate::base::ids::PersonId;
use crate::base::time::Instant;
use crate::base::value::Value;
use crate::call::setup::callee::ELSEWHERE;
use crate::call::setup::facts::Fork;
use crate::call::state::Call;
use crate::cause::{self, Cause};
use crate::context::cx::Cx;
use crate::context::stock::Supply;
use crate::context::timers::Timer;
use crate::decision::{Final, RING_SECONDS, outcome};
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

/// A `ring` that is under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ring {
    forks: Vec<Ringing>,
    /// The places that are rung as soon as the media thread has ports again.
    waits: Vec<Fork>,
    /// The media threads that were asked for ports in vain, a bit each.
    tried: u64,
    /// When the ringing ends.
    until: Instant,
    winner: Option<u16>,
}

/// One leg of a ring.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ringing {
    leg: u16,
    person: Option<PersonId>,
    /// The SIP code that the leg ended with, if it did.
    code: Option<u16>,
    /// The phone's other flows, the best first.
    #[serde(default)]
    others: Vec<Target>,
}

impl Ring {
    /// The leg that answered.
    pub(crate) fn winner(&self) -> Option<u16> {
        self.winner
    }

    /// The outcome once every leg has ended: busy if all were, declined if anybody refused for everybody, no answer if
    /// anybody could have answered.
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
}

impl Call {
    /// Rings every place that the destinations were resolved to.
    pub(crate) fn start_ring(&mut self, cx: &mut Cx<'_>, forks: Vec<Fork>, somebody: bool, timeout_s: u32) {
        if forks.is_empty() {
            let code = if somebody { 480 } else { 404 };
            return self.decide(cx, |decider, facts| decider.outcome(facts, outcome("unreachable", Some(code))));
        }
        let until = cx.now().mono + Duration::from_secs(u64::from(timeout_s));
        let waits: Vec<Fork> = forks.into_iter().take(cx.world.settings.max_forks).collect();
        cx.shared.timers.start(Timer::RingOver(self.owner.call), until);
        self.ring = Some(Ring { forks: Vec::with_capacity(waits.len()), waits, tried: 0, until, winner: None });
        self.ring_all(cx, 0);
    }

    /// Rings the places that are not rung yet, as many as its company has ports for. While ports are on their way from a
    /// media thread it waits for them; `tried` has the bit of a thread that can give no more.
    pub(crate) fn ring_all(&mut self, cx: &mut Cx<'_>, tried: u64) {
        let Some(mut ring) = self.ring.take_if(|ring| !ring.waits.is_empty()) else { return };
        ring.tried |= tried;
        let callers = usize::from(self.legs[0].port.is_none());
        let room = crate::context::stock::ports_left(cx.world, &cx.shared.stock, self.owner.tenant);
        ring.waits.truncate(room.saturating_sub(callers));
        if ring.waits.is_empty() {
            return self.cannot_ring(cx, &ring, &cause::TENANT_PORTS);
        }
        let at = (callers == 0).then_some(self.thread);
        match cx.shared.stock.supply(self.owner.call, ring.waits.len() + callers, at, ring.tried) {
            Supply::Wait => {
                self.ring = Some(ring);
                return;
            }
            Supply::From(thread) => self.thread = thread,
        }
        if callers == 1 {
            self.legs[0].port = cx.shared.stock.take(self.thread, self.owner.tenant);
        }
        for fork in std::mem::take(&mut ring.waits) {
            let (person, others) = (fork.party.person, fork.target.others.clone());
            if let Some(leg) = self.legs[0].port.and_then(|_| self.dial(cx, fork)) {
                ring.forks.push(Ringing { leg, person, code: None, others });
            }
        }
        if ring.forks.is_empty() {
            let detail = self.owner.call.to_string();
            let alarm = EventKind::Alarm { code: cause::NO_MEDIA_PORTS.code.to_owned(), detail };
            cx.publish(self.owner.tenant, Some(self.owner.call), alarm);
            return self.cannot_ring(cx, &ring, &cause::NO_MEDIA_PORTS);
        }
        self.ring = Some(ring);
    }

    fn cannot_ring(&mut self, cx: &mut Cx<'_>, ring: &Ring, why: &Cause) {
        cx.shared.timers.stop(Timer::RingOver(self.owner.call), ring.until);
        self.decide(cx, |decider, facts| decider.stopped(facts, Final::of(why)));
    }

    /// A leg answered: the first one wins.
    pub(crate) fn ring_answered(&mut self, cx: &mut Cx<'_>, no: u16) {
        let Some(mut ring) = self.ring.take() else { return self.hang_up_leg(cx, no, None) };
        ring.winner = Some(no);
        self.stop_ringing(cx, ring.clone(), Some(no));
        self.ring = Some(ring);
        self.decide(cx, |decider, facts| decider.outcome(facts, outcome("answered", Some(200))));
    }

    /// Rings a phone by its next flow, if this one did not lead to it (RFC 5626 §5.3). False: there
    /// is no other.
    fn ring_next_flow(&mut self, cx: &mut Cx<'_>, no: u16, code: u16) -> bool {
        let party = self.leg(no).map(|leg| leg.party.clone());
        let fork = self.ring.as_mut().and_then(|ring| ring.forks.iter_mut().find(|fork| fork.leg == no));
        let (Some(party), Some(fork)) = (party, fork) else { return false };
        if !matches!(code, 408 | 430 | 503) || fork.others.is_empty() {
            return false;
        }
        let target = fork.others.remove(0);
        let Some(leg) = self.dial(cx, Fork { party, target }) else { return self.ring_next_flow(cx, no, code) };
        let fork = self.ring.as_mut().and_then(|ring| ring.forks.iter_mut().find(|fork| fork.leg == no));
        fork.map(|fork| fork.leg = leg).is_some()
    }

    /// A leg ended without an answer.
    pub(crate) fn ring_failed(&mut self, cx: &mut Cx<'_>, no: u16, code: u16) {
        if self.ring_next_flow(cx, no, code) {
            return;
        }
        let Some(ring) = &mut self.ring else { return };
        let Some(fork) = ring.forks.iter_mut().find(|fork| fork.leg == no) else { return };
        fork.code = Some(code);
        let person = fork.person;
        // A 6xx speaks for the person and all its phones (RFC 3261 §16.7 step 5), not for others that ring with it.
        let others: Vec<u16> = match code {
            600.. => ring.forks.iter().filter(|fork| fork.code.is_none() && fork.person == person).collect(),
            _ => Vec::new(),
        }
        .into_iter()
        .map(|fork| fork.leg)
        .collect();
        for fork in ring.forks.iter_mut().filter(|fork| others.contains(&fork.leg)) {
            fork.code = Some(code);
        }
        let over = ring.forks.iter().all(|fork| fork.code.is_some());
        self.stop_legs(cx, &others, None);
        if over && let Some(ring) = self.ring.take() {
            self.stop_ringing(cx, ring.clone(), None);
            self.decide(cx, |decider, facts| decider.outcome(facts, ring.result()));
        }
    }

    /// The ringing has taken its time: ends it.
    pub(crate) fn ring_over(&mut self, cx: &mut Cx<'_>) {
        let Some(ring) = self.ring.take_if(|ring| ring.until <= cx.now().mono) else { return };
        self.stop_ringing(cx, ring, None);
        self.decide(cx, |decider, facts| decider.outcome(facts, outcome("no-answer", Some(480))));
    }

    /// Ends every leg of a ring but the winner.
    pub(crate) fn stop_ringing(&mut self, cx: &mut Cx<'_>, ring: Ring, winner: Option<u16>) {
        cx.shared.timers.stop(Timer::RingOver(self.owner.call), ring.until);
        let losers: Vec<u16> = ring.forks.iter().map(|fork| fork.leg).filter(|leg| Some(*leg) != winner).collect();
        self.stop_legs(cx, &losers, winner.map(|_| ELSEWHERE));
    }

    /// Ends these legs; only then it is known whether others still ring.
    fn stop_legs(&mut self, cx: &mut Cx<'_>, legs: &[u16], reason: Option<&str>) {
        for leg in legs {
            self.hang_up_leg(cx, *leg, reason);
        }
        for leg in legs {
            self.early_leg_lost(cx, *leg);
        }
    }
}
