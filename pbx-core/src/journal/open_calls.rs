//! The calls of a journal that have begun and have no record yet.

use super::{Entry, OpenCall};
use crate::base::ids::CallId;
use crate::cdr::WrittenRecord;
use crate::decision::Said;
use std::collections::BTreeMap;

/// The open calls, by the entries of a journal in order.
#[derive(Clone, Debug, Default)]
pub struct OpenCalls(BTreeMap<CallId, OpenCall>);

/// The effect of an entry on the open calls.
#[derive(Clone, PartialEq, Debug)]
pub enum EntryEffect<'a> {
    /// A call is open.
    Open(CallId),
    /// A call has its record and is no longer open; with the steps of its decision from earlier
    /// entries.
    Finished(&'a WrittenRecord, Vec<Said>),
    /// The entry is about no call, or about one that is not known to have begun.
    Other,
}

impl OpenCalls {
    /// Applies the next entry. Applying it twice is the same as applying it once.
    pub fn apply<'a>(&mut self, entry: &'a Entry) -> EntryEffect<'a> {
        match entry {
            Entry::CallStarted { call, .. } => {
                if let Some(open) = OpenCall::begin(entry) {
                    self.0.entry(*call).or_insert(open);
                }
                EntryEffect::Open(*call)
            }
            Entry::CallDecided { call, .. }
            | Entry::CallAnswered { call, .. }
            | Entry::CallTransferred { call, .. }
            | Entry::CallEnded { call, .. } => {
                let Some(open) = self.0.get_mut(call) else { return EntryEffect::Other };
                open.apply(entry);
                EntryEffect::Open(*call)
            }
            Entry::CallRecorded { after, record } => {
                let steps = self.remove(record.brief().id).map(|open| open.first_steps(*after));
                EntryEffect::Finished(record, steps.unwrap_or_default())
            }
            Entry::BindingAdded { .. }
            | Entry::BindingRefreshed { .. }
            | Entry::BindingRemoved { .. }
            | Entry::Audit(_) => EntryEffect::Other,
        }
    }

    /// Returns one of them; `None` if the call is not open.
    pub fn get(&self, call: CallId) -> Option<&OpenCall> {
        self.0.get(&call)
    }

    /// Returns all of them, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &OpenCall> {
        self.0.values()
    }

    /// Removes a call that has its record.
    pub fn remove(&mut self, call: CallId) -> Option<OpenCall> {
        self.0.remove(&call)
    }
}

impl FromIterator<OpenCall> for OpenCalls {
    fn from_iter<T: IntoIterator<Item = OpenCall>>(calls: T) -> Self {
        Self(calls.into_iter().map(|call| (call.call, call)).collect())
    }
}
