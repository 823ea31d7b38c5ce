//! One REGISTER: all of it or nothing (RFC 3261 §10.3).

use super::request::{Asked, Fault, Request, Wish};
use super::{Binding, Held, Owner, Registrar, removal, unregistered};
use crate::event::EventKind;
use crate::flow::Flow;
use crate::ids::{DeviceId, TenantId};
use crate::journal::Entry;
use crate::settings::Settings;
use crate::time::{Instant, Now, Wall};
use pbx_sip::{Message, Uri};
use std::time::Duration;

/// What to answer and what changed.
#[derive(Clone, PartialEq, Debug)]
pub struct Registered {
    /// The status of the answer.
    pub code: u16,
    /// The reason phrase, where the usual one would not say enough.
    pub reason: Option<&'static str>,
    /// Headers to add, in order: with 200 every current Contact with its expires.
    pub headers: Vec<(&'static str, String)>,
    /// Entries for the journal, to be written before the answer leaves.
    pub entries: Vec<Entry>,
    /// Events for the bus.
    pub events: Vec<EventKind>,
}

/// What every step needs to know.
struct Context<'a> {
    now: Now,
    flow: Flow,
    device: DeviceId,
    request: &'a Request,
    via_host: Option<std::net::IpAddr>,
}

impl Registrar {
    /// Carries out a REGISTER that the door found to be from this device, for this device. Nothing changes unless the
    /// answer is 200.
    pub fn register(
        &mut self,
        now: Now,
        settings: &Settings,
        (tenant, device): (TenantId, DeviceId),
        message: &Message,
        flow: Flow,
    ) -> Registered {
        let owner = (tenant, device);
        let request = match Request::read(message, settings) {
            Ok(request) => request,
            Err(Fault::Bad(reason)) => return refusal(400, Some(reason), vec![]),
            Err(Fault::TooBrief) => {
                return refusal(423, None, vec![("Min-Expires", settings.register_min_s.to_string())]);
            }
        };
        let via_host = message.via().ok().and_then(|via| via.host().ip());
        let context = Context { now, flow, device, request: &request, via_host };
        let before: Vec<Held> = self.living(owner, now.mono);
        let after = match &request.wish {
            Wish::Fetch => return accepted(now, &before, vec![], vec![]),
            Wish::RemoveAll => context.without_all(&before),
            Wish::Change(asked) => context.changed(&before, asked, settings.register_max_contacts),
        };
        let after = match after {
            Ok(after) => after,
            Err(refused) => return refused,
        };
        let (entries, events) = differences(now, owner, &before, &after);
        let answer = accepted(now, &after, entries, events);
        self.replace(owner, after);
        answer
    }

    fn living(&self, owner: Owner, now: Instant) -> Vec<Held> {
        let held = self.held.get(&owner).map_or(&[][..], AsRef::as_ref);
        held.iter().filter(|held| held.until > now).cloned().collect()
    }
}

