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

/// What is awaited before an ended call's record is written.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WrapUp {
    /// The two who talked last.
    talked: Option<[LegId; 2]>,
    /// Legs whose report has not come.
    waits_for: Vec<LegId>,
    reports: Vec<(LegId, PortReport)>,
    written: bool,
}

impl WrapUp {
    /// Awaits the reports of the two who talked last, if anybody did.
    pub(crate) fn begin(core: &Core<'_>, ctx: &mut Ctx<'_>, talked: Option<[LegId; 2]>) -> Self {
        let waits_for: Vec<LegId> = talked.into_iter().flatten().collect();
        if !waits_for.is_empty() {
            let at = ctx.now().mono + REPORTS;
            ctx.shared.timers.start(Timer::ReportsDue(core.call.id.call), at);
        }
        Self { talked, waits_for, reports: Vec::new(), written: false }
    }

    /// Returns whether the record is written.
    pub(crate) const fn is_written(&self) -> bool {
        self.written
    }

    /// Returns whether everything for the record is there.
    pub(crate) const fn is_complete(&self) -> bool {
        self.waits_for.is_empty()
    }

    /// Takes the report of a leg's port; returns whether it was awaited.
    pub(crate) fn reported(&mut self, leg: LegId, report: PortReport) -> bool {
        let Some(place) = self.waits_for.iter().position(|waits| *waits == leg) else { return false };
        self.waits_for.swap_remove(place);
        self.reports.push((leg, report));
        true
    }

    /// Writes the record, with the reports that have come.
    pub(crate) fn write(&mut self, core: &mut Core<'_>, ctx: &mut Ctx<'_>, finished: serde_json::Result<Finished>) {
        self.written = true;
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
