//! A call: its legs and its script's run. Each feature keeps its own state, and is told events.

use super::bridge::Bridge;
use super::cx::Cx;
use super::early::Early;
use super::facts::{Fork, Known, Living};
use super::leg::{Leg, LegState, Owner};
use super::routing::Run;
use super::verb::lookup::Lookup;
use super::verb::ring::Ring;
use super::wrap_up::WrapUp;
use crate::base::ids::{DeviceId, NumberId};
use crate::cdr::Assembly;
use crate::decision::{Ask, Decider, Final};
use crate::dial_plan::Dialled;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A call.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Call {
    pub(super) owner: Owner,
    /// The caller's leg first; then every leg that was ever rung.
    pub(super) legs: Vec<Leg>,
    /// The media thread that owns all ports of the call.
    pub(super) thread: u8,
    pub(super) dialled: Dialled,
    pub(super) did: Option<NumberId>,
    /// The device that calls.
    pub(super) device: Option<DeviceId>,
    pub(super) seed: u64,
    /// Why the INVITE cannot be carried out at all.
    pub(super) fault: Option<Final>,
    /// How often the call has passed through us already.
    pub(super) hops: u32,
    pub(super) max_forwards: u8,
    pub(super) record: Assembly,
    pub(super) decider: Decider,
    /// How many steps of the decision the journal was told.
    #[serde(default)]
    pub(super) told: usize,
    pub(super) run: Run,
    pub(super) ring: Option<Ring>,
    pub(super) lookup: Option<Lookup>,
    /// Questions asked so far.
    pub(super) questions: u16,
    /// How long the answers to them took, all together.
    #[serde(default)]
    pub(super) asked_for: Duration,
    pub(super) early: Early,
    /// Who talks, once somebody answered.
    pub(super) bridge: Option<Bridge>,
    /// What is left to do once the call is over.
    pub(super) wrap_up: Option<WrapUp>,
}

impl Call {
    /// The caller's leg.
    pub(super) fn caller(&mut self) -> &mut Leg {
        &mut self.legs[0]
    }

    /// A leg by its number.
    pub(super) fn leg(&mut self, no: u16) -> Option<&mut Leg> {
        self.legs.get_mut(usize::from(no))
    }

    /// Two different legs at once.
    pub(super) fn pair(&mut self, one: u16, other: u16) -> Option<(&mut Leg, &mut Leg)> {
        let [a, b] = self.legs.get_disjoint_mut([usize::from(one), usize::from(other)]).ok()?;
        Some((a, b))
    }

    /// Whether nothing is left to do: the record is written and every leg is over.
    pub(super) fn is_done(&self) -> bool {
        let written = self.wrap_up.as_ref().is_some_and(WrapUp::is_written);
        written && self.legs.iter().all(|leg| leg.state == LegState::Gone)
    }

    /// Puts a question to the decider, with the world as it is now, and does what it asks for.
    pub(super) fn decide(&mut self, cx: &mut Cx<'_>, question: impl FnOnce(&mut Decider, &mut Living<'_>) -> Ask) {
        let mut decider = std::mem::take(&mut self.decider);
        let mut living = self.living(cx);
        let ask = question(&mut decider, &mut living);
        let (forks, somebody) = (std::mem::take(&mut living.forks), living.somebody);
        self.decider = decider;
        self.obey(cx, ask, forks, somebody);
    }

    /// The world as this call's routing sees it.
    pub(super) fn living<'a>(&'a self, cx: &'a Cx<'_>) -> Living<'a> {
        Living {
            world: cx.world,
            registrar: &cx.shared.registrar,
            tenant: cx.world.directory.tenant(self.owner.tenant).map(AsRef::as_ref),
            owner: self.owner.tenant,
            call: Known {
                id: self.owner.call,
                direction: self.record.direction(),
                from: self.record.from(),
                original: self.record.dialled(),
                dialled: &self.dialled,
                did: self.did,
                device: self.device,
                seed: self.seed,
                fault: self.fault.as_ref(),
            },
            forks: Vec::new(),
            somebody: false,
        }
    }

    /// Carries out what routing asks for.
    fn obey(&mut self, cx: &mut Cx<'_>, ask: Ask, forks: Vec<Fork>, somebody: bool) {
        use crate::decision::Act;
        match ask {
            Ask::Start { program, input } => self.start_script(cx, program, input),
            Ask::Resume { outcome } => self.resume_script(cx, outcome),
            Ask::Do(Act::Ring { timeout_s, .. }) => {
                self.promise_decision(cx);
                self.start_ring(cx, forks, somebody, timeout_s);
            }
            Ask::Do(Act::Lookup { source, args }) => self.start_lookup(cx, &source, args),
            Ask::Wait => {}
            Ask::End(answer) => self.conclude(cx, &answer),
        }
    }
}
