//! What must hold after any run: nothing is left, and the exchange's records say what the phones saw.

mod calls;
mod hearing;
mod outcomes;
mod talking;

use super::exchange::Exchange;
use super::net::Net;
use pbx_core::base::ids::TemplateVersionId;
use pbx_core::cdr::CallRecord;
use pbx_core::decision::{Host, Programs, replay};
use pbx_core::engine::Census;
use pbx_core::script::{ScriptJob, ScriptStep};
use pbx_core::template::TemplateVersion;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use templates::inline::Inline;

impl Net {
    /// Holds every rule against what happened.
    pub(crate) fn check(&self) {
        self.nothing_is_left();
        self.phones_have_no_complaints();
        let records = self.records_by_call();
        self.check_calls(&records);
        self.nobody_talks_unrecorded(&records);
        self.nobody_hears_a_stranger(&records);
        self.records_decide_again(records.values().flatten());
    }

    /// No transaction, dialog, leg, port or timer.
    pub(crate) fn nothing_is_left(&self) {
        let census = self.exchange.census();
        if census != Census::default() {
            self.fail(&format!("something is left: {census:?}"));
        }
    }

    fn phones_have_no_complaints(&self) {
        if let Some((call, complaint)) = self.phones.iter().flat_map(|phone| &phone.complaints).next() {
            self.fail_in(&[call], complaint);
        }
    }

    /// The records by the caller's Call-ID, in the order in which they were written.
    fn records_by_call(&self) -> BTreeMap<String, Vec<CallRecord>> {
        let mut records: BTreeMap<String, Vec<CallRecord>> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for record in self.exchange.records() {
            if !ids.insert(record.id) {
                self.fail_in(&[&record.sip_call_id], &format!("{} has two records", record.id));
            }
            records.entry(record.sip_call_id.clone()).or_default().push(record);
        }
        records
    }

    /// Every record decides its call again, with the same steps.
    fn records_decide_again<'a>(&self, records: impl Iterator<Item = &'a CallRecord>) {
        let mut host = Replayed::default();
        for record in records {
            let again = replay(&record.decision, &Kept(&self.exchange), &mut host);
            if again != record.decision {
                let calls = [record.sip_call_id.as_str()];
                self.fail_in(&calls, &format!("decided\n{:#?}\nand again\n{again:#?}", record.decision));
            }
        }
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
#[derive(Default)]
pub(crate) struct Replayed(Inline);

impl Host for Replayed {
    fn turn(&mut self, job: ScriptJob) -> Option<ScriptStep> {
        self.0.run(job).map(|reply| reply.step)
    }
}
