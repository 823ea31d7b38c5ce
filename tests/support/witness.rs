//! What the wire saw of each call, at the exchange's own socket: which INVITEs got past the door, when a caller was answered,
//! when a leg ended. Neither the exchange's word nor a phone's: records are held against it where a phone cannot know.

use super::glance::Glance;
use pbx_core::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// An INVITE that begins a leg: of a caller that got past the door, or of the exchange to somebody's phone.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    /// When it passed first.
    pub(crate) began: Instant,
    /// When the exchange said 200 to it first.
    pub(crate) answered: Option<Instant>,
    /// When the first BYE went by.
    pub(crate) ended: Option<Instant>,
    /// Which restarts it came after.
    life: usize,
    branch: String,
    /// The exchange refused it without making a call of it.
    refused: bool,
}

/// The witness.
#[derive(Default)]
pub(crate) struct Witness {
    legs: BTreeMap<String, Vec<Leg>>,
    said: BTreeMap<String, BTreeSet<u16>>,
    restarts: Vec<Instant>,
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
            self.ends(now, &seen.call_id);
        }
    }

    /// A message leaves the exchange; without a call it is the door's, or a refusal to make one.
    pub(crate) fn left(&mut self, now: Instant, seen: &Glance, of_a_call: bool) {
        if seen.begins_call() {
            self.begins(now, seen);
        }
        if seen.is_bye() {
            self.ends(now, &seen.call_id);
        }
        let Some(code) = seen.final_code() else { return };
        let life = self.restarts.len();
        let leg = self.legs.get_mut(&seen.call_id).and_then(|legs| legs.last_mut());
        match leg.filter(|leg| leg.life == life) {
            Some(leg) if of_a_call && code == 200 => drop(leg.answered.get_or_insert(now)),
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
            legs.push(Leg { began: now, answered: None, ended: None, life, branch, refused: false });
        }
    }

    fn ends(&mut self, now: Instant, call_id: &str) {
        let life = self.restarts.len();
        if let Some(leg) = self.legs.get_mut(call_id).and_then(|legs| legs.last_mut()).filter(|leg| leg.life == life) {
            leg.ended.get_or_insert(now);
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
}
