//! Those who talked in a call: who with whom, from when to when, by the wire and by what they saw.

use super::super::phone::{Phone, View};
use super::super::witness::Leg;
use super::calls::Checked;
use pbx_core::base::ids::{DeviceId, LegId};
use pbx_core::base::time::{Instant, Wall};
use pbx_core::cdr::{LegRecord, Segment};
use std::time::Duration;

/// How long a last packet may be under way.
const UNDER_WAY: Duration = Duration::from_secs(1);

/// How long a change of the session may keep the target of a transfer waiting: until its re-INVITE is given up (RFC 3261 §17,
/// timer B), or until the one that is put off by it (RFC 3261 §14.1) is.
const CHANGED: Duration = Duration::from_secs(40);

/// Somebody who talked.
#[derive(Clone, Copy)]
pub(super) struct Talker<'a> {
    id: LegId,
    phone: &'a Phone,
    view: &'a View,
    leg: &'a Leg,
}

impl Talker<'_> {
    /// Its phone saw all of the call.
    fn is_whole(&self) -> bool {
        self.view.vanished.is_none() && self.view.cut_off.is_none()
    }
}

/// Whether the end of a wait for the target of a transfer was not to be seen before `end`: the BYE to one whose re-INVITE we
/// have answered goes out when its ACK has come, or will not come any more (RFC 3261 §15).
fn is_put_off(talkers: &[Talker<'_>], ended: Instant, end: Instant) -> bool {
    let left = talkers.iter().filter(|talker| talker.leg.leaves_others).filter_map(|talker| talker.leg.ended).max();
    let owes = talkers.iter().any(|talker| !talker.leg.leaves_others && talker.leg.owes_a_word());
    owes && left.is_some_and(|left| left <= ended && ended < end)
}

impl<'a> Checked<'a> {
    /// Who talked, in which order and for how long: by the wire to the microsecond, and between what they saw.
    pub(super) fn check_talk(&self) {
        let talkers = self.talkers();
        let Some(last) = talkers.last() else { self.wrong("nobody is said to have talked") };
        if last.phone.user.as_deref().map(DeviceId::of_key) != self.record.to.device {
            self.wrong("somebody else answered");
        }
        if talkers.iter().skip(1).any(|talker| !talker.view.talked()) {
            self.wrong("one who answered did not talk");
        }
        let talk = Duration::from_micros(self.record.talk_us.unsigned_abs());
        let stayed: Vec<_> = talkers.iter().filter(|talker| !talker.leg.leaves_others).copied().collect();
        let (begin, end) = (self.leg.answered, self.end(&stayed));
        let (Some(begin), Some(end)) = (begin, end) else { self.wrong("the wire saw no end") };
        if matches!(self.record.cause.as_str(), "far-end-vanished" | "flow-lost" | "no-ack") {
            self.check_segments(&talkers, begin, None);
            // One whose BYE came too late to leave the others to each other is gone as well.
            let there = talkers.iter().filter(|talker| !talker.leg.leaves_others || talker.leg.ended > Some(end));
            return self.check_vanished(&there.copied().collect::<Vec<_>>(), talk, begin, end);
        }
        if talk != end.since(begin) && !is_put_off(&talkers, begin + talk, end) {
            self.wrong(&format!("talk time is {talk:?}, and the wire saw {:?}", end.since(begin)));
        }
        self.check_segments(&talkers, begin, Some(end));
        if self.is_last && talkers.iter().all(Talker::is_whole) && self.end_by_power().is_none_or(|_| !self.record.cut)
        {
            self.check_between(&talkers, &stayed, talk);
            self.check_who_hung_up(&talkers, &stayed);
        }
    }

    /// The caller and those whom the segments name, in the order in which they answered.
    fn talkers(&self) -> Vec<Talker<'a>> {
        let named = |id: LegId| self.record.segments.iter().any(|segment| segment.a == id || segment.b == id);
        let mut legs: Vec<&LegRecord> = self.record.legs.iter().filter(|leg| named(leg.id)).collect();
        legs.sort_by_key(|leg| (leg.sip_call_id != self.record.sip_call_id, leg.answered));
        legs.into_iter().map(|leg| self.talker(leg)).collect()
    }

    fn talker(&self, leg: &LegRecord) -> Talker<'a> {
        let id = leg.id;
        if leg.sip_call_id == self.record.sip_call_id {
            return Talker { id, phone: self.caller, view: self.view, leg: self.leg };
        }
        let Some((phone, view)) = self.net.called(&leg.sip_call_id) else { self.wrong("nobody was called") };
        let rung = self.net.exchange.witness.legs_of(&leg.sip_call_id);
        let Some(leg) = rung.first().copied() else { self.wrong("the wire saw nobody called") };
        Talker { id, phone, view, leg }
    }

    /// Each stretch of talk begins with an answer, or when that may take effect; it shares one of its two with the one before, and ends when one of them leaves or
    /// another takes its place. `end` is when the call ended; of one whose end was noticed late it is not known.
    fn check_segments(&self, talkers: &[Talker<'_>], begin: Instant, end: Option<Instant>) {
        let segments = &self.record.segments;
        if segments.first().map(|segment| segment.a) != talkers.first().map(|talker| talker.id) {
            self.wrong("the caller is not the first who talked");
        }
        let Some(answered) = self.record.answered.filter(|_| self.net.jumped == 0) else { return };
        let wall = |at: Instant| Wall::from_micros(answered.micros() + at.since(begin).as_micros() as i64);
        for (n, segment) in segments.iter().enumerate() {
            let next = segments.get(n + 1);
            let pair = [segment.a, segment.b].map(|id| talkers.iter().find(|talker| talker.id == id));
            let [Some(a), Some(b)] = pair else { self.wrong("a segment of nobody") };
            let new = if n > 0 && self.is_in(n - 1, b.id) { a } else { b };
            if n > 0 && self.is_in(n - 1, a.id) == self.is_in(n - 1, b.id) {
                self.wrong(&format!("segment {n} has not one new and one old side"));
            }
            let Some(answered) = new.leg.accepted.map(wall) else { self.wrong("nobody answered") };
            let latest = if n > 0 { answered.micros() + CHANGED.as_micros() as i64 } else { answered.micros() };
            if !(answered.micros()..=latest).contains(&segment.from.micros()) {
                self.wrong(&format!(
                    "segment {n} begins at {:?} and not with its answer at {answered:?}",
                    segment.from
                ));
            }
            let left = [a, b].into_iter().filter_map(|talker| talker.leg.ended).map(wall);
            let ends =
                left.chain(next.map(|next| next.from)).chain(end.map(wall)).filter(|at| *at >= segment.from).min();
            let known = (end.is_some() || next.is_some()) && !self.record.cut;
            if known && ends != Some(segment.to) || next.is_some_and(|next| next.from < segment.to) {
                self.wrong(&format!("segment {n} ends at {:?} and not at {ends:?}", segment.to));
            }
        }
    }

    fn is_in(&self, segment: usize, leg: LegId) -> bool {
        let Segment { a, b, .. } = self.record.segments[segment];
        a == leg || b == leg
    }

    /// Somebody was gone for some time when the exchange noticed: the talk was over at the last sign of life that the wire saw of
    /// the first of those who owed it a word. A packet of audio always is one; a message may be a copy, or refused. A phone whose
    /// connection broke is not gone: it talks on until it hangs up, and its BYE may be lost with its next connection.
    fn check_vanished(&self, there: &[Talker<'_>], talk: Duration, begin: Instant, noticed: Instant) {
        let gone = there.iter().filter(|talker| talker.leg.owes_a_word());
        let first = |sign: fn(&Leg) -> Instant| gone.clone().map(|talker| sign(talker.leg).max(begin)).min();
        let Some((heard, seen)) = first(|leg| leg.heard).zip(first(|leg| leg.seen)) else {
            self.wrong("nobody was gone")
        };
        if talk < heard.since(begin) || talk > seen.since(begin) {
            let (heard, seen) = (heard.since(begin), seen.since(begin));
            self.wrong(&format!(
                "talk time is {talk:?}, the first who was gone was heard for {heard:?} and seen for {seen:?}"
            ));
        }
        let left =
            |view: &View| [view.vanished, view.cut_off, view.hung_up].into_iter().flatten().any(|at| at <= noticed);
        if !gone.clone().any(|talker| left(talker.view)) {
            self.wrong("everybody was there");
        }
        let powerless = gone.filter_map(|talker| talker.view.vanished).min();
        if powerless.is_some_and(|gone| seen > begin.max(gone + UNDER_WAY)) {
            self.wrong(&format!("one who had no power since {powerless:?} was seen at {seen:?}"));
        }
    }

    fn check_between(&self, talkers: &[Talker<'_>], stayed: &[Talker<'_>], talk: Duration) {
        let first = talkers.get(1).and_then(|talker| talker.view.answered);
        let (Some(from), Some(to)) = (first, self.view.answered) else { self.wrong("no answer") };
        let of_stayed = |what: fn(&View) -> Option<Instant>| stayed.iter().filter_map(move |talker| what(talker.view));
        let hung_up = of_stayed(|view| view.hung_up).min();
        let told = of_stayed(|view| view.was_hung_up).min();
        let over = of_stayed(|view| view.over).max();
        // Nobody hung up where the console ended it: then both were told.
        let (Some(hung_up), Some(over)) = (hung_up.or(told), told.or(over)) else { self.wrong("nobody hung up") };
        // One who waited in vain for the target of a transfer is told in the end, and that may be late.
        let waited = stayed.len() < talkers.len() && stayed.iter().all(|talker| !talker.leg.hung_up);
        let least = if waited { Duration::ZERO } else { hung_up.since(to) };
        let most = over.max(hung_up).since(from) + Duration::from_micros(1);
        if talk < least || talk > most {
            self.wrong(&format!("talk time {talk:?} is not between {least:?} and {most:?}"));
        }
    }

    /// Whoever is said to have hung up did, and of every ordinary end it is said, unless a power cut left half a record. Where
    /// one side left the others to each other, it is that one only if nobody else hung up.
    fn check_who_hung_up(&self, talkers: &[Talker<'_>], stayed: &[Talker<'_>]) {
        let ended = stayed.iter().any(|talker| talker.leg.hung_up);
        let hung_up = match self.record.hung_up {
            None => self.record.cause != "normal" || self.end_by_power().is_some(),
            Some(leg) => talkers.iter().any(|talker| {
                let did = talker.id == leg && talker.view.hung_up.is_some();
                did && (!ended || !talker.leg.leaves_others)
            }),
        };
        if !hung_up {
            self.wrong("somebody else hung up");
        }
    }

    /// When the wire saw the end of the talk: the first word of it, or a power cut.
    fn end(&self, stayed: &[Talker<'_>]) -> Option<Instant> {
        let ends = stayed.iter().map(|talker| talker.leg.ended).chain([self.end_by_power()]);
        ends.flatten().filter(|end| Some(*end) >= self.leg.answered).min()
    }
}
