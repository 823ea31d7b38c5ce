//! What must hold after any run: nothing is left, and the exchange's records say what the phones saw.

use super::exchange::Exchange;
use super::net::Net;
use super::phone::{Phone, View};
use pbx_core::call::Census;
use pbx_core::cdr::CallRecord;
use pbx_core::decision::{Host, Programs, replay};
use pbx_core::event::Disposition;
use pbx_core::ids::{DeviceId, TemplateVersionId};
use pbx_core::script::{ScriptJob, ScriptStep};
use pbx_core::template::TemplateVersion;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use templates::inline::Inline;

impl Net {
    /// Holds every rule against what happened.
    pub(crate) fn check(&self) {
        self.nothing_is_left();
        self.phones_have_no_complaints();
        let records = self.records_by_call();
        for (phone, view) in self.made() {
            self.check_call(phone, view, records.get(view.call_id.as_str()));
        }
        self.nobody_talks_unrecorded(&records);
        self.records_decide_again();
    }

    /// No transaction, dialog, leg, port or timer.
    pub(crate) fn nothing_is_left(&self) {
        let census = self.exchange.census();
        if census != Census::default() {
            self.fail(&format!("something is left: {census:?}"));
        }
    }

    fn phones_have_no_complaints(&self) {
        if let Some(complaint) = self.phones.iter().flat_map(|phone| &phone.complaints).next() {
            self.fail(complaint);
        }
    }

    /// Each call's only record, by the caller's Call-ID.
    fn records_by_call(&self) -> BTreeMap<String, CallRecord> {
        let mut records = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for record in self.exchange.records() {
            let (sip_call_id, id) = (record.sip_call_id.clone(), record.id);
            if records.insert(sip_call_id.clone(), record).is_some() || !ids.insert(id) {
                self.fail_in(&[&sip_call_id], &format!("{sip_call_id} has two records"));
            }
        }
        records
    }

    /// The calls that phones made.
    fn made(&self) -> impl Iterator<Item = (&Phone, &View)> {
        let views = |phone: &Phone| phone.views().iter().filter(|view| view.made).count();
        let phones = self.phones.iter().filter(move |phone| views(phone) > 0);
        phones.flat_map(|phone| phone.views().iter().filter(|view| view.made).map(move |view| (phone, view)))
    }

    /// What a called phone saw of a leg.
    fn called(&self, sip_call_id: &str) -> Option<(&Phone, &View)> {
        self.phones.iter().find_map(|phone| {
            Some((phone, phone.views().iter().find(|view| !view.made && view.call_id == sip_call_id)?))
        })
    }

    fn check_call(&self, caller: &Phone, view: &View, record: Option<&CallRecord>) {
        let call = view.call_id.as_str();
        let Some(record) = record else {
            // The door answers these by itself, and an INVITE may never have come through a bad network.
            if matches!(view.code, None | Some(401 | 404 | 408)) || caller.gone {
                return;
            }
            self.fail_in(&[call], &format!("{} saw {:?} and there is no record", caller.name, view.code));
        };
        if record.cut || caller.gone {
            return;
        }
        let mut calls = vec![call];
        calls.extend(record.legs.iter().map(|leg| leg.sip_call_id.as_str()));
        let wrong = |what: &str| -> ! {
            self.fail_in(&calls, &format!("{what}\n{} saw {view:#?}\nthe record says {record:#?}", caller.name));
        };
        let device = caller.user.as_deref().map(DeviceId::of_key);
        if record.from.device != device {
            wrong("another caller");
        }
        if view.talked() {
            return self.check_talk(view, record, &|what| wrong(what));
        }
        if record.disposition == Disposition::Answered {
            wrong("the caller did not talk");
        }
        if view.code != Some(record.sip_code) && view.code != Some(408) {
            wrong("another final code");
        }
        if record.disposition != disposition_of(record.sip_code) {
            wrong("another disposition");
        }
    }

