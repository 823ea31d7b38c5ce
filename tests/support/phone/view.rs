//! What a phone remembers of a call: its own view, to hold the exchange's record against.

use pbx_core::base::time::Instant;
use std::collections::BTreeMap;

/// A report on a transfer (RFC 3515 §2.4.4).
#[derive(Clone, Debug)]
pub(crate) struct Notified {
    /// When it came.
    pub(crate) at: Instant,
    /// The status that it tells.
    pub(crate) code: u16,
    /// Subscription-State.
    pub(crate) state: String,
}

/// A call as one phone saw it.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    /// SIP's Call-ID of the phone's leg.
    pub(crate) call_id: String,
    /// The phone made the call.
    pub(crate) made: bool,
    /// What it dialled, or by what it was called.
    pub(crate) dialled: String,
    /// What the other side called itself in the INVITE: user of From.
    pub(crate) caller: String,
    /// P-Asserted-Identity of the INVITE, if it came with one.
    pub(crate) asserted: Option<String>,
    /// When the INVITE went or came first.
    pub(crate) began: Instant,
    /// When the first 18x came or went.
    pub(crate) ringing: Option<Instant>,
    /// Its code.
    pub(crate) ringing_code: Option<u16>,
    /// When the 100 came.
    pub(crate) trying: Option<Instant>,
    /// When the 200 came (caller) or was sent first (called).
    pub(crate) answered: Option<Instant>,
    /// When the ACK came (called).
    pub(crate) acknowledged: Option<Instant>,
    /// When its own BYE went first.
    pub(crate) hung_up: Option<Instant>,
    /// When the other side's BYE came first.
    pub(crate) was_hung_up: Option<Instant>,
    /// When it was over.
    pub(crate) over: Option<Instant>,
    /// When the phone lost its power in it.
    pub(crate) vanished: Option<Instant>,
    /// When the phone noticed in it that its connection was gone.
    pub(crate) cut_off: Option<Instant>,
    /// The final code of the INVITE: 200 when answered, 487 when cancelled.
    pub(crate) code: Option<u16>,
    /// The Reason of the CANCEL or BYE.
    pub(crate) reason: Option<String>,
    /// Headers of the final answer that tests ask for.
    pub(crate) final_headers: Vec<(String, String)>,
    /// RTP packets sent.
    pub(crate) sent: u64,
    /// RTP packets heard, by the sender's mark.
    pub(crate) heard: BTreeMap<u32, u64>,
    /// Codes of the answers to its re-INVITEs and REFERs, in order.
    pub(crate) later_codes: Vec<u16>,
    /// Reports on its transfers, in order.
    pub(crate) notified: Vec<Notified>,
    /// Directions that the other side asked for by re-INVITE, in order.
    pub(crate) asked: Vec<String>,
    /// Payload types that the other side offered by re-INVITE, in order.
    pub(crate) offered: Vec<Vec<u8>>,
    /// Payload types in the answers to its own re-INVITEs, in order.
    pub(crate) agreed: Vec<Vec<u8>>,
    /// 200s to its INVITE that it got, retransmissions too.
    pub(crate) oks: u32,
    /// ACKs that it got for its 200, retransmissions too.
    pub(crate) acks: u32,
    /// Request-URI and Max-Forwards of the INVITE as it came.
    pub(crate) request_uri: String,
    /// See `request_uri`.
    pub(crate) max_forwards: Option<u32>,
}

impl View {
    /// Whether the phone believes that it talked.
    pub(crate) fn talked(&self) -> bool {
        self.answered.is_some() && self.code == Some(200)
    }

    /// How many packets of that mark it heard.
    pub(crate) fn heard_from(&self, mark: u32) -> u64 {
        self.heard.get(&mark).copied().unwrap_or(0)
    }
}
