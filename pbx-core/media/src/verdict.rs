//! What two port reports say about how a conversation sounded: facts for the record, which words are made from.

use crate::command::PortReport;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// One of the two ends of a conversation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// Who was heard.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heard {
    /// Packets came from both, or silence was expected where none came.
    Both,
    /// No packets ever came from A.
    NothingFromA,
    /// No packets ever came from B.
    NothingFromB,
    /// No packets ever came from either.
    NothingFromEither,
}

/// Something that explains what was (not) heard.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "finding")]
pub enum Finding {
    /// No packets ever came from this side, though it had reason to send.
    NothingCame {
        /// Which side.
        side: Side,
        /// Where its SDP said that it is; none if it never said.
        announced: Option<SocketAddr>,
    },
    /// It sent from another address than its SDP said: a NAT, or a wrong configuration. It was heard all the same.
    Elsewhere {
        /// Which side.
        side: Side,
        /// What its SDP said.
        announced: SocketAddr,
        /// Where it really is.
        latched: SocketAddr,
    },
    /// Another one sent to this side's port, and was not let through.
    Stranger {
        /// Whose port.
        side: Side,
        /// Who sent.
        from: SocketAddr,
        /// How many datagrams.
        datagrams: u64,
    },
    /// Nothing could be sent to this side although the other side spoke: no address was known, or it wanted nothing.
    NothingSent {
        /// Which side heard nothing.
        side: Side,
    },
}

/// How a conversation sounded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// Who was heard.
    pub heard: Heard,
    /// What explains it; A's findings first.
    pub findings: Vec<Finding>,
}

/// A side's report, and whether its silence is no fault (on hold, or told not to send, all the time).
#[derive(Clone, Copy, Debug)]
pub struct Heeded<'a> {
    /// What went through its port.
    pub report: &'a PortReport,
    /// It had no reason to send.
    pub silence_expected: bool,
}

/// Judges a conversation by its two reports.
pub fn verdict(a: Heeded<'_>, b: Heeded<'_>) -> Verdict {
    let silent = |side: Heeded<'_>| side.report.packets == 0 && !side.silence_expected;
    let heard = match (silent(a), silent(b)) {
        (false, false) => Heard::Both,
        (true, false) => Heard::NothingFromA,
        (false, true) => Heard::NothingFromB,
        (true, true) => Heard::NothingFromEither,
    };
    let mut findings = Vec::new();
    for (side, own, other) in [(Side::A, a, b), (Side::B, b, a)] {
        if silent(own) {
            findings.push(Finding::NothingCame { side, announced: own.report.announced });
        }
        if let (Some(announced), Some(latched)) = (own.report.announced, own.report.latched)
            && announced != latched
        {
            findings.push(Finding::Elsewhere { side, announced, latched });
        }
        let strangers = own.report.strangers.iter();
        findings.extend(strangers.map(|&(from, datagrams)| Finding::Stranger { side, from, datagrams }));
        if other.report.packets > 0 && own.report.sent == 0 && !own.silence_expected {
            findings.push(Finding::NothingSent { side });
        }
    }
    Verdict { heard, findings }
}
