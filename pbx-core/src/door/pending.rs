//! The slot that an INVITE went to, so that its CANCEL and an ACK without our tag go the same way
//! (RFC 3261 §9.1, §17.1.1.3).

use super::lock::locked;
use crate::base::flow::Flow;
use crate::base::ids::Slot;
use crate::base::time::Instant;
use bytes::Bytes;
use pbx_sip::{Message, Method, Via};
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// INVITEs that are known at once; when there are more, the oldest are forgotten.
pub(super) const MOST: usize = 1 << 17;

/// How long an INVITE is known without a final answer: longer than any phone rings.
const UNANSWERED: Duration = Duration::from_secs(600);

/// How long it stays known after its final answer: 64 × T1 (RFC 3261 §17.2.1, Timer H).
const ANSWERED: Duration = Duration::from_secs(32);

/// Parts with a lock each, so that readers of sockets seldom meet.
const PARTS: usize = 16;

/// The parts of a request that RFC 3261 §17.2.3 matches a CANCEL or ACK by, but for the method, and
/// its source: `pbx_sip::transaction::Key` says why.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct InviteKey {
    /// The branch of the top Via.
    branch: Box<str>,
    /// Host and port of its sent-by, in lower case.
    sent_by: Box<str>,
    /// The address that it came from.
    source: IpAddr,
}

impl InviteKey {
    /// Reads the key of a request on this flow. Without a branch of RFC 3261 it is made as its
    /// predecessor wants it: of Call-ID, CSeq and From-tag.
    pub(super) fn of(message: &Message, flow: Flow) -> Option<Self> {
        let via = message.via().ok()?;
        if let Some(branch) = via.unique_branch() {
            return Some(Self::new(branch, via, flow));
        }
        let (call_id, from) = (message.call_id().ok()?, message.from_addr().ok()?);
        let number = message.cseq().ok()?.number;
        Some(Self::new(&format!("{call_id} {number} {}", from.tag().unwrap_or_default()), via, flow))
    }

    /// Reads the key of an INVITE from our answer to it. Our Via comes first in that, and is all
    /// there is to read unless its branch is of RFC 3261's predecessor.
    pub(super) fn of_answer(bytes: &Bytes, flow: &Flow) -> Option<Self> {
        let (_, rest) = std::str::from_utf8(bytes).ok()?.split_once("\r\n")?;
        let top = rest.strip_prefix("Via: ").and_then(|rest| rest.split_once("\r\n"));
        if let Some(via) = top.and_then(|(value, _)| Via::parse(value).ok())
            && let Some(branch) = via.unique_branch()
        {
            return Some(Self::new(branch, &via, *flow));
        }
        let message = Message::parse(bytes.clone()).ok()?;
        message.cseq().is_ok_and(|cseq| cseq.method == Method::Invite).then(|| Self::of(&message, *flow))?
    }

    fn new(branch: &str, via: &Via, flow: Flow) -> Self {
        let sent_by = [&via.host_text().to_ascii_lowercase(), ":", &via.port_or_default().to_string()].concat();
        Self { branch: branch.into(), sent_by: sent_by.into(), source: flow.remote.ip().to_canonical() }
    }
}

/// The table of pending INVITEs.
pub(super) struct Pending {
    parts: [Mutex<Part>; PARTS],
    most: usize,
}

#[derive(Default)]
struct Part {
    slots: HashMap<InviteKey, InviteSlot>,
    unanswered: VecDeque<(Instant, InviteKey)>,
    answered: VecDeque<(Instant, InviteKey)>,
}

#[derive(Clone, Copy)]
struct InviteSlot {
    slot: Slot,
    until: Instant,
}

impl Pending {
    pub(super) fn new(most: usize) -> Self {
        Self { parts: std::array::from_fn(|_| Mutex::default()), most: (most / PARTS).max(1) }
    }

    /// Notes that an INVITE goes to this slot.
    pub(super) fn note(&self, now: Instant, key: InviteKey, slot: Slot) {
        let mut part = self.part(&key);
        part.forget(now);
        if part.slots.contains_key(&key) {
            return;
        }
        while part.slots.len() >= self.most {
            if !part.forget_oldest() {
                return;
            }
        }
        let until = now + UNANSWERED;
        part.slots.insert(key.clone(), InviteSlot { slot, until });
        part.unanswered.push_back((until, key));
    }

