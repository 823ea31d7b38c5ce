//! A day as text, in which nothing is left of what was drawn from randomness: every message that
//! the exchange sent and every promise that it wrote, in order, then the audio that each phone
//! heard, then the records.

mod drawn;

use super::net::Net;
use bytes::Bytes;
use drawn::Drawn;
use pbx_core::base::flow::Flow;
use pbx_core::base::time::Instant;
use pbx_core::journal::Entry;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Something that the exchange did.
pub(crate) enum Deed {
    /// It started.
    Started(Instant),
    /// It wrote this entry of its journal.
    Promised(Instant, usize),
    /// It sent SIP.
    Sent(Instant, Flow, Bytes),
}

impl Net {
    /// The day so far.
    pub(crate) fn transcript(&self) -> String {
        let (mut text, mut drawn) = (String::new(), Drawn::default());
        for deed in &self.exchange.deeds {
            let _ = match deed {
                Deed::Started(at) => writeln!(text, "{} starts", at.micros()),
                Deed::Promised(at, n) => {
                    let promise = promised(&mut drawn, &self.exchange.journal[*n]);
                    writeln!(text, "{} writes {promise}", at.micros())
                }
                Deed::Sent(at, flow, bytes) => {
                    let (way, message) = (way(flow), drawn.message(bytes));
                    writeln!(text, "{} sends by {way}\n{message}", at.micros())
                }
            };
        }
        self.write_audio(&mut text, &mut drawn);
        self.write_records(&mut text, &mut drawn);
        text
    }

    /// Writes how many packets each phone sent in each call, and heard from whom.
    fn write_audio(&self, text: &mut String, drawn: &mut Drawn) {
        let names: BTreeMap<u32, &str> = self.phones.iter().map(|phone| (phone.mark(), &*phone.name)).collect();
        for phone in &self.phones {
            for view in phone.views() {
                let call = drawn.named("call-id", &view.call_id);
                let _ = write!(text, "{} in {call} sent {}", phone.name, view.sent);
                for (mark, count) in &view.heard {
                    let _ = write!(text, ", heard {count} of {}", names.get(mark).unwrap_or(&"nobody"));
                }
                text.push('\n');
            }
        }
    }

    /// Writes the records, in the order in which their calls began.
    fn write_records(&self, text: &mut String, drawn: &mut Drawn) {
        let mut records = self.exchange.records();
        records.sort_by_cached_key(|record| drawn.number("id", &record.id.to_string()));
        for record in records {
            let json = serde_json::to_string_pretty(&record).expect("a record has JSON");
            for line in json.lines() {
                let _ = writeln!(text, "{}", drawn.json(line));
            }
        }
    }
}

fn way(flow: &Flow) -> String {
    match flow.connection {
        0 => format!("{} to {}", flow.transport.via(), flow.remote),
        connection => format!("{} to {} on {connection}", flow.transport.via(), flow.remote),
    }
}

/// The kind of a promise and of which call it is.
fn promised(drawn: &mut Drawn, entry: &Entry) -> String {
    let kind = match entry {
        Entry::CallStarted { .. } => "the start",
        Entry::CallDecided { .. } => "the decision",
        Entry::CallAnswered { .. } => "the answer",
        Entry::CallTransferred { .. } => "the transfer",
        Entry::CallEnded { .. } => "the end",
        Entry::CallRecorded { .. } => "the record",
        Entry::BindingAdded { .. } => "a binding",
        Entry::BindingRefreshed { .. } => "a refreshed binding",
        Entry::BindingRemoved { .. } => "the end of a binding",
        Entry::Audit(_) => "the audit",
    };
    let (tenant, call) = entry.subject();
    let whose = call.map(|call| call.to_string()).or_else(|| tenant.map(|tenant| tenant.to_string()));
    let whose = whose.map_or_else(|| "the server".to_owned(), |id| drawn.named("id", &id));
    format!("{kind} of {whose}")
}
