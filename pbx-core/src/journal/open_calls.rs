//! The calls of a journal that have begun and have no record yet.

use super::{Entry, OpenCall};
use crate::base::ids::CallId;
use crate::cdr::WrittenRecord;
use crate::decision::Said;
use std::collections::BTreeMap;

/// Told a journal's entries in order, it knows which calls are open.
#[derive(Clone, Debug, Default)]
pub struct OpenCalls(BTreeMap<CallId, OpenCall>);

/// What an entry is about.
#[derive(Clone, PartialEq, Debug)]
pub enum EntryEffect<'a> {
    /// A call that is open.
    Open(CallId),
    /// The record of a call, which is open no more, and the steps of its decision that were told before.
    Finished(&'a WrittenRecord, Vec<Said>),
    /// No call, or one that is not known to have begun.
    Other,
}

impl OpenCalls {
    /// The journal tells more. Told twice is told once.
    pub fn hear<'a>(&mut self, entry: &'a Entry) -> EntryEffect<'a> {
        match entry {
            Entry::CallStarted { call, .. } => {
                if let Some(open) = OpenCall::begin(entry) {
                    self.0.entry(*call).or_insert(open);
                }
                EntryEffect::Open(*call)
            }
            Entry::CallDecided { call, .. } | Entry::CallAnswered { call, .. } | Entry::CallEnded { call, .. } => {
                let Some(open) = self.0.get_mut(call) else { return EntryEffect::Other };
                open.hear(entry);
                EntryEffect::Open(*call)
            }
            Entry::CallRecorded { after, record } => {
                let told = self.remove(record.brief().id).map(|open| open.told(*after));
                EntryEffect::Finished(record, told.unwrap_or_default())
            }
            Entry::BindingAdded { .. }
            | Entry::BindingRefreshed { .. }
            | Entry::BindingRemoved { .. }
            | Entry::Audit(_) => EntryEffect::Other,
        }
    }

    /// One of them.
    pub fn get(&self, call: CallId) -> Option<&OpenCall> {
        self.0.get(&call)
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &OpenCall> {
        self.0.values()
    }

    /// It has its record.
    pub fn remove(&mut self, call: CallId) -> Option<OpenCall> {
        self.0.remove(&call)
    }
}

impl FromIterator<OpenCall> for OpenCalls {
    fn from_iter<T: IntoIterator<Item = OpenCall>>(calls: T) -> Self {
        Self(calls.into_iter().map(|call| (call.call, call)).collect())
    }
}
