//! Steps as JSON: each is written once, and told to the journal once.

use super::{Decision, Step};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::sync::Arc;

/// A step as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Said(Arc<RawValue>);

impl Said {
    /// The step's JSON.
    pub fn json(&self) -> &str {
        self.0.get()
    }

    /// Reads the step back; `None` if another release wrote it in a form that we can't read.
    pub fn read(&self) -> Option<Step> {
        serde_json::from_str(self.json()).ok()
    }
}

impl PartialEq for Said {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Decision {
    /// The steps from number `first` on, as JSON.
    ///
    /// # Errors
    /// When a step has no JSON.
    pub fn said_from(&self, first: usize) -> serde_json::Result<Decision<Said>> {
        let news = self.steps.get(first..).unwrap_or_default();
        let steps = news.iter().map(|step| Ok(Said(to_raw_value(step)?.into()))).collect::<serde_json::Result<_>>()?;
        Ok(Decision { revision: self.revision, limits: self.limits, steps })
    }
}

impl Decision<Said> {
    /// Reads the steps back, up to the first that another release wrote in a form that we can't read.
    pub fn read(&self) -> Decision {
        let steps = self.steps.iter().map_while(Said::read);
        Decision { revision: self.revision, limits: self.limits, steps: steps.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Wall;
    use crate::decision::StepKind;

    #[test]
    fn steps_that_are_said_bit_by_bit_are_the_decision() {
        let at = Wall::from_micros(7);
        let kinds = [StepKind::LocalRinging, StepKind::ScriptFinished, StepKind::Cancelled];
        let whole =
            Decision { revision: 3, steps: kinds.map(|kind| Step { at, kind }).to_vec(), ..Decision::default() };
        for first in 0..=3 {
            let news = whole.said_from(first).unwrap();
            assert_eq!(news.read().steps, whole.steps[first..]);
            assert_eq!(news.revision, 3);
        }
        assert!(whole.said_from(4).unwrap().steps.is_empty());
    }
}
