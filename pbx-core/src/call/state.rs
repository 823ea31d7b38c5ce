//! A call: its legs and its script's run. Each feature keeps its own state, and is told events.

use crate::base::ids::{DeviceId, NumberId};
use crate::call::leg::{Leg, LegState, Owner};
use crate::call::setup::early::Early;
use crate::call::setup::facts::{Fork, Known, Living};
use crate::call::setup::routing::Run;
use crate::call::talk::bridge::Bridge;
use crate::call::verb::lookup::Lookup;
use crate::call::verb::ring::Ring;
use crate::call::wrap_up::WrapUp;
use crate::cdr::Assembly;
use crate::context::cx::Cx;
use crate::decision::{Ask, Decider, Final};
use crate::dial_plan::Dialled;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A call.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) owner: Owner,
    /// The caller's leg first; then every leg that was ever rung.
    pub(crate) legs: Vec<Leg>,
    /// The media thread that owns all ports of the call.
    pub(crate) thread: u8,
    pub(crate) dialled: Dialled,
    pub(crate) did: Option<NumberId>,
    /// The device that calls.
    pub(crate) device: Option<DeviceId>,
    pub(crate) seed: u64,
    /// Why the INVITE cannot be carried out at all.
    pub(crate) fault: Option<Final>,
    /// How often the call has passed through us already.
    pub(crate) hops: u32,
    pub(crate) max_forwards: u8,
    pub(crate) record: Assembly,
    pub(crate) decider: Decider,
    /// How many steps of the decision the journal was told.
    #[serde(default)]
    pub(crate) told: usize,
    pub(crate) run: Run,
    pub(crate) ring: Option<Ring>,
    pub(crate) lookup: Option<Lookup>,
    /// Questions asked so far.
    pub(crate) questions: u16,
    /// How long the answers to them took, all together.
    #[serde(default)]
    pub(crate) asked_for: Duration,
    pub(crate) early: Early,
    /// Who talks, once somebody answered.
    pub(crate) bridge: Option<Bridge>,
    /// What is left to do once the call is over.
    pub(crate) wrap_up: Option<WrapUp>,
}

impl Call {
    /// The caller's leg.
    pub(crate) fn caller(&mut self) -> &mut Leg {
        &mut self.legs[0]
    }

    /// A leg by its number.
    pub(crate) fn leg(&mut self, no: u16) -> Option<&mut Leg> {
        self.legs.get_mut(usize::from(no))
    }

    /// Two different legs at once.
    pub(crate) fn pair(&mut self, one: u16, other: u16) -> Option<(&mut Leg, &mut Leg)> {
        let [a, b] = self.legs.get_disjoint_mut([usize::from(one), usize::from(other)]).ok()?;
        Some((a, b))
    }

    /// Whether nothing is left to do: the record is written and every leg is over.
    pub(crate) fn is_done(&self) -> bool {
        let written = self.wrap_up.as_ref().is_some_and(WrapUp::is_written);
        written && self.legs.iter().all(|leg| leg.state == LegState::Gone)
    }

    /// Puts a question to the decider, with the world as it is now, and does what it asks for.
    pub(crate) fn decide(&mut self, cx: &mut Cx<'_>, question: impl FnOnce(&mut Decider, &mut Living<'_>) -> Ask) {
        let mut decider = std::mem::take(&mut self.decider);
        let mut living = self.living(cx);
        let ask = question(&mut decider, &mut living);
        let (forks, somebody) = (std::mem::take(&mut living.forks), living.somebody);
        self.decider = decider;
        self.obey(cx, ask, forks, somebody);
    }

    /// The world as this call's routing sees it.
    pub(crate) fn living<'a>(&'a self, cx: &'a Cx<'_>) -> Living<'a> {
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
