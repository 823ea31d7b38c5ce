//! The sender that a port listens to: symmetric RTP with a guard against strangers (RFC 7362 §4 and
//! §5).
//!
//! Every sender has a standing by what the signalling, which is authenticated, says of it
//! ([`Standing`]). The rule:
//!
//! | # | sender | the port is | what happens |
//! | --- | --- | --- | --- |
//! | 1 | anyone | not aimed yet | stranger |
//! | 2 | the announced address | not latched | latched with its first packet |
//! | 3 | the announced address | latched to another for less than [`FIRST_MOMENTS`] | takes over with its first packet |
//! | 4 | the announced address | latched to another for longer | takes over after [`PROBATION`] packets in sequence |
//! | 5 | near: the announced IP or the signalling's with another port | not latched, or latched to a former source or a roaming one | latched after [`PROBATION`] packets in sequence |
//! | 6 | near | latched to one of the same standing or a better that was silent for [`SILENCE`] | takes over after [`PROBATION`] packets in sequence, those of the silence counted (NAT rebinding, restarted phone) |
//! | 7 | the source from before a new aim | not latched, or latched to a roaming one | latched after [`PROBATION`] packets in sequence |
//! | 8 | elsewhere: any other address, on a leg that roams | the port has heard no packet for [`ROAMING_SILENCE`] | latched after [`PROBATION`] packets in sequence |
//! | 9 | elsewhere, on any other leg | as in row 8 | stranger; the report names it as one that would have roamed |
//! | 10 | no better standing than the latched | latched to one that is heard | stranger, however much it sends |
//! | 11 | anyone | newly aimed at another address | the latch is dropped, unless it is that address; rows 2–9 |
//! | 12 | anyone | aimed at the same address again | nothing changes |

use crate::time::Instant;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Packets in sequence, of one SSRC, that a sender must show before it is believed.
pub const PROBATION: u8 = 4;
/// The time after latching in which the announced address takes over with a single packet.
pub const FIRST_MOMENTS: Duration = Duration::from_secs(5);
/// The silence after which another port of the same host may take over. With the packets that it
/// must show, a phone whose port changed is followed within 200 ms; the pauses of one that sends
/// nothing in silence let no other in.
pub const SILENCE: Duration = Duration::from_millis(100);
/// The silence after which another address may be followed on a leg that roams.
pub const ROAMING_SILENCE: Duration = Duration::from_secs(1);

/// The number of senders that are on probation at once.
const CANDIDATES: usize = 4;

/// The trust that the signalling gives a sender; the later the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// The signalling says nothing of the sender.
    Elsewhere,
    /// The sender was the source before the signalling aimed elsewhere.
    Former,
    /// The sender's IP is the announced one or the signalling's.
    Near,
    /// The sender has the very address that the SDP announced.
    Announced,
}

/// A far end's addresses by its signalling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Aimed {
    /// The address that the SDP announces.
    pub announced: SocketAddr,
    /// The address that its SIP comes from.
    pub signalling: Option<IpAddr>,
    /// Whether it may send from any other address.
    pub roams: bool,
}

/// The one sender that an RTP port listens to.
#[derive(Clone, Debug, Default)]
pub struct Latch {
    aimed: Option<Aimed>,
    /// When a packet of the far end last came; before the first, when the port was aimed.
    heard: Instant,
    latched: Option<Latched>,
    former: Option<SocketAddr>,
    candidates: [Option<Candidate>; CANDIDATES],
    would_roam: Option<SocketAddr>,
}

#[derive(Clone, Copy, Debug)]
struct Latched {
    from: SocketAddr,
    standing: Standing,
    since: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    from: SocketAddr,
    standing: Standing,
    heard: Instant,
    ssrc: u32,
    next: u16,
    run: u8,
}

