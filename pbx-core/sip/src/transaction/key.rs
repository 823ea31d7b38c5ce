//! Which transaction a message belongs to (RFC 3261 §17.1.3 and §17.2.3).

use super::facts::Facts;
use crate::spell;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

/// The key of a transaction as one text: side, method, source, sent-by and branch; or, where the
/// branch lacks the magic cookie of RFC 3261 and so is not unique, what RFC 2543 went by. A clone
/// copies a pointer.
///
/// RFC 3261 §17.2.3 matches by sent-by and branch alone, which are only said: who guesses another
/// phone's next branch would take its transaction, so the source's address counts, too. Its port
/// and its connection do not: a NAT changes the one, and a CANCEL may have to come on another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Arc<str>);

impl Key {
    /// Returns the key of the client transaction that a response, or a request of ours, belongs to:
    /// branch and the CSeq's method (§17.1.3).
    pub(super) fn of_response(facts: &Facts<'_>) -> Self {
        let branch = facts.via.branch().unwrap_or_default();
        Self(["client ", facts.method(), " ", branch].concat().into())
    }

    /// Returns the key of the server transaction that a request from this source belongs to; an ACK
    /// belongs to its INVITE's (§17.2.3).
    pub(super) fn of_request(facts: &Facts<'_>, source: IpAddr) -> Self {
        match facts.method() {
            "ACK" => Self::of_server(facts, source, "INVITE"),
            method => Self::of_server(facts, source, method),
        }
    }

    /// Returns the key of the INVITE that a CANCEL is about (§9.2); by its source, which is all
    /// that proves who sends it (§22.1).
    pub(super) fn of_cancelled(facts: &Facts<'_>, source: IpAddr) -> Self {
        Self::of_server(facts, source, "INVITE")
    }

    /// Returns the key of the CANCEL for this INVITE of ours: it has the same branch (§9.1).
    pub(super) fn for_cancel(&self) -> Self {
        Self(self.0.replacen(" INVITE ", " CANCEL ", 1).into())
    }

    fn of_server(facts: &Facts<'_>, source: IpAddr, method: &str) -> Self {
        let mut text = String::with_capacity(128);
        text.extend(["server ", method, " "]);
        spell::ip(&mut text, source.to_canonical());
        text.push(' ');
        let host = text.len();
        text.push_str(facts.via.host_text());
        text[host..].make_ascii_lowercase();
        text.push(':');
        spell::number(&mut text, facts.via.port_or_default());
        if let Some(branch) = facts.via.unique_branch() {
            text.extend([" ", branch]);
            return Self(text.into());
        }
        // The To-tag is left out: the INVITE does not have the one that its ACK has, and the rest
        // tells enough.
        let message = facts.message;
        let call_id = message.call_id().unwrap_or_default();
        let from = message.from_addr().ok();
        let from = from.as_ref().and_then(|from| from.tag()).unwrap_or_default();
        let uri = message.uri_text().unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(text, " 2543 {} {call_id} {from} {uri} {}", facts.cseq.number, facts.via.text());
        Self(text.into())
    }
}

/// The number of a transaction within its [`Layer`](super::Layer). Never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransactionId(pub(super) u64);
