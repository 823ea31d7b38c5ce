//! What the wire saw of each call, at the exchange's own socket: which INVITEs got past the door, when a caller was answered,
//! when a leg ended, when a phone gave its last sign of life. Neither the exchange's word nor a phone's: records are held
//! against it where a phone cannot know.

use super::glance::Glance;
use pbx_core::base::time::Instant;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

/// How long the last message is repeated if it is lost: 64 × T1 (RFC 3261 §17, timers F and H).
const REPEATED: Duration = Duration::from_secs(32);

/// An INVITE that begins a leg: of a caller that got past the door, or of the exchange to somebody's phone.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    /// When it passed first.
    pub(crate) began: Instant,
    /// When the exchange said 200 to it first.
    pub(crate) answered: Option<Instant>,
    /// When the phone said 200 to it first.
    pub(crate) accepted: Option<Instant>,
    /// When the first BYE went by.
    pub(crate) ended: Option<Instant>,
    /// When the phone's last packet of audio came before that.
    pub(crate) heard: Instant,
    /// The same of a packet or a message that speaks of the call as going on.
    pub(crate) seen: Instant,
    /// That BYE was the phone's.
    pub(crate) hung_up: bool,
    /// At its end a transfer that it had asked for was under way or had succeeded: the others go on.
    pub(crate) leaves_others: bool,
    /// How its last transfer stands; none: it asked for none that was accepted, or it failed.
    transfer: Option<Transfer>,
    /// When the exchange refused it, and with which code, until the ACK came.
    refusal: Option<(Instant, u16)>,
    /// What the phone has not answered or acknowledged, nor anything later: by the number of CSeq.
    owes: BTreeSet<(Owed, u32)>,
    /// Which restarts it came after.
    life: usize,
    branch: String,
    /// The exchange refused it without making a call of it.
    refused: bool,
}

/// What a phone may owe the exchange.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Owed {
    /// To a request of the exchange.
    Answer,
    /// Of a 200 of the exchange.
    Ack,
}

/// A transfer that the exchange has accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Transfer {
    /// CSeq of the REFER.
    number: u32,
    /// The target has answered, or nobody will.
    settled: Option<bool>,
}

/// The witness.
#[derive(Default)]
pub(crate) struct Witness {
    legs: BTreeMap<String, Vec<Leg>>,
    said: BTreeMap<String, BTreeSet<u16>>,
    restarts: Vec<Instant>,
    /// By the address from which a phone sends its audio: the Call-ID of the leg that told it last.
    media: HashMap<SocketAddr, String>,
}

impl Witness {
    /// The exchange starts again.
    pub(crate) fn restarts(&mut self, now: Instant) {
        self.restarts.push(now);
    }

    /// A message has come to the exchange; past the door it leads to a call.
    pub(crate) fn came(&mut self, now: Instant, seen: &Glance, past_the_door: bool) {
        if seen.begins_call() && past_the_door {
            self.begins(now, seen);
        }
        if seen.is_bye() && past_the_door {
            self.ends(now, &seen.call_id, true);
        }
        if let Some(leg) = self.leg(&seen.call_id).filter(|_| past_the_door) {
            leg.refusal.take_if(|_| seen.method == "ACK" && seen.branch == leg.branch);
            leg.hears(now, seen);
            if seen.final_code() == Some(200) && seen.branch == leg.branch {
                leg.accepted.get_or_insert(now);
            }
            if let Some(address) = seen.media {
                self.media.insert(address, seen.call_id.clone());
            }
        }
    }

    /// A packet of audio has come to the exchange.
    pub(crate) fn heard(&mut self, now: Instant, from: SocketAddr) {
        let Some(call_id) = self.media.get(&from).cloned() else { return };
        if let Some(leg) = self.leg(&call_id) {
            leg.lives(now);
            leg.heard = leg.seen;
        }
    }

    /// The last leg of this Call-ID, unless the exchange has forgotten it.
    fn leg(&mut self, call_id: &str) -> Option<&mut Leg> {
        let life = self.restarts.len();
        self.legs.get_mut(call_id).and_then(|legs| legs.last_mut()).filter(|leg| leg.life == life)
    }

    /// A message leaves the exchange; without a call it is the door's, or a refusal to make one.
    pub(crate) fn left(&mut self, now: Instant, seen: &Glance, of_a_call: bool) {
        if seen.begins_call() {
            self.begins(now, seen);
        }
        if seen.is_bye() {
            self.ends(now, &seen.call_id, false);
        }
        if let Some(leg) = self.leg(&seen.call_id) {
            leg.asks(seen);
            leg.transfers(seen);
        }
        let Some(code) = seen.final_code() else { return };
        match self.leg(&seen.call_id) {
            Some(leg) if of_a_call && code == 200 => drop(leg.answered.get_or_insert(now)),
            Some(leg) if of_a_call && code >= 300 && leg.branch == seen.branch => {
                leg.refusal.get_or_insert((now, code));
            }
            Some(leg) if !of_a_call && leg.branch == seen.branch => leg.refused = true,
            _ => {}
        }
        if !of_a_call {
            self.said.entry(seen.call_id.clone()).or_default().insert(code);
        }
    }