    /// Notes the final answer to an INVITE.
    pub(super) fn answered(&self, now: Instant, key: &InviteKey) {
        let mut part = self.part(key);
        part.forget(now);
        let until = now + ANSWERED;
        let Some(known) = part.slots.get_mut(key).filter(|known| known.until > until) else { return };
        known.until = until;
        part.answered.push_back((until, key.clone()));
    }

    /// Returns the slot that the INVITE of this CANCEL or ACK went to.
    pub(super) fn slot_of(&self, now: Instant, key: &InviteKey) -> Option<Slot> {
        let part = self.part(key);
        part.slots.get(key).filter(|known| known.until > now).map(|known| known.slot)
    }

    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| locked(part).slots.len()).sum()
    }

    fn part(&self, key: &InviteKey) -> MutexGuard<'_, Part> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        locked(&self.parts[hasher.finish() as usize % PARTS])
    }
}

impl Part {
    /// Drops what is over. Both queues are in order of their moments, because each adds the same
    /// span to a steady clock.
    fn forget(&mut self, now: Instant) {
        for queue in [&mut self.unanswered, &mut self.answered] {
            while queue.front().is_some_and(|(until, _)| *until <= now) {
                let Some((until, key)) = queue.pop_front() else { break };
                if self.slots.get(&key).is_some_and(|known| known.until <= until) {
                    self.slots.remove(&key);
                }
            }
        }
        // An answered INVITE leaves its entry in the first queue; when those are the most, they are
        // swept out.
        if self.unanswered.len() > 64 + 2 * self.slots.len() {
            let slots = &self.slots;
            self.unanswered.retain(|(until, key)| slots.get(key).is_some_and(|known| known.until == *until));
        }
    }

    fn forget_oldest(&mut self) -> bool {
        let oldest = self.answered.pop_front().or_else(|| self.unanswered.pop_front());
        let Some((until, key)) = oldest else { return false };
        if self.slots.get(&key).is_some_and(|known| known.until <= until) {
            self.slots.remove(&key);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: usize) -> InviteKey {
        let source = IpAddr::from([10, 0, 0, 1]);
        InviteKey { branch: format!("z9hG4bK{n}").into(), sent_by: "10.0.0.1:5060".into(), source }
    }

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn cancel_finds_its_invite_until_32_seconds_after_the_answer() {
        let pending = Pending::new(MOST);
        pending.note(at(0), key(1), Slot(7));
        assert_eq!(pending.slot_of(at(500), &key(1)), Some(Slot(7)));
        assert_eq!(pending.slot_of(at(500), &key(2)), None);
        pending.answered(at(500), &key(1));
        assert_eq!(pending.slot_of(at(531), &key(1)), Some(Slot(7)));
        assert_eq!(pending.slot_of(at(532), &key(1)), None);
    }

    #[test]
    fn invite_without_an_answer_is_forgotten_in_the_end() {
        let pending = Pending::new(MOST);
        pending.note(at(0), key(1), Slot(7));
        assert_eq!(pending.slot_of(at(600), &key(1)), None);
    }

    #[test]
    fn table_is_bounded_and_gives_up_the_oldest() {
        let pending = Pending::new(PARTS * 4);
        for n in 0..10_000 {
            pending.note(at(n as u64 / 100), key(n), Slot(1));
            if n % 2 == 0 {
                pending.answered(at(n as u64 / 100), &key(n));
            }
        }
        assert!(pending.len() <= PARTS * 4);
        assert_eq!(pending.slot_of(at(100), &key(9_999)), Some(Slot(1)));
        let queued: usize = pending.parts.iter().map(|part| locked(part).unanswered.len()).sum();
        assert!(queued <= PARTS * (64 + 2 * 4 + 1), "{queued}");
    }

    #[test]
    fn nothing_is_left_when_all_are_over() {
        let pending = Pending::new(MOST);
        for n in 0..1000 {
            pending.note(at(0), key(n), Slot(1));
            pending.answered(at(1), &key(n));
        }
        for n in 0..1000 {
            pending.answered(at(40), &key(n));
        }
        assert_eq!(pending.len(), 0);
    }
}
