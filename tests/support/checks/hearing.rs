//! Who heard whom: nobody but those with whom a record says that it talked, or who played to it before they answered.

use super::super::net::Net;
use pbx_core::base::ids::{DeviceId, LegId};
use pbx_core::cdr::{CallRecord, LegRecord};
use std::collections::{BTreeMap, BTreeSet};

/// The mark of a carrier's gateway or of a device's phone.
type Marks = BTreeMap<Option<DeviceId>, u32>;

impl Net {
    /// No phone heard a stranger.
    pub(super) fn nobody_hears_a_stranger(&self, records: &BTreeMap<String, Vec<CallRecord>>) {
        let device = |user: &Option<String>| user.as_deref().map(DeviceId::of_key);
        let marks: Marks = self.phones.iter().map(|phone| (device(&phone.user), phone.mark())).collect();
        let mut heard: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for record in records.values().flatten() {
            for leg in &record.legs {
                heard.entry(&leg.sip_call_id).or_default().extend(audible(record, leg.id, &marks));
            }
        }
        for phone in &self.phones {
            for view in phone.views() {
                // The journal does not tell whom a call that lost its power had rung, and who played to its caller.
                let cut = records.get(&view.call_id).is_some_and(|records| records.iter().any(|record| record.cut));
                let Some(may) = heard.get(view.call_id.as_str()).filter(|_| !cut) else { continue };
                let stranger = view.heard.keys().find(|mark| !may.contains(mark));
                if let Some(name) = stranger.map(|mark| self.phones.iter().find(|phone| phone.mark() == *mark)) {
                    let name = name.map_or("nobody's phone", |phone| &phone.name);
                    self.fail_in(&[&view.call_id], &format!("{} heard {name}: {view:#?}", phone.name));
                }
            }
        }
    }
}

/// Whom a leg may have heard: the other sides of its segments and, if it called, those that it rang before the answer.
fn audible(record: &CallRecord, leg: LegId, marks: &Marks) -> BTreeSet<u32> {
    let is_caller = record.legs.first().is_some_and(|first| first.id == leg);
    let peers = record.segments.iter().filter_map(|segment| match leg {
        leg if leg == segment.a => Some(segment.b),
        leg if leg == segment.b => Some(segment.a),
        _ => None,
    });
    let peers: BTreeSet<LegId> = peers.collect();
    let is_early = |other: &LegRecord| is_caller && record.answered.is_none_or(|answered| other.started <= answered);
    let others = record.legs.iter().filter(|other| peers.contains(&other.id) || is_early(other));
    others.filter_map(|other| marks.get(&other.party.device).copied()).collect()
}