    fn begins(&mut self, now: Instant, seen: &Glance) {
        let life = self.restarts.len();
        let legs = self.legs.entry(seen.call_id.clone()).or_default();
        // The same again is a copy, unless whoever had taken it has forgotten it.
        if legs.iter().all(|leg| leg.branch != seen.branch || leg.life != life) {
            let branch = seen.branch.clone();
            let fresh = Leg {
                began: now,
                answered: None,
                accepted: None,
                ended: None,
                heard: now,
                seen: now,
                hung_up: false,
                leaves_others: false,
                transfer: None,
                refusal: None,
                owes: BTreeSet::new(),
                life,
                branch,
                refused: false,
            };
            legs.push(fresh);
        }
    }

    fn ends(&mut self, now: Instant, call_id: &str, hung_up: bool) {
        if let Some(leg) = self.leg(call_id).filter(|leg| leg.ended.is_none()) {
            (leg.ended, leg.hung_up) = (Some(now), hung_up);
            leg.leaves_others = leg.transfer.is_some_and(|transfer| transfer.settled != Some(false));
        }
    }

    /// The INVITEs of this Call-ID of which the exchange made calls, or that it sent.
    pub(crate) fn legs_of(&self, call_id: &str) -> Vec<&Leg> {
        self.legs.get(call_id).map_or(vec![], |legs| legs.iter().filter(|leg| !leg.refused).collect())
    }

    /// Whether that code was said to an INVITE of this Call-ID without a call.
    pub(crate) fn refused_with(&self, call_id: &str, code: u16) -> bool {
        self.said.get(call_id).is_some_and(|said| said.contains(&code))
    }

    /// When the exchange lost its power while it had this leg, or after it.
    pub(crate) fn power_cut_after(&self, leg: &Leg) -> Option<Instant> {
        self.restarts.get(leg.life).copied()
    }

    /// Whether this refusal of the leg had no ACK when the exchange lost its power: then nobody repeats it any more.
    pub(crate) fn power_took_refusal(&self, leg: &Leg, code: u16) -> bool {
        leg.refusal.is_some_and(|(at, said)| said == code && self.power_went_soon_after(leg, at))
    }

    /// Whether the exchange lost its power while it might still have repeated the leg's BYE.
    pub(crate) fn power_took_bye(&self, leg: &Leg) -> bool {
        leg.ended.is_some_and(|at| self.power_went_soon_after(leg, at))
    }

    fn power_went_soon_after(&self, leg: &Leg, at: Instant) -> bool {
        self.power_cut_after(leg).is_some_and(|cut| cut.since(at) < REPEATED)
    }
}

impl Leg {
    /// Whether the phone has left something unanswered, or said that it knows nothing of the call.
    pub(crate) fn owes_a_word(&self) -> bool {
        !self.owes.is_empty()
    }

    /// The exchange accepts a transfer, or tells how it ended.
    fn transfers(&mut self, seen: &Glance) {
        let number = seen.number();
        let (accepted, reports) = (seen.code == Some(202) && seen.method == "REFER", seen.reports);
        if accepted && self.transfer.is_none_or(|transfer| transfer.number < number) {
            self.transfer = Some(Transfer { number, settled: None });
        }
        if let (Some(code), Some(transfer)) = (reports.filter(|code| *code >= 200), &mut self.transfer) {
            transfer.settled.get_or_insert(code < 300);
        }
    }

    /// The phone gives a sign of life.
    fn lives(&mut self, now: Instant) {
        if self.ended.is_none() {
            self.seen = now;
        }
    }

    fn hears(&mut self, now: Instant, seen: &Glance) {
        if self.ended.is_some() || matches!(seen.code, Some(408 | 481)) {
            return;
        }
        self.lives(now);
        let settled = match (seen.code, seen.method.as_str()) {
            (Some(200..), _) => Owed::Answer,
            (None, "ACK") => Owed::Ack,
            _ => return,
        };
        self.owes.retain(|(owed, number)| *owed != settled || *number > seen.number());
    }

    /// The exchange asks within the dialog, or answers an INVITE with 200.
    fn asks(&mut self, seen: &Glance) {
        let owed = match (seen.code, seen.method.as_str()) {
            (None, "OPTIONS") => Owed::Answer,
            (None, "INVITE") if seen.tagged => Owed::Answer,
            (Some(200), "INVITE") => Owed::Ack,
            _ => return,
        };
        if self.ended.is_none() {
            self.owes.insert((owed, seen.number()));
        }
    }
}
