//! Whom a port listens to: symmetric RTP with a guard against strangers (RFC 7362 §4 and §5).
//!
//! Every sender has a standing by what the signalling, which is authenticated, says of it ([`Standing`]). The rule:
//!
//! | # | sender | the port is | what happens |
//! | --- | --- | --- | --- |
//! | 1 | anyone | not aimed yet | stranger |
//! | 2 | the announced address | latched to nobody | latched with its first packet |
//! | 3 | the announced address | latched to another for less than [`FIRST_MOMENTS`] | takes over with its first packet |
//! | 4 | the announced address | latched to another for longer | takes over after [`PROBATION`] packets in sequence |
//! | 5 | near: the announced IP, the signalling's IP, or the former source's IP with another port | latched to nobody, a former source's or an unknown address | latched after [`PROBATION`] packets in sequence |
//! | 6 | the source from before a new aim | latched to nobody, or to an unknown address | latched after [`PROBATION`] packets in sequence |
//! | 7 | unknown | latched to nobody; signalling's IP not known, or not the announced IP (a NAT) | latched after [`PROBATION`] packets in sequence |
//! | 8 | unknown | signalling and SDP name the same IP | stranger: there is no NAT to guess about |
//! | 9 | no better standing than the latched | latched to one that is heard | stranger, however much it sends |
//! | 10 | near, or the latched IP with another port | latched to one that was silent for [`SILENCE`] | takes over after [`PROBATION`] packets in sequence (NAT rebinding, restarted phone) |
//! | 11 | unknown, another IP | latched to one that was silent | stranger: only the signalling can move the stream there |
//! | 12 | anyone | newly aimed at another address | the latch is dropped, unless it is that address; rows 2–8 |
//! | 13 | anyone | aimed at the same address again | nothing changes |

use crate::time::Instant;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Packets in sequence, of one SSRC, that a sender must show before it is believed.
pub const PROBATION: u8 = 4;
/// How long after latching the announced address takes over with a single packet.
pub const FIRST_MOMENTS: Duration = Duration::from_secs(5);
/// After how long without a packet another port of the same host may take over.
pub const SILENCE: Duration = Duration::from_secs(3);

/// How many senders are on probation at once.
const CANDIDATES: usize = 4;

/// How far the signalling vouches for a sender; the later the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// The signalling says nothing of the sender.
    Unknown,
    /// The sender was the source before the signalling aimed elsewhere.
    Former,
    /// The sender's IP is the announced one, the signalling's, or the former source's.
    Near,
    /// The sender has the very address that the SDP announced.
    Announced,
}

/// Whom one RTP port listens to.
#[derive(Clone, Debug, Default)]
pub struct Latch {
    announced: Option<SocketAddr>,
    signalling: Option<IpAddr>,
    latched: Option<Latched>,
    former: Option<SocketAddr>,
    candidates: [Option<Candidate>; CANDIDATES],
}

#[derive(Clone, Copy, Debug)]
struct Latched {
    from: SocketAddr,
    standing: Standing,
    since: Instant,
    heard: Instant,
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
    /// The signalling names an address (rows 12 and 13). True if it is another than before.
    pub fn aim(&mut self, announced: SocketAddr, signalling: Option<IpAddr>) -> bool {
        self.signalling = signalling;
        if self.announced == Some(announced) {
            return false;
        }
        self.announced = Some(announced);
        self.candidates = [None; CANDIDATES];
        match &mut self.latched {
            Some(latched) if latched.from == announced => latched.standing = Standing::Announced,
            latched => self.former = latched.take().map(|old| old.from).or(self.former),
        }
        true
    }

    /// The source that is passed, if one is latched.
    pub fn source(&self) -> Option<SocketAddr> {
        self.latched.map(|latched| latched.from)
    }

    /// The address that the SDP announced last.
    pub const fn announced(&self) -> Option<SocketAddr> {
        self.announced
    }

    /// An RTP packet came. True if its sender is the one that the port listens to, perhaps from this packet on.
    pub fn hear(&mut self, now: Instant, from: SocketAddr, ssrc: u32, sequence: u16) -> bool {
        if let Some(latched) = &mut self.latched
            && latched.from == from
        {
            latched.heard = now;
            return true;
        }
        let Some(standing) = self.standing(from) else { return false };
        if !self.may_take_over(now, from, standing) {
            return false;
        }
        let at_once = standing == Standing::Announced
            && self.latched.is_none_or(|latched| now.since(latched.since) < FIRST_MOMENTS);
        if !at_once
            && self.probation(Candidate { from, standing, heard: now, ssrc, next: sequence, run: 0 }) < PROBATION
        {
            return false;
        }
        self.latched = Some(Latched { from, standing, since: now, heard: now });
        self.candidates = [None; CANDIDATES];
        true
    }

    /// The standing of a sender; `None`: a stranger for good (rows 1 and 8).
    fn standing(&self, from: SocketAddr) -> Option<Standing> {
        let announced = self.announced?;
        if from == announced {
            return Some(Standing::Announced);
        }
        if self.former == Some(from) {
            return Some(Standing::Former);
        }
        let ip = from.ip();
        if ip == announced.ip() || self.signalling == Some(ip) || self.former.is_some_and(|former| former.ip() == ip) {
            return Some(Standing::Near);
        }
        let behind_nat = self.signalling != Some(announced.ip());
        (behind_nat || self.latched.is_some_and(|latched| latched.from.ip() == ip)).then_some(Standing::Unknown)
    }

    /// Whether a sender may take the latch over now (rows 3–7 and 9–11).
    fn may_take_over(&self, now: Instant, from: SocketAddr, standing: Standing) -> bool {
        let Some(latched) = self.latched else { return true };
        if standing > latched.standing {
            return true;
        }
        let silent = now.since(latched.heard) >= SILENCE;
        silent && (standing >= Standing::Near || from.ip() == latched.from.ip())
    }

    /// How many packets in sequence this sender has shown, with this one.
    fn probation(&mut self, fresh: Candidate) -> u8 {
        let known = self.candidates.iter().position(|c| c.is_some_and(|c| c.from == fresh.from));
        let Some(place) = known.or_else(|| self.place_for(fresh.standing)) else { return 0 };
        let run = match self.candidates[place] {
            Some(old) if old.from == fresh.from && old.ssrc == fresh.ssrc && old.next == fresh.next => old.run + 1,
            _ => 1,
        };
        self.candidates[place] = Some(Candidate { next: fresh.next.wrapping_add(1), run, ..fresh });
        run
    }

    /// Where a new candidate is kept: a free place, or that of the candidate with the least standing, the longest unheard
    /// first. A crowd of strangers can't push a better one out.
    fn place_for(&self, standing: Standing) -> Option<usize> {
        let least = |c: &Option<Candidate>| c.map(|c| (c.standing, c.heard));
        let (place, worst) = self.candidates.iter().enumerate().min_by_key(|(_, c)| least(c))?;
        worst.is_none_or(|worst| worst.standing <= standing).then_some(place)
    }
}
