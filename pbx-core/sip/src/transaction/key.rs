//! Which transaction a message belongs to (RFC 3261 §17.1.3 and §17.2.3).

use super::facts::Facts;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The key of a transaction as one text: side, method, sent-by and branch; or, where the branch lacks the magic cookie of
/// RFC 3261 and so is not unique, what RFC 2543 went by. A clone copies a pointer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Arc<str>);

impl Key {
    /// The key of the client transaction that a response, or a request of ours, belongs to: branch and the CSeq's method
    /// (§17.1.3).
    pub(super) fn of_response(facts: &Facts<'_>) -> Self {
        let branch = facts.via.branch().unwrap_or_default();
        Self(["client ", facts.method(), " ", branch].concat().into())
    }

    /// The key of the server transaction that a request belongs to; an ACK belongs to its INVITE's (§17.2.3).
    pub(super) fn of_request(facts: &Facts<'_>) -> Self {
        match facts.method() {
            "ACK" => Self::of_server(facts, "INVITE"),
            method => Self::of_server(facts, method),
        }
    }

    /// The key of the INVITE that a CANCEL is about (§9.2).
    pub(super) fn of_cancelled(facts: &Facts<'_>) -> Self {
        Self::of_server(facts, "INVITE")
    }

    /// The key of the CANCEL for this INVITE of ours: it has the same branch (§9.1).
    pub(super) fn for_cancel(&self) -> Self {
        Self(self.0.replacen(" INVITE ", " CANCEL ", 1).into())
    }

    fn of_server(facts: &Facts<'_>, method: &str) -> Self {
        let (host, port) = (facts.via.host_text().to_ascii_lowercase(), facts.via.port_or_default().to_string());
        if let Some(branch) = facts.via.unique_branch() {
            return Self(["server ", method, " ", &host, ":", &port, " ", branch].concat().into());
        }
        // The To-tag is left out: the INVITE does not have the one that its ACK has, and the rest tells enough.
        let message = facts.message;
        let call_id = message.call_id().unwrap_or_default();
        let from = message.from_addr().ok();
        let from = from.as_ref().and_then(|from| from.tag()).unwrap_or_default();
        let uri = message.uri_text().unwrap_or_default();
        let (cseq, via) = (facts.cseq.number, facts.via.text());
        Self(format!("server {method} {host}:{port} 2543 {cseq} {call_id} {from} {uri} {via}").into())
    }
}
