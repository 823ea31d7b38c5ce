//! What a phone does by itself: how it answers, and what it does with its own calls.

use super::super::{ms, secs};
use std::time::Duration;

/// What a phone does when it is called.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    /// After which time it says 180; none: it never does.
    pub(crate) rings_after: Option<Duration>,
    /// It says 183 with a description instead, and plays.
    pub(crate) early_media: bool,
    /// What it says in the end, counted from the INVITE.
    pub(crate) says: Says,
    /// It hangs up this long after its answer was acknowledged.
    pub(crate) hangs_up_after: Option<Duration>,
    /// What else it does, counted from then.
    pub(crate) then: Vec<(Duration, Whim)>,
    /// It never sends audio.
    pub(crate) mute: bool,
    /// It goes on when it hears nothing.
    pub(crate) bears_silence: bool,
    /// The address that it puts into its descriptions, if it is a wrong one.
    pub(crate) wrong_address: Option<std::net::IpAddr>,
    /// The address that its audio leaves from, if that is another than the one of its signalling.
    pub(crate) speaks_from: Option<std::net::IpAddr>,
    /// Payload types that it takes, the best first.
    pub(crate) payloads: Vec<u8>,
    /// When it vanishes, if it does.
    pub(crate) vanishes: Option<VanishesAfter>,
    /// How it holds.
    pub(crate) holds_by: HoldsBy,
    /// While it is held, its own offers repeat the direction that was imposed on it.
    pub(crate) repeats_imposed: bool,
    /// It asks again for a change that was refused with 491 or the like, until it has it.
    pub(crate) insists: bool,
}

/// How a phone says that it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HoldsBy {
    /// `a=sendonly`: it may play music.
    SendOnly,
    /// `a=inactive`.
    Inactive,
    /// `m=audio 0`.
    PortZero,
    /// `c=IN IP4 0.0.0.0`.
    Zeros,
}

impl HoldsBy {
    /// Whether it goes on sending.
    pub(crate) const fn sends(self) -> bool {
        matches!(self, Self::SendOnly | Self::Zeros)
    }
}

/// From where the manners of a phone's calls come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moods {
    pub(crate) seed: u64,
    /// In thousandths: at how many calls it vanishes.
    pub(crate) vanishing: u64,
    /// In percent: how many calls it transfers.
    pub(crate) transfers: u64,
}

/// At which point of a call, and how long after it, a phone vanishes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum VanishesAfter {
    /// The INVITE went or came first.
    Invite(Duration),
    /// The 200 came or was sent first.
    Answer(Duration),
    /// The other side asked for a change by re-INVITE.
    Reinvite(Duration),
}

impl VanishesAfter {
    /// How long after that point.
    pub(crate) const fn after(self) -> Duration {
        match self {
            Self::Invite(after) | Self::Answer(after) | Self::Reinvite(after) => after,
        }
    }
}

/// The final word of a phone that is called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    /// 200 after this time.
    Answer(Duration),
    /// This code after this time.
    Refuse(Duration, u16),
    /// Nothing.
    Nothing,
    /// Not even a provisional answer: it is not there.
    Dead,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            rings_after: Some(ms(50)),
            early_media: false,
            says: Says::Answer(secs(2)),
            hangs_up_after: None,
            then: vec![],
            mute: false,
            bears_silence: false,
            wrong_address: None,
            speaks_from: None,
            payloads: vec![8, 0, 101],
            vanishes: None,
            holds_by: HoldsBy::SendOnly,
            repeats_imposed: false,
            insists: false,
        }
    }
}

/// After what time a phone stops waiting or ringing.
pub(crate) const PATIENCE: Duration = secs(200);

/// After what time of silence a phone that talks hangs up: the other side, or what was between, is gone.
pub(crate) const SILENCE: Duration = secs(90);

/// A call that a phone makes.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    /// What it dials.
    pub(crate) dials: String,
    /// It sends no offer with its INVITE.
    pub(crate) without_offer: bool,
    /// It hangs up this long after the answer.
    pub(crate) hangs_up_after: Option<Duration>,
    /// It gives up this long after its INVITE, if it has no answer by then.
    pub(crate) gives_up_after: Option<Duration>,
    /// What else it does, counted from the answer.
    pub(crate) then: Vec<(Duration, Whim)>,
    /// Headers that it adds to its INVITE.
    pub(crate) lines: Vec<(String, String)>,
    /// Payload types that it offers.
    pub(crate) payloads: Vec<u8>,
    /// When it vanishes, if it does.
    pub(crate) vanishes: Option<VanishesAfter>,
}

impl Errand {
    /// A call that lasts until the other side ends it.
    pub(crate) fn to(dialled: &str) -> Self {
        Self {
            dials: dialled.to_owned(),
            without_offer: false,
            hangs_up_after: None,
            gives_up_after: None,
            then: vec![],
            lines: vec![],
            payloads: vec![8, 0, 101],
            vanishes: None,
        }
    }
}

/// Something to do in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whim {
    /// BYE.
    HangUp,
    /// CANCEL.
    GiveUp,
    /// re-INVITE that holds.
    Hold,
    /// re-INVITE that holds no more.
    Resume,
    /// re-INVITE with what is so already.
    Refresh,
    /// re-INVITE without an offer: its ACK holds, or holds no more, or leaves it so.
    Ask(Option<bool>),
    /// re-INVITE with these payload types.
    Codecs(Vec<u8>),
    /// REFER: the other side shall talk to this extension; the phone stays until it is hung up.
    Transfer(&'static str),
    /// The same; the phone hangs up as soon as that is accepted.
    TransferAndLeave(&'static str),
    /// The same; the phone hangs up as soon as it hears of the answer.
    TransferAndCross(&'static str),
    /// A bare REFER with this in Refer-To, or without one if it is empty.
    Refer(&'static str),
    /// The power goes: no word to anybody.
    Vanish,
    /// Nobody comes for three minutes: whoever waits or rings stops.
    Tire,
}
