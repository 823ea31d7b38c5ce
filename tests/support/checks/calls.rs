//! Each call against its record: what the caller saw, what the one who answered saw, and where neither can know, the wire.

use super::super::net::Net;
use super::super::phone::{Phone, View};
use super::super::witness::Leg;
use pbx_core::base::ids::DeviceId;
use pbx_core::base::time::Instant;
use pbx_core::cdr::CallRecord;
use pbx_core::event::Disposition;
use std::collections::BTreeMap;

/// A call that is being checked.
pub(super) struct Checked<'a> {
    pub(super) net: &'a Net,
    pub(super) caller: &'a Phone,
    /// What the caller saw.
    pub(super) view: &'a View,
    pub(super) record: &'a CallRecord,
    /// Its INVITE on the wire.
    pub(super) leg: &'a Leg,
    /// The last of this Call-ID: what the phone saw of an earlier one, which a power cut ended, is overwritten.
    pub(super) is_last: bool,
}

impl Net {
    /// Every call that a phone made, by its caller's Call-ID.
    pub(super) fn check_calls(&self, records: &BTreeMap<String, Vec<CallRecord>>) {
        for phone in &self.phones {
            for view in phone.views().iter().filter(|view| view.made) {
                self.check_call(phone, view, records.get(&view.call_id).map_or(&[], Vec::as_slice));
            }
        }
    }

    /// A call has a record exactly if its INVITE got past the door and was not refused at once.
    fn check_call(&self, caller: &Phone, view: &View, records: &[CallRecord]) {
        let call = view.call_id.as_str();
        let taken = self.exchange.witness.legs_of(call);
        if taken.len() != records.len() {
            let what = format!("{} INVITEs became calls, and there are {} records", taken.len(), records.len());
            self.fail_in(&[call], &format!("{what}\n{} saw {view:#?}\n{records:#?}", caller.name));
        }
        if records.is_empty() && !self.may_be_untaken(view) {
            self.fail_in(&[call], &format!("no INVITE of it became a call\n{} saw {view:#?}", caller.name));
        }
        for (n, (leg, record)) in taken.into_iter().zip(records).enumerate() {
            let is_last = n + 1 == records.len();
            Checked { net: self, caller, view, record, leg, is_last }.check();
        }
    }

    /// Whether a phone may have seen this of a call that never became one.
    fn may_be_untaken(&self, view: &View) -> bool {
        let quiet = view.ringing.is_none() && view.answered.is_none();
        quiet
            && match view.code {
                None => view.vanished.is_some(),
                // Every transmission was lost.
                Some(408) => view.trying.is_none(),
                Some(503) if view.cut_off.is_some() => true,
                Some(code) => self.exchange.witness.refused_with(&view.call_id, code),
            }
    }

    /// What a called phone saw of a leg.
    pub(super) fn called(&self, sip_call_id: &str) -> Option<(&Phone, &View)> {
        self.phones.iter().find_map(|phone| {
            Some((phone, phone.views().iter().find(|view| !view.made && view.call_id == sip_call_id)?))
        })
    }

    /// Whoever was rung is in a record, and whoever talked is in one that says so, or was hung up at once because nobody wanted
    /// the answer any more.
    pub(super) fn nobody_talks_unrecorded(&self, records: &BTreeMap<String, Vec<CallRecord>>) {
        let all = records.values().flatten();
        let legs: BTreeMap<&str, (&CallRecord, bool)> = all
            .flat_map(|record| {
                let legs = record.legs.iter().skip(1);
                legs.map(move |leg| (leg.sip_call_id.as_str(), (record, leg.answered.is_some())))
            })
            .collect();
        for phone in &self.phones {
            for view in phone.views().iter().filter(|view| !view.made) {
                let rung = self.exchange.witness.legs_of(&view.call_id);
                // Of a call that lost its power while it rang the journal tells only who had called.
                let cut = rung.first().is_some_and(|leg| self.exchange.witness.power_cut_after(leg).is_some());
                let answered = match legs.get(view.call_id.as_str()) {
                    Some((_, answered)) => *answered,
                    None if cut => continue,
                    None => self.fail_in(&[&view.call_id], &format!("{} rang and nobody knows: {view:#?}", phone.name)),
                };
                // An ACK says that the exchange had the answer; unwanted, a BYE comes with it and may be lost with a flow, or
                // again and again until a power cut ends its repetition.
                let told = view.was_hung_up.is_some() || view.vanished.is_some() || view.cut_off.is_some();
                let told = told || rung.first().is_some_and(|leg| self.exchange.witness.power_took_bye(leg));
                if view.acknowledged.is_some() && !answered && !told {
                    self.fail_in(&[&view.call_id], &format!("{} talked and nobody knows: {view:#?}", phone.name));
                }
            }
        }
    }
}