impl Latch {
    /// Takes the addresses that the signalling names (rows 11 and 12); returns whether the
    /// announced one is new.
    pub fn aim(&mut self, now: Instant, aimed: Aimed) -> bool {
        let before = self.aimed.replace(aimed).map(|before| before.announced);
        if before == Some(aimed.announced) {
            return false;
        }
        self.heard = now;
        self.candidates = [None; CANDIDATES];
        match &mut self.latched {
            Some(latched) if latched.from == aimed.announced => latched.standing = Standing::Announced,
            latched => self.former = latched.take().map(|old| old.from).or(self.former),
        }
        true
    }

    /// Returns the source that is passed on; `None` if none is latched.
    pub fn source(&self) -> Option<SocketAddr> {
        self.latched.map(|latched| latched.from)
    }

    /// Returns the address that the SDP announced last.
    pub fn announced(&self) -> Option<SocketAddr> {
        self.aimed.map(|aimed| aimed.announced)
    }

    /// Returns the sender that would have been followed if the leg roamed; `None` if there was
    /// none.
    pub const fn would_roam(&self) -> Option<SocketAddr> {
        self.would_roam
    }

    /// Takes an RTP packet; returns whether its sender is the one that the port listens to, perhaps
    /// from this packet on.
    pub fn hear(&mut self, now: Instant, from: SocketAddr, ssrc: u32, sequence: u16) -> bool {
        if self.source() == Some(from) {
            self.heard = now;
            return true;
        }
        let Some(aimed) = self.aimed else { return false };
        let standing = self.standing(&aimed, from);
        let at_once = standing == Standing::Announced
            && self.latched.is_none_or(|latched| now.since(latched.since) < FIRST_MOMENTS);
        let candidate = Candidate { from, standing, heard: now, ssrc, next: sequence, run: 0 };
        if !at_once && self.probation(candidate) < PROBATION || !self.may_take_over(now, standing) {
            return false;
        }
        if standing == Standing::Elsewhere && !aimed.roams {
            self.would_roam.get_or_insert(from);
            return false;
        }
        self.latched = Some(Latched { from, standing, since: now });
        self.heard = now;
        self.candidates = [None; CANDIDATES];
        true
    }

    fn standing(&self, aimed: &Aimed, from: SocketAddr) -> Standing {
        if from == aimed.announced {
            Standing::Announced
        } else if from.ip() == aimed.announced.ip() || aimed.signalling == Some(from.ip()) {
            Standing::Near
        } else if self.former == Some(from) {
            Standing::Former
        } else {
            Standing::Elsewhere
        }
    }

    /// Returns whether a sender that has shown enough may take the latch over now (rows 2–10).
    fn may_take_over(&self, now: Instant, standing: Standing) -> bool {
        let silent = now.since(self.heard);
        match (standing, self.latched) {
            (Standing::Elsewhere, _) => silent >= ROAMING_SILENCE,
            (_, None) => true,
            (_, Some(latched)) if standing > latched.standing => true,
            (Standing::Former, _) => false,
            (Standing::Near | Standing::Announced, _) => silent >= SILENCE,
        }
    }

    /// Returns how many packets in sequence this sender has shown, with this one.
    fn probation(&mut self, fresh: Candidate) -> u8 {
        let known = self.candidates.iter().position(|c| c.is_some_and(|c| c.from == fresh.from));
        let Some(place) = known.or_else(|| self.place_for(fresh.standing)) else { return 0 };
        let run = match self.candidates[place] {
            Some(old) if old.from == fresh.from && old.ssrc == fresh.ssrc && old.next == fresh.next => {
                old.run.saturating_add(1)
            }
            _ => 1,
        };
        self.candidates[place] = Some(Candidate { next: fresh.next.wrapping_add(1), run, ..fresh });
        run
    }

    /// Returns the place for a new candidate: a free one, or that of the candidate with the least
    /// standing, the longest unheard first. A crowd of strangers can't push a better one out.
    fn place_for(&self, standing: Standing) -> Option<usize> {
        let least = |c: &Option<Candidate>| c.map(|c| (c.standing, c.heard));
        let (place, worst) = self.candidates.iter().enumerate().min_by_key(|(_, c)| least(c))?;
        worst.is_none_or(|worst| worst.standing <= standing).then_some(place)
    }
}
