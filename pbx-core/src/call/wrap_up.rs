//! After the end: what the media threads heard goes into the record, then the record is written.

use crate::base::time::Instant;
use crate::call::leg::Leg;
use crate::call::state::Call;
use crate::cdr::{ReceivedMedia, WrittenRecord};
use crate::context::cx::Cx;
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
    /// Legs whose report has not come.
    waits_for: Vec<u16>,
    reports: Vec<(u16, PortReport)>,
    due: Option<Instant>,
    written: bool,
}

impl WrapUp {
    pub(crate) fn new(waits_for: Vec<u16>) -> Self {
        Self { waits_for, reports: Vec::new(), due: None, written: false }
    }

    pub(crate) fn is_written(&self) -> bool {
        self.written
    }
}

impl Call {
    /// Writes the record when everything for it is there; else waits.
    pub(crate) fn wrap_up(&mut self, cx: &mut Cx<'_>) {
        let Some(wrap_up) = &mut self.wrap_up else { return };
        if wrap_up.written {
            return;
        }
        if !wrap_up.waits_for.is_empty() {
            if wrap_up.due.is_none() {
                let at = cx.now().mono + REPORTS;
                cx.shared.timers.start(Timer::ReportsDue(self.owner.call), at);
                wrap_up.due = Some(at);
            }
            return;
        }
        self.write_record(cx);
    }

    /// A port of this call has reported.
    pub(crate) fn port_reported(&mut self, cx: &mut Cx<'_>, no: u16, report: PortReport) {
        let Some(wrap_up) = &mut self.wrap_up else { return };
        if let Some(place) = wrap_up.waits_for.iter().position(|waits| *waits == no) {
            wrap_up.waits_for.swap_remove(place);
            wrap_up.reports.push((no, report));
            self.wrap_up(cx);
        }
    }

    /// The media threads have not reported in time: the record is written without.
    pub(crate) fn reports_due(&mut self, cx: &mut Cx<'_>) {
        if let Some(wrap_up) = &mut self.wrap_up {
            wrap_up.due = None;
            if !wrap_up.written {
                self.write_record(cx);
            }
        }
    }

    fn write_record(&mut self, cx: &mut Cx<'_>) {
        let Some(wrap_up) = &mut self.wrap_up else { return };
        wrap_up.written = true;
        if let Some(at) = wrap_up.due.take() {
            cx.shared.timers.stop(Timer::ReportsDue(self.owner.call), at);
        }
        let mut reports = std::mem::take(&mut wrap_up.reports);
        if let Some(bridge) = &self.bridge {
            let callee = bridge.callee;
            let mut take = |no: u16| {
                let place = reports.iter().position(|(of, _)| *of == no)?;
                Some(reports.swap_remove(place).1)
            };
            if let (Some(a), Some(b)) = (take(0), take(callee)) {
                let a = heard(cx, &self.legs[0], &a);
                let b = self.legs.get(usize::from(callee)).map(|leg| heard(cx, leg, &b));
                self.record.heard(a, b.unwrap_or_default());
            }
        }
        let template = self.decider.template().map(str::to_owned);
        let after = self.told;
        let written = self.say_decision().and_then(|news| WrittenRecord::said(self.record.finish(news), template));
        match written {
            Ok(record) => cx.journal(Entry::CallRecorded { after, record: Box::new(record) }),
            Err(error) => {
                tracing::error!(%error, tenant = %self.owner.tenant, call = %self.owner.call, "a record has no words")
            }
        }
    }
}

fn spelt(address: SocketAddr) -> String {
    let mut text = String::with_capacity(24);
    spell::socket(&mut text, address);
    text
}

fn heard(cx: &Cx<'_>, leg: &Leg, report: &PortReport) -> ReceivedMedia {
    let would_roam = report.would_roam.filter(|_| leg.registered_phone(cx).is_some());
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
