//! Steps put into words: written once, for the journal and for the record.

use super::{Decision, Step};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::sync::Arc;

/// A step as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Said(Arc<RawValue>);

impl PartialEq for Said {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Decision<Said> {
    /// Puts into words what `whole` has more than this, and answers with these steps alone.
    ///
    /// # Errors
    /// When a step has no JSON; the steps before it are said.
    pub fn catch_up(&mut self, whole: &Decision) -> serde_json::Result<Self> {
        let first = self.steps.len();
        if let Some(news) = whole.steps.get(first..).filter(|news| !news.is_empty()) {
            (self.revision, self.limits) = (whole.revision, whole.limits);
            for step in news {
                self.steps.push(Said(to_raw_value(step)?.into()));
            }
        }
        Ok(Self { revision: self.revision, limits: self.limits, steps: self.steps[first..].to_vec() })
    }

    /// The steps again, up to the first that another release wrote and we can't read.
    pub fn read(&self) -> Decision {
        let steps = self.steps.iter().map_while(|said| serde_json::from_str::<Step>(said.0.get()).ok());
        Decision { revision: self.revision, limits: self.limits, steps: steps.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::StepKind;
    use crate::time::Wall;

    fn of(kinds: &[StepKind]) -> Decision {
        let at = Wall::from_micros(7);
        let steps = kinds.iter().map(|kind| Step { at, kind: kind.clone() }).collect();
        Decision { revision: 3, steps, ..Decision::default() }
    }

    #[test]
    fn each_step_is_said_once_and_all_of_them_are_the_decision() {
        let whole = of(&[StepKind::LocalRinging, StepKind::ScriptFinished, StepKind::Cancelled]);
        let mut said = Decision::default();
        let first = said.catch_up(&of(&[StepKind::LocalRinging])).unwrap();
        let then = said.catch_up(&whole).unwrap();
        assert_eq!((first.steps.len(), then.steps.len()), (1, 2));
        assert!(said.catch_up(&whole).unwrap().steps.is_empty());
        assert!(said.catch_up(&Decision::default()).unwrap().steps.is_empty());
        assert_eq!(said.read(), whole);
        assert_eq!(serde_json::to_string(&said).unwrap(), serde_json::to_string(&whole).unwrap());
    }
}
