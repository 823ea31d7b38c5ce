//! Dialogs (RFC 3261 §12): what two sides agree on for as long as a call lasts.
//!
//! A [`Dialog`] is made of an INVITE and a response to it, on the side that sent the INVITE by
//! [`Dialog::uac`], on the other by [`Dialog::uas`]. One INVITE of ours may make many, one for each
//! To-tag (forking): the 2xx that nobody wants is acknowledged and its dialog ended with BYE, like
//! any other. The dialog writes the requests inside of it, checks those that come, keeps the ACK of
//! the last 2xx for its retransmissions, and repeats our own 2xx until it is acknowledged
//! ([`Dialog::answered`], [`Dialog::fire`]).

mod answered;
mod create;
mod id;
mod receive;
mod request;

pub use answered::Due;
pub use create::DialogError;
pub use id::DialogId;
pub use receive::{Incoming, Refused};
pub use request::{RequestParts, Unsendable};

use crate::text::Text;
use crate::time::Instant;
use crate::transaction::Timers;
use crate::{NameAddr, Uri};
use answered::Answered;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Our side of the dialog: it stays the same, no matter which side sends the later requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Role {
    /// We sent the INVITE, and made the Call-ID.
    Uac,
    /// We received it.
    Uas,
}

/// The progress of a dialog.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum DialogState {
    /// Made by a 1xx.
    Early,
    /// Made or confirmed by a 2xx.
    Confirmed,
    /// Ended, by BYE, by a final refusal of its INVITE, or by an answer that says so (481).
    Ended,
}

/// An INVITE inside the dialog whose outcome is open (RFC 3261 §14).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum Open {
    Ours(u32),
    Theirs(u32),
}

/// A dialog. Plain data: it can be stored and carried elsewhere between any two calls.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Dialog {
    role: Role,
    state: DialogState,
    id: DialogId,
    /// Our From in requests that we send: address and tag.
    local: Text,
    /// Our To in requests that we send: address and tag.
    remote: Text,
    /// Where requests go (RFC 3261 §12.1): the Contact of the other side.
    target: Uri,
    /// The route set, next hop first.
    routes: Vec<NameAddr>,
    local_cseq: u32,
    remote_cseq: Option<u32>,
    open: Option<Open>,
    /// Our ACK of the last 2xx, by its CSeq.
    ack: Option<(u32, Bytes)>,
    /// Our 2xx that waits for its ACK.
    answered: Option<Answered>,
}

impl Dialog {
    /// Returns the dialog's id.
    pub const fn id(&self) -> &DialogId {
        &self.id
    }

    /// Returns whether we sent the INVITE or received it.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Returns whether the dialog is early, confirmed or ended.
    pub const fn state(&self) -> DialogState {
        self.state
    }

    /// Returns the remote target: the Contact of the other side.
    pub const fn target(&self) -> &Uri {
        &self.target
    }

    /// Returns the route set, next hop first.
    pub fn routes(&self) -> &[NameAddr] {
        &self.routes
    }

    /// Returns where requests are sent to: the first of the route set, else the remote target (RFC
    /// 3261 §12.2.1.1). The flow that the far end is known to be behind may be better.
    pub fn next_hop(&self) -> &Uri {
        self.routes.first().map_or(&self.target, NameAddr::uri)
    }

    /// Returns the CSeq number of the last request that we sent.
    pub const fn local_cseq(&self) -> u32 {
        self.local_cseq
    }

    /// Notes that we have answered their INVITE, the first or a later one, with this 2xx.
    pub fn answered(&mut self, now: Instant, response: &Bytes, timers: &Timers) {
        let Some(Open::Theirs(cseq)) = self.open else { return };
        self.open = None;
        if self.state == DialogState::Early {
            self.state = DialogState::Confirmed;
        }
        self.answered = Some(Answered::new(cseq, response.clone(), now, timers));
    }

    /// Returns whether our 2xx waits for its ACK. Until it comes, or is given up, we as the UAS
    /// send no BYE (§15).
    pub const fn awaits_ack(&self) -> bool {
        self.answered.is_some()
    }

    /// Returns when [`Dialog::fire`] should be called next; `None` if nothing waits.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.answered.as_ref().map(Answered::deadline)
    }

    /// Returns what is due at `now`; `None` if nothing is.
    pub fn fire(&mut self, now: Instant) -> Option<Due> {
        let due = self.answered.as_mut()?.fire(now);
        self.answered.take_if(|_| due == Some(Due::NoAck));
        due
    }

    /// Takes an ACK with this CSeq; returns whether it was awaited.
    fn acknowledged(&mut self, cseq: u32) -> bool {
        self.answered.take_if(|answered| answered.is_to(cseq)).is_some()
    }

    /// Ends the dialog: after BYE from either side, and where RFC 3261 §12.2.1.2 says so. Nothing
    /// is due from then on.
    pub fn end(&mut self) {
        self.state = DialogState::Ended;
        self.answered = None;
        self.open = None;
    }
}

#[cfg(test)]
mod tests;
