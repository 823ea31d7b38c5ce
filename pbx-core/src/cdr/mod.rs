//! The record that remains of a call, written once at its end.

mod assembly;
mod version;
mod written;

pub use assembly::{Assembly, Ending};
pub use version::{RecordError, VERSION};
pub use written::WrittenRecord;

use crate::base::ids::{CallId, LegId, TenantId};
use crate::base::time::Wall;
use crate::decision::{Decision, Step};
use crate::event::{Direction, Disposition, Party};
use serde::{Deserialize, Serialize};

/// The record of a call, with the steps of its decision or with the same put into words.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CallRecord<S = Step> {
    /// The version of the form that the record was written in ([`VERSION`]).
    #[serde(default)]
    pub version: u32,
    /// The exchange's own id of the call.
    pub id: CallId,
    /// The tenant.
    pub tenant: TenantId,
    /// SIP's Call-ID of the caller's leg.
    pub sip_call_id: String,
    /// Whether the call was internal or came from a trunk.
    pub direction: Direction,
    /// The party that called.
    pub from: Party,
    /// The dialled string as it came.
    pub dialled: String,
    /// The party that was called or that answered, as far as known.
    pub to: Party,
    /// When the INVITE came.
    pub started: Wall,
    /// When the first answer came.
    pub answered: Option<Wall>,
    /// When it ended.
    pub ended: Wall,
    /// How it ended.
    pub disposition: Disposition,
    /// A code of the table in `cause`.
    pub cause: String,
    /// The final SIP code to the caller (200 when answered).
    pub sip_code: u16,
    /// Microseconds from answer to end; zero if never answered.
    pub talk_us: i64,
    /// Whether the server cut the call: it was found without an end after a restart, or ran until
    /// the drain's deadline.
    pub cut: bool,
    /// The leg that hung up; `None` if the call was never answered, or something else ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hung_up: Option<LegId>,
    /// Every leg, the caller's first.
    pub legs: Vec<LegRecord>,
    /// The stretches of talk: who with whom, from when to when.
    pub segments: Vec<Segment>,
    /// Why the call went where it went.
    pub decision: Decision<S>,
}

impl<S> CallRecord<S> {
    /// Returns the record with another form of its decision; all else is the same.
    pub fn with<D>(self, decision: Decision<D>) -> CallRecord<D> {
        CallRecord {
            version: self.version,
            id: self.id,
            tenant: self.tenant,
            sip_call_id: self.sip_call_id,
            direction: self.direction,
            from: self.from,
            dialled: self.dialled,
            to: self.to,
            started: self.started,
            answered: self.answered,
            ended: self.ended,
            disposition: self.disposition,
            cause: self.cause,
            sip_code: self.sip_code,
            talk_us: self.talk_us,
            cut: self.cut,
            hung_up: self.hung_up,
            legs: self.legs,
            segments: self.segments,
            decision,
        }
    }
}

/// One leg of a call.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LegRecord {
    /// The leg's id.
    pub id: LegId,
    /// The party at the leg's end.
    pub party: Party,
    /// SIP's Call-ID of this leg.
    pub sip_call_id: String,
    /// When its INVITE came or went.
    pub started: Wall,
    /// When the leg first rang; `None` if never.
    pub ringing: Option<Wall>,
    /// When the leg was answered; `None` if never.
    pub answered: Option<Wall>,
    /// When it ended.
    pub ended: Wall,
    /// The final SIP code of its INVITE.
    pub sip_code: u16,
}

/// A stretch of time in which two legs were connected.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Segment {
    /// The leg of side A.
    pub a: LegId,
    /// The leg of side B.
    pub b: LegId,
    /// When they were connected.
    pub from: Wall,
    /// When that ended.
    pub to: Wall,
    /// The media of both sides, if it was measured.
    pub media: Option<MediaVerdict>,
}

/// The sound of a segment in both directions.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MediaVerdict {
    /// The media that came from side A.
    pub from_a: ReceivedMedia,
    /// The media that came from side B.
    pub from_b: ReceivedMedia,
}

/// The media that was received from one side.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ReceivedMedia {
    /// Packets received and passed on.
    pub packets: u64,
    /// Packets that were lost on the way to us, by their sequence numbers.
    pub lost: u64,
    /// Interarrival jitter in microseconds (RFC 3550 §6.4.1).
    pub jitter_us: u32,
    /// The RTP address that its SDP announced.
    pub announced: Option<String>,
    /// The address that its RTP really came from.
    pub latched: Option<String>,
    /// Other senders whose packets to the port were not let through.
    pub strangers: Vec<String>,
    /// One of them that sent a whole stream while nothing came from the phone, and that would have
    /// been heard if the phone had `media: roams`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_roam: Option<String>,
    /// Whether the side was on hold or asked not to send for some of the time, so that silence is
    /// no fault.
    pub silence_expected: bool,
}
