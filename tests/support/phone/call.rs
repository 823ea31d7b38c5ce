//! One call as the phone keeps it.

use super::Manner;
use super::sdp::Sdp;
use super::transfer::Referral;
use pbx_core::base::time::Instant;
use std::net::SocketAddr;

/// Where a call stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// The INVITE is out, or has come, and there is no final answer.
    Asking,
    /// 200.
    Talking,
    /// A BYE is out.
    Leaving,
    /// Nothing more.
    Over,
}

/// One call.
pub(super) struct Talk {
    pub(super) state: State,
    /// How the phone takes it.
    pub(super) manner: Manner,
    pub(super) made: bool,
    /// Which errand it is.
    pub(super) errand: Option<usize>,
    pub(super) local: String,
    pub(super) remote: String,
    pub(super) local_tag: String,
    pub(super) remote_tag: Option<String>,
    /// Request-URI of what goes within the dialog.
    pub(super) target: String,
    pub(super) seq: u32,
    pub(super) remote_seq: u32,
    /// Branch and CSeq of the INVITE that began it.
    pub(super) branch: String,
    pub(super) invite_seq: u32,
    /// Our last INVITE, if it is not answered.
    pub(super) asked_again: Option<String>,
    /// It has no offer.
    pub(super) asks: bool,
    /// The user wants to hear nothing.
    pub(super) holds: bool,
    /// What the other side leaves it: the direction that it offered, or answered to an offer of
    /// both ways.
    pub(super) imposed: String,
    pub(super) tries: u32,
    pub(super) authorization: Option<String>,
    pub(super) provisional: bool,
    pub(super) gives_up: bool,
    /// The INVITE that it was called with.
    pub(super) invite: Option<rsip::sip::Request>,
    /// Our last ACK for a 200, by the INVITE's CSeq.
    pub(super) ack: Option<(u32, Vec<u8>)>,
    pub(super) ours: Sdp,
    pub(super) theirs: Option<Sdp>,
    /// What it asked by REFER, in order.
    pub(super) referrals: Vec<Referral>,
    pub(super) playing: bool,
    pub(super) packets: u16,
    /// When it heard audio last, or began to wait for it.
    pub(super) heard: Instant,
}

impl Talk {
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// What the user wants, said to somebody who says `theirs`.
    pub(super) fn direction_for(&self, theirs: &str) -> &'static str {
        Sdp::answering(theirs, !self.holds || self.manner.holds_by.sends(), !self.holds)
    }

    /// Where audio goes now, if it may.
    pub(super) fn audio_to(&self) -> Option<SocketAddr> {
        let theirs = self.theirs.as_ref()?;
        let wanted = matches!(theirs.direction.as_str(), "sendrecv" | "recvonly");
        (self.ours.sends() && wanted && !theirs.rtp.ip().is_unspecified()).then_some(theirs.rtp)
    }
}