    /// Two who talked, and for how long: between what the one and the other saw.
    fn check_talk(&self, caller: &View, record: &CallRecord, wrong: &dyn Fn(&str)) {
        if (record.disposition, record.sip_code) != (Disposition::Answered, 200) {
            wrong("the caller talked");
        }
        let device = record.to.device;
        let answered = record.legs.iter().skip(1).filter_map(|leg| self.called(&leg.sip_call_id));
        let mut answered =
            answered.filter(|(phone, view)| view.talked() && phone.user.as_deref().map(DeviceId::of_key) == device);
        let Some((phone, called)) = answered.next() else { return wrong("nobody of that name talked") };
        if phone.gone {
            return;
        }
        let (Some(from), Some(to)) = (called.answered, caller.answered) else { return wrong("no answer") };
        let hung_up = [caller.hung_up, called.hung_up].into_iter().flatten().min();
        let told = [caller.was_hung_up, called.was_hung_up].into_iter().flatten().min();
        let over = [caller.over, called.over].into_iter().flatten().max();
        // Nobody hung up where the console ended it: then both were told.
        let (Some(hung_up), Some(over)) = (hung_up.or(told), told.or(over)) else { return wrong("nobody hung up") };
        let least = hung_up.since(to);
        let most = over.max(hung_up).since(from) + Duration::from_micros(1);
        let talk = Duration::from_micros(record.talk_us.unsigned_abs());
        if talk < least || talk > most {
            wrong(&format!("talk time {talk:?} is not between {least:?} and {most:?}"));
        }
    }

    /// A called phone that talked has a record that says so, or was hung up at once because the call was over.
    fn nobody_talks_unrecorded(&self, records: &BTreeMap<String, CallRecord>) {
        let legs: BTreeMap<&str, &CallRecord> = records
            .values()
            .flat_map(|record| record.legs.iter().map(move |leg| (leg.sip_call_id.as_str(), record)))
            .collect();
        for phone in self.phones.iter().filter(|phone| !phone.gone) {
            for view in phone.views().iter().filter(|view| !view.made && view.talked()) {
                let record = legs.get(view.call_id.as_str());
                let answered = record.is_some_and(|record| record.disposition == Disposition::Answered || record.cut);
                if !answered && view.was_hung_up.is_none() && view.acknowledged.is_some() {
                    self.fail_in(&[&view.call_id], &format!("{} talked and nobody knows: {view:#?}", phone.name));
                }
            }
        }
    }

    /// Every record decides its call again, with the same steps.
    fn records_decide_again(&self) {
        let mut host = Replayed(Inline::default());
        for record in self.exchange.records() {
            let again = replay(&record.decision, &Kept(&self.exchange), &mut host);
            if again != record.decision {
                let calls = [record.sip_call_id.as_str()];
                self.fail_in(&calls, &format!("decided\n{:#?}\nand again\n{again:#?}", record.decision));
            }
        }
    }

    /// Every call had the same outcome here as in another run.
    pub(crate) fn has_the_outcome_of(&self, other: &Self) {
        let (ours, theirs) = (self.outcomes(), other.outcomes());
        for call in ours.keys().chain(theirs.keys()) {
            let (one, two) = (ours.get(call), theirs.get(call));
            if one != two {
                let calls = [call.as_str()];
                let (here, there) = (self.story(&calls), other.story(&calls));
                panic!("{call} has two outcomes:\n{one:?}\n{here}\nand\n{two:?}\n{there}");
            }
        }
    }

    /// Each call's outcome by the caller's Call-ID: what must not depend on how many engines there are.
    fn outcomes(&self) -> BTreeMap<String, Outcome> {
        self.exchange
            .records()
            .into_iter()
            .map(|record| {
                let outcome = Outcome {
                    disposition: format!("{:?} {} {}", record.disposition, record.sip_code, record.cause),
                    from: record.from.device,
                    to: record.to.device,
                    talk: record.talk_us,
                    legs: record.legs.len(),
                    steps: record.decision.steps.len(),
                };
                (record.sip_call_id, outcome)
            })
            .collect()
    }
}

/// A call in short.
#[derive(PartialEq, Eq, Debug)]
struct Outcome {
    disposition: String,
    from: Option<DeviceId>,
    to: Option<DeviceId>,
    talk: i64,
    legs: usize,
    steps: usize,
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

/// The versions that the directory keeps.
struct Kept<'a>(&'a Exchange);

impl Programs for Kept<'_> {
    fn program(&self, template: TemplateVersionId) -> Option<Arc<TemplateVersion>> {
        self.0.directory.tenants().find_map(|tenant| tenant.templates.get(&template).cloned())
    }
}

/// The script host of a replay.
struct Replayed(Inline);

impl Host for Replayed {
    fn turn(&mut self, job: ScriptJob) -> Option<ScriptStep> {
        self.0.run(job).map(|reply| reply.step)
    }
}