impl Checked<'_> {
    fn check(&self) {
        if self.record.from.device != self.caller.user.as_deref().map(DeviceId::of_key) {
            self.wrong("another caller");
        }
        let caller = self.record.legs.first().map(|leg| (&leg.sip_call_id, leg.answered));
        if caller != Some((&self.record.sip_call_id, self.record.answered)) {
            self.wrong("the first leg is not the caller's");
        }
        if self.record.answered.is_some() != self.leg.answered.is_some() {
            self.wrong("the wire saw otherwise whether the caller was answered");
        }
        self.check_disposition();
        match self.record.answered {
            Some(_) => self.check_talk(),
            None if self.record.talk_us != 0 => self.wrong("talk time without an answer"),
            None => {}
        }
        if self.is_last {
            self.check_caller();
        }
    }

    /// Disposition and code belong to each other, and to whether there was an answer.
    fn check_disposition(&self) {
        let CallRecord { disposition, sip_code, cut, .. } = *self.record;
        let cut_by_power = cut && self.end_by_power().is_some();
        let expected = match (self.record.answered.is_some(), cut_by_power) {
            (true, true) => (Disposition::Answered, 200),
            (false, true) => (Disposition::Failed, 500),
            // Its 200 was never acknowledged: only somebody who is gone does that.
            (true, false) if self.record.cause == "no-ack" && self.is_gone() => (Disposition::Failed, 408),
            (true, false) => (Disposition::Answered, 200),
            (false, false) => (disposition_of(sip_code), sip_code),
        };
        if (disposition, sip_code) != expected || (sip_code < 300) != (expected.1 < 300) {
            self.wrong(&format!("disposition and code should be {expected:?}"));
        }
        if cut && !cut_by_power && self.record.cause != "cut" {
            self.wrong("nothing cut it");
        }
    }

    /// What the record says is what the caller saw, as far as a phone saw the end.
    fn check_caller(&self) {
        let view = self.view;
        if view.talked() && self.record.answered.is_none() {
            self.wrong("the caller talked");
        }
        if self.is_gone() || self.end_by_power().is_some_and(|_| self.record.cut) {
            return;
        }
        // Its refusal was promised and said, but lost on the way, and with the power went who would have repeated it: the phone
        // waits in vain, as the wire saw no ACK of it.
        let waits_in_vain = view.code == Some(408) && view.trying.or(view.ringing).is_some();
        if waits_in_vain && self.net.exchange.witness.power_took_refusal(self.leg, self.record.sip_code) {
            return;
        }
        if view.talked() != (self.record.disposition == Disposition::Answered) {
            self.wrong("the caller and the record do not agree whether they talked");
        }
        if view.code != Some(self.record.sip_code) {
            self.wrong("another final code");
        }
    }

    pub(super) fn end_by_power(&self) -> Option<Instant> {
        self.net.exchange.witness.power_cut_after(self.leg)
    }

    /// The caller cannot have seen how it went on.
    fn is_gone(&self) -> bool {
        self.view.vanished.is_some() || self.view.cut_off.is_some()
    }

    pub(super) fn wrong(&self, what: &str) -> ! {
        let (name, view, record) = (&self.caller.name, self.view, self.record);
        let mut calls = vec![view.call_id.as_str()];
        calls.extend(record.legs.iter().map(|leg| leg.sip_call_id.as_str()));
        self.net.fail_in(&calls, &format!("{what}\n{name} saw {view:#?}\nthe record says {record:#?}"));
    }
}

/// How a call that was refused with this code is counted.
fn disposition_of(code: u16) -> Disposition {
    match code {
        487 => Disposition::Cancelled,
        486 | 600 => Disposition::Busy,
        480 => Disposition::NoAnswer,
        403 | 404 | 484 | 603 => Disposition::Rejected,
        _ => Disposition::Failed,
    }
}
