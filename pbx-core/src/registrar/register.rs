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
use std::sync::Arc;
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
        let mut written: Vec<Arc<str>> = vec![];
        for contact in asked {
            let place = place_of(&list, contact, &written);
            let place = place.or_else(|| self.predecessor(&list, contact, asked, &written));
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
                    let taken: Vec<Arc<str>> = list.iter().map(|held| held.binding.key.clone()).collect();
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
    fn held(&self, contact: &Asked, old: Option<&Held>, taken: &[Arc<str>]) -> Held {
        let lifetime = Duration::from_secs(u64::from(contact.expires));
        let before = old.map(|old| &old.binding);
        let uri = shared(before.map(|old| &old.contact), contact.uri.text().as_str());
        let key = match before {
            Some(old) if contact.instance.is_none() || old.instance.is_some() => old.key.clone(),
            _ => contact.instance_key().filter(|key| !taken.contains(key)).unwrap_or_else(|| uri.clone()),
        };
        let source = self.flow.remote.ip().to_canonical();
        let direct = contact.uri.host().ip() == Some(source) && self.via_host == Some(source);
        let micros = i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX);
        let binding = Binding {
            device: self.device,
            key,
            contact: uri,
            instance: contact.instance.clone(),
            q: contact.q,
            call_id: self.request.call_id.clone(),
            cseq: self.request.cseq,
            flow: self.flow,
            behind_nat: self.flow.transport.is_reliable() || !direct,
            user_agent: shared(before.map(|old| &old.user_agent), &self.request.user_agent),
            expires: Wall::from_micros(self.now.wall.micros().saturating_add(micros)),
        };
        Held { binding, until: self.now.mono + lifetime }
    }

    /// What a phone that was restarted had registered before: another Call-ID, from the same flow, for the same host and port,
    /// and only the user part is new. Where an instance is told, that says which phone it is (RFC 5626 §4.1).
    fn predecessor(&self, list: &[Held], contact: &Asked, asked: &[Asked], written: &[Arc<str>]) -> Option<usize> {
        if contact.expires == 0 || contact.instance.is_some() {
            return None;
        }
        list.iter().position(|Held { binding, .. }| {
            binding.instance.is_none()
                && binding.flow == self.flow
                && binding.call_id != self.request.call_id
                && !written.contains(&binding.key)
                && !asked.iter().any(|other| *other.uri.text().as_str() == *binding.contact)
                && Uri::parse(&*binding.contact).is_ok_and(|uri| {
                    uri.as_sip().is_some_and(|old| old.host() == contact.uri.host() && old.port() == contact.uri.port())
                })
        })
    }

    /// The list with at most `most` bindings: what the same phone had before makes room, those of other phones don't.
    fn within(&self, mut list: Vec<Held>, written: &[Arc<str>], most: usize) -> Result<Vec<Held>, Registered> {
        while list.len() > most {
            let Some(place) = self.outlived(&list, written) else {
                return Err(refusal(403, Some("Too Many Contacts"), vec![]));
            };
            list.remove(place);
        }
        Ok(list)
    }

    /// The binding that is the least likely to be anybody's: of the phone that registers now, by its Call-ID or instance; of
    /// one that looks like it, with the same address and User-Agent, which was restarted with another port; of one that
    /// nothing leads to. The longest that was not refreshed of each.
    fn outlived(&self, list: &[Held], written: &[Arc<str>]) -> Option<usize> {
        let instances: Vec<&Box<str>> = list
            .iter()
            .filter(|held| written.contains(&held.binding.key))
            .filter_map(|held| held.binding.instance.as_ref())
            .collect();
        let source = self.flow.remote.ip();
        let same_phone = |old: &Binding| {
            old.call_id == self.request.call_id || old.instance.as_ref().is_some_and(|id| instances.contains(&id))
        };
        let looks_like_it = |old: &Binding| {
            old.instance.is_none() && old.flow.remote.ip() == source && *old.user_agent == *self.request.user_agent
        };
        let unreachable = |old: &Binding| old.behind_nat && !old.flow.is_open();
        let oldest = |is_one: &dyn Fn(&Binding) -> bool| {
            let free = |held: &Held| !written.contains(&held.binding.key) && is_one(&held.binding);
            let those = list.iter().enumerate().filter(|(_, held)| free(held));
            those.min_by_key(|(_, held)| held.until).map(|(place, _)| place)
        };
        oldest(&same_phone).or_else(|| oldest(&looks_like_it)).or_else(|| oldest(&unreachable))
    }
}

/// The text as it is kept already, if it is the same: most registrations repeat all of one before.
fn shared(kept: Option<&Arc<str>>, text: &str) -> Arc<str> {
    kept.filter(|kept| ***kept == *text).map_or_else(|| text.into(), Arc::clone)
}

/// The place of a contact's binding: the one with the same URI and instance, else the one with the same key.
fn place_of(list: &[Held], contact: &Asked, written: &[Arc<str>]) -> Option<usize> {
    let uri = Uri::from(contact.uri.clone());
    let same_uri = |held: &Held| {
        (held.binding.instance == contact.instance || held.binding.instance.is_none() || contact.instance.is_none())
            && (*held.binding.contact == *uri.as_str()
                || Uri::parse(&*held.binding.contact).is_ok_and(|known| known.is_equivalent(&uri)))
    };
    let key = contact.instance_key().unwrap_or_else(|| contact.uri.text().as_str().into());
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
            source: binding.flow.remote,
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
