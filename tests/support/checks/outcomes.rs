//! Two runs of the same seed: every call had the same outcome in both.

use super::super::net::Net;
use pbx_core::base::ids::DeviceId;
use std::collections::BTreeMap;

/// A call in short.
#[derive(PartialEq, Eq, Debug)]
struct Outcome {
    disposition: String,
    from: Option<DeviceId>,
    to: Option<DeviceId>,
    talk: i64,
    legs: usize,
    segments: usize,
    steps: usize,
}

impl Net {
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
    fn outcomes(&self) -> BTreeMap<String, Vec<Outcome>> {
        let mut outcomes: BTreeMap<String, Vec<Outcome>> = BTreeMap::new();
        for record in self.exchange.records() {
            let outcome = Outcome {
                disposition: format!("{:?} {} {}", record.disposition, record.sip_code, record.cause),
                from: record.from.device,
                to: record.to.device,
                talk: record.talk_us,
                legs: record.legs.len(),
                segments: record.segments.len(),
                steps: record.decision.steps.len(),
            };
            outcomes.entry(record.sip_call_id).or_default().push(outcome);
        }
        outcomes
    }
}