impl Context<'_> {
    /// Whether a binding may be changed by this request: one with the same Call-ID needs a higher CSeq (step 6 and 7).
    fn may_touch(&self, binding: &Binding) -> Result<(), Registered> {
        if binding.call_id == self.request.call_id && self.request.cseq <= binding.cseq {
            return Err(refusal(500, Some("CSeq Is Not Higher"), vec![]));
        }
        Ok(())
    }

    fn without_all(&self, before: &[Held]) -> Result<Vec<Held>, Registered> {
        before.iter().try_for_each(|held| self.may_touch(&held.binding))?;
        Ok(vec![])
    }

    fn changed(&self, before: &[Held], asked: &[Asked], most: usize) -> Result<Vec<Held>, Registered> {
        let mut list = before.to_vec();
        let mut written: Vec<String> = vec![];
        for contact in asked {
            let place = place_of(&list, contact, &written);
            if let Some(place) = place
                && let Some(held) = list.get(place)
                && !written.contains(&held.binding.key)
            {
                self.may_touch(&held.binding)?;
            }
            match (place, contact.expires) {
                (Some(place), 0) => drop(list.remove(place)),
                (None, 0) => {}
                (place, _) => {
                    let taken: Vec<String> = list.iter().map(|held| held.binding.key.clone()).collect();
                    let held = self.held(contact, place.and_then(|place| list.get(place)), &taken);
                    written.push(held.binding.key.clone());
                    match place.and_then(|place| list.get_mut(place)) {
                        Some(old) => *old = held,
                        None => list.push(held),
                    }
                }
            }
        }
        self.within(list, &written, most)
    }

    /// The new binding for a contact, in the place of an old one if there was one.
    fn held(&self, contact: &Asked, old: Option<&Held>, taken: &[String]) -> Held {
        let lifetime = Duration::from_secs(u64::from(contact.expires));
        let uri = contact.uri.text().as_str();
        let key = match old {
            Some(old) if contact.instance.is_none() || old.binding.instance.is_some() => old.binding.key.clone(),
            _ => Some(contact.key()).filter(|key| !taken.contains(key)).unwrap_or_else(|| uri.to_owned()),
        };
        let source = self.flow.remote.ip().to_canonical();
        let direct = contact.uri.host().ip() == Some(source) && self.via_host == Some(source);
        let micros = i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX);
        let binding = Binding {
            device: self.device,
            key,
            contact: uri.to_owned(),
            instance: contact.instance.clone(),
            q: contact.q,
            call_id: self.request.call_id.clone(),
            cseq: self.request.cseq,
            flow: self.flow,
            behind_nat: self.flow.transport.is_reliable() || !direct,
            user_agent: self.request.user_agent.clone(),
            expires: Wall::from_micros(self.now.wall.micros().saturating_add(micros)),
        };
        Held { binding, until: self.now.mono + lifetime }
    }

    /// The list with at most `most` bindings: the oldest ones of the same phone make room (it came back from a restart with
    /// a new contact), those of other phones don't.
    fn within(&self, mut list: Vec<Held>, written: &[String], most: usize) -> Result<Vec<Held>, Registered> {
        while list.len() > most {
            let same_phone = |held: &Held| {
                !written.contains(&held.binding.key)
                    && (held.binding.call_id == self.request.call_id
                        || list.iter().any(|new| {
                            written.contains(&new.binding.key)
                                && new.binding.instance.is_some()
                                && new.binding.instance == held.binding.instance
                        }))
            };
            match list.iter().position(same_phone) {
                Some(oldest) => drop(list.remove(oldest)),
                None => return Err(refusal(403, Some("Too Many Contacts"), vec![])),
            }
        }
        Ok(list)
    }
}

/// The place of a contact's binding: the one with the same URI and instance, else the one with the same key.
fn place_of(list: &[Held], contact: &Asked, written: &[String]) -> Option<usize> {
    let uri = Uri::from(contact.uri.clone());
    let same_uri = |held: &Held| {
        (held.binding.instance == contact.instance || held.binding.instance.is_none() || contact.instance.is_none())
            && (held.binding.contact == uri.as_str()
                || Uri::parse(held.binding.contact.as_str()).is_ok_and(|known| known.is_equivalent(&uri)))
    };
    let key = contact.key();
    let free = |held: &Held| held.binding.key == key && !written.contains(&key);
    list.iter().position(same_uri).or_else(|| list.iter().position(free))
}

fn differences(now: Now, owner: Owner, before: &[Held], after: &[Held]) -> (Vec<Entry>, Vec<EventKind>) {
    let (mut entries, mut events) = (vec![], vec![]);
    for Held { binding, .. } in before {
        let now_there = after.iter().find(|held| held.binding.key == binding.key);
        match now_there {
            None => {
                entries.push(removal(now, owner, binding));
                events.push(unregistered(binding, "removed"));
            }
            Some(new) if new.binding.contact != binding.contact => events.push(unregistered(binding, "replaced")),
            Some(_) => {}
        }
    }
    for held in after.iter().filter(|held| !before.contains(held)) {
        let binding = &held.binding;
        entries.push(promise(owner.0, before, binding));
        events.push(EventKind::Registered {
            device: binding.device,
            contact: binding.contact.clone(),
            source: binding.flow.remote.to_string(),
            user_agent: binding.user_agent.clone(),
            expires: binding.expires,
        });
    }
    (entries, events)
}

/// The journal entry of a binding: a refresh if no more than that has changed, else a new binding.
fn promise(tenant: TenantId, before: &[Held], binding: &Binding) -> Entry {
    let old = before.iter().find(|held| held.binding.key == binding.key);
    match old.and_then(|old| binding.as_refresh_of(&old.binding)) {
        Some(refresh) => Entry::BindingRefreshed { tenant, refresh },
        None => Entry::BindingAdded { tenant, binding: Box::new(binding.clone()) },
    }
}

fn accepted(now: Now, list: &[Held], entries: Vec<Entry>, events: Vec<EventKind>) -> Registered {
    let seconds_left = |held: &Held| held.until.since(now.mono).as_micros().div_ceil(1_000_000) as u64;
    let headers = list.iter().map(|held| ("Contact", held.binding.as_contact(seconds_left(held)))).collect();
    Registered { code: 200, reason: None, headers, entries, events }
}

const fn refusal(code: u16, reason: Option<&'static str>, headers: Vec<(&'static str, String)>) -> Registered {
    Registered { code, reason, headers, entries: vec![], events: vec![] }
}
