//! After the end: what the media threads heard goes into the record, then the record is written.

use super::core::Core;
use super::leg::Leg;
use super::setup::routing::Finished;
use crate::base::ids::LegId;
use crate::cdr::{ReceivedMedia, WrittenRecord};
use crate::context::ctx::Ctx;
use crate::context::timers::Timer;
use crate::journal::Entry;
use pbx_media::PortReport;
use pbx_sip::spell;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// How long the media threads may take to report.
const REPORTS: Duration = Duration::from_secs(1);

/// The reports of a call's ports, and what is awaited before its record is written.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct WrapUp {
    reports: Vec<(LegId, PortReport)>,
    stage: Stage,
    /// The two who talked last, once the call is over.
    talked: Option<[LegId; 2]>,
}

/// The stage that the wrap-up has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
enum Stage {
    /// The call goes on.
    #[default]
    Open,
    /// The call is over, and reports may be missing.
    Over,
    /// The record is written.
    Written,
}

impl WrapUp {
    /// Begins once the call is over: awaits the reports of the two who talked last, if anybody did.
    pub(crate) fn begin(&mut self, core: &Core<'_>, ctx: &mut Ctx<'_>, talked: Option<[LegId; 2]>) {
        (self.stage, self.talked) = (Stage::Over, talked);
        if !self.is_complete() {
            let at = ctx.now().mono + REPORTS;
            ctx.shared.timers.start(Timer::ReportsDue(core.call.id.call), at);
        }
    }

    /// Returns whether the record is written.
    pub(crate) fn is_written(&self) -> bool {
        self.stage == Stage::Written
    }

    /// Returns whether the call is over and everything for the record is there.
    pub(crate) fn is_complete(&self) -> bool {
        let has = |leg: &LegId| self.reports.iter().any(|(of, _)| of == leg);
        self.stage == Stage::Over && self.talked.iter().flatten().all(has)
    }

    /// Takes the report of a leg's port.
    pub(crate) fn reported(&mut self, leg: LegId, report: PortReport) {
        self.reports.push((leg, report));
    }

    /// Writes the record, with the reports that have come.
    pub(crate) fn write(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, finished: serde_json::Result<Finished>) {
        self.stage = Stage::Written;
        ctx.shared.timers.stop(Timer::ReportsDue(core.call.id.call));
        let mut reports = std::mem::take(&mut self.reports);
        let mut take = |leg: LegId| {
            let place = reports.iter().position(|(of, _)| *of == leg)?;
            Some(reports.swap_remove(place).1)
        };
        if let Some([a, b]) = self.talked
            && let (Some(from_a), Some(from_b)) = (take(a), take(b))
        {
            let heard = |leg, report| core.legs.get(leg).map(|leg| heard(ctx, leg, report)).unwrap_or_default();
            let (from_a, from_b) = (heard(a, &from_a), heard(b, &from_b));
            core.call.record.heard(from_a, from_b);
        }
        let record = finished.and_then(|Finished { after, decision, template }| {
            Ok((after, WrittenRecord::said(core.call.record.finish(decision), template)?))
        });
        match record {
            Ok((after, record)) => ctx.journal(Entry::CallRecorded { after, record: Box::new(record) }),
            Err(error) => {
                tracing::error!(%error, tenant = %core.call.id.tenant, call = %core.call.id.call, "a record has no words");
            }
        }
    }
}

fn spelt(address: SocketAddr) -> String {
    let mut text = String::with_capacity(24);
    spell::socket(&mut text, address);
    text
}

fn heard(ctx: &Ctx<'_>, leg: &Leg, report: &PortReport) -> ReceivedMedia {
    let would_roam = report.would_roam.filter(|_| leg.registered_phone(ctx).is_some());
    ReceivedMedia {
        packets: report.packets,
        lost: report.lost,
        jitter_us: report.jitter_us,
        announced: report.announced.map(spelt),
        latched: report.latched.map(spelt),
        strangers: report.strangers.iter().map(|(address, _)| spelt(*address)).collect(),
        would_roam: would_roam.map(spelt),
        silence_expected: !leg.heard,
    }
}
