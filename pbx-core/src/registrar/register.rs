//! One REGISTER: all of it or nothing (RFC 3261 §10.3).

use super::keep_alive::first_ping;
use super::request::{AskedContact, RegisterAction, RegisterFault, Request};
use super::same_phone::{key_of, place_of};
use super::{Binding, DeviceKey, Registrar, TimedBinding, is_behind_nat, is_listed, removal, unregistered};
use crate::base::flow::Flow;
use crate::base::ids::{DeviceId, TenantId};
use crate::base::settings::Settings;
use crate::base::time::{Now, Wall};
use crate::event::EventKind;
use crate::journal::Entry;
use crate::message::writer::Writer;
use pbx_sip::{Message, Reply, Uri, Via};
use std::sync::Arc;
use std::time::Duration;

/// The answer to a REGISTER, and what it changed.
#[derive(Clone, PartialEq, Debug)]
pub struct Registered {
    /// The status of the answer.
    pub code: u16,
    /// The reason phrase, where the usual one would say too little.
    pub reason: Option<&'static str>,
    /// Headers to add, in order: with 200 every current Contact with its expires.
    pub headers: Vec<(&'static str, String)>,
    /// Entries for the journal, to be written before the answer leaves.
    pub entries: Vec<Entry>,
    /// Events for the bus.
    pub events: Vec<EventKind>,
}

/// Headers for a phone that registered flows on a connection (RFC 5626 §6, §5.4): it sends an empty
/// line that often, and learns from our reply that the flow still leads here.
const OUTBOUND: [(&str, &str); 2] = [("Require", "outbound"), ("Flow-Timer", "120")];

/// The circumstances of one REGISTER.
struct Context<'a> {
    now: Now,
    flow: Flow,
    device: DeviceId,
    request: &'a Request,
    via: Option<&'a Via>,
    settings: &'a Settings,
}

impl Registered {
    /// Writes the answer; it leaves once the entries are in the journal.
    pub(crate) fn reply(&self, request: &Message, to_tag: &str) -> Option<Reply> {
        let mut writer = match self.reason {
            Some(reason) => Writer::response_saying(request, self.code, reason, to_tag),
            None => Writer::response(request, self.code, to_tag),
        };
        for (name, value) in &self.headers {
            writer.header(name, value);
        }
        writer.reply(None)
    }
}

impl Registrar {
    /// Carries out a REGISTER that the door has authenticated as this device's. Nothing changes
    /// unless the answer is 200.
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
            Err(RegisterFault::Bad(reason)) => return refusal(400, Some(reason), vec![]),
            Err(RegisterFault::TooBrief) => {
                return refusal(423, None, vec![("Min-Expires", settings.register_min_s.to_string())]);
            }
        };
        let context = Context { now, flow, device, request: &request, via: message.via().ok(), settings };
        let before: Vec<TimedBinding> = self.held.get(&owner).map_or(&[][..], AsRef::as_ref).to_vec();
        let before: Vec<TimedBinding> = before.into_iter().filter(|held| held.until > now.mono).collect();
        let after = match &request.action {
            RegisterAction::Fetch => return accepted(now, &before, vec![], vec![]),
            RegisterAction::RemoveAll => context.without_all(&before),
            RegisterAction::Change(asked) => context.changed(&before, asked),
        };
        let after = match after {
            Ok(after) => after,
            Err(refused) => return refused,
        };
        let (entries, events) = differences(now, owner, &before, &after);
        let mut answer = accepted(now, &after, entries, events);
        if request.is_outbound() && flow.transport.is_reliable() {
            answer.headers.extend(OUTBOUND.map(|(name, value)| (name, value.to_owned())));
        }
        self.replace(owner, after);
        answer
    }
}

impl Context<'_> {
    /// Checks that this request may change a binding: one with the same Call-ID needs a higher CSeq
    /// (steps 6 and 7).
    fn may_touch(&self, binding: &Binding) -> Result<(), Registered> {
        if binding.call_id == self.request.call_id && self.request.cseq <= binding.cseq {
            return Err(refusal(500, Some("CSeq Is Not Higher"), vec![]));
        }
        Ok(())
    }

    fn without_all(&self, before: &[TimedBinding]) -> Result<Vec<TimedBinding>, Registered> {
        before.iter().try_for_each(|held| self.may_touch(&held.binding))?;
        Ok(vec![])
    }

    fn changed(&self, before: &[TimedBinding], asked: &[AskedContact]) -> Result<Vec<TimedBinding>, Registered> {
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
        self.within(list, &written)
    }

    /// Returns the new binding for a contact, in the place of an old one if there was one.
    fn held(&self, contact: &AskedContact, old: Option<&TimedBinding>, taken: &[Arc<str>]) -> TimedBinding {
        let before = old.map(|old| &old.binding);
        let uri = shared(before.map(|old| &old.contact), contact.uri.text().as_str());
        let nat = is_behind_nat(&self.flow, self.via, &Uri::from(contact.uri.clone()));
        let lifetime = Duration::from_secs(u64::from(self.granted(contact, nat)));
        // A phone that is not at the address that it names may name any address.
        let elsewhere = contact.uri.host().ip() != Some(self.flow.remote.ip().to_canonical());
        let micros = i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX);
        let binding = Binding {
            device: self.device,
            key: key_of(contact, before, &uri, taken),
            contact: uri,
            instance: contact.instance.clone(),
            q: contact.q,
            call_id: self.request.call_id.clone(),
            cseq: self.request.cseq,
            flow: self.flow,
            behind_nat: self.flow.transport.is_reliable() || nat || elsewhere,
            user_agent: shared(before.map(|old| &old.user_agent), &self.request.user_agent),
            expires: Wall::from_micros(self.now.wall.micros().saturating_add(micros)),
        };
        let every = Duration::from_secs(u64::from(self.settings.keep_alive_s));
        let ping = first_ping(self.device, &binding, self.now.mono, every).filter(|_| nat);
        TimedBinding { binding, until: self.now.mono + lifetime, refreshed: self.now.mono, ping }
    }

    /// Returns the lifetime in seconds. Behind a NAT over UDP a phone has to come back before its
    /// mapping is forgotten.
    fn granted(&self, contact: &AskedContact, nat: bool) -> u32 {
        let Settings { register_behind_nat_s: most, register_min_s: least, .. } = *self.settings;
        let is_forgotten = nat && !self.flow.transport.is_reliable();
        if is_forgotten { contact.expires.min(most.max(least)) } else { contact.expires }
    }

    /// Returns the binding that the same phone had before it restarted (another Call-ID from the
    /// same flow, only the user part of the contact is new) or reconnected (its connection was
    /// closed, only the port is new). An instance id decides instead, where there is one (RFC 5626
    /// §4.1).
    fn predecessor(
        &self,
        list: &[TimedBinding],
        contact: &AskedContact,
        asked: &[AskedContact],
        written: &[Arc<str>],
    ) -> Option<usize> {
        if contact.expires == 0 || contact.instance.is_some() {
            return None;
        }
        list.iter().position(|TimedBinding { binding, .. }| {
            let uri = Uri::parse(&*binding.contact).ok();
            let Some(old) = uri.as_ref().and_then(Uri::as_sip) else { return false };
            let restarted = binding.flow == self.flow && old.port() == contact.uri.port();
            let is_closed = binding.flow.transport.is_reliable() && binding.flow.connection == 0;
            let reconnected = is_closed && self.flow.transport.is_reliable() && old.user() == contact.uri.user();
            binding.instance.is_none()
                && (restarted && binding.call_id != self.request.call_id || reconnected)
                && old.host() == contact.uri.host()
                && !written.contains(&binding.key)
                && !asked.iter().any(|other| *other.uri.text().as_str() == *binding.contact)
        })
    }

    /// Returns the list cut to as many bindings as a device may have: the same phone's old ones
    /// make room, those of other phones don't.
    fn within(&self, mut list: Vec<TimedBinding>, written: &[Arc<str>]) -> Result<Vec<TimedBinding>, Registered> {
        while list.len() > self.settings.register_max_contacts {
            let Some(place) = self.outlived(&list, written) else {
                return Err(refusal(403, Some("Too Many Contacts"), vec![]));
            };
            list.remove(place);
        }
        Ok(list)
    }

    /// Returns the binding that is the most likely to be dead: of the phone that registers now, by
    /// its Call-ID or instance; of one with the same address and User-Agent, which restarted with
    /// another port; of one that nothing leads to. Among equals, the one refreshed the longest ago.
    fn outlived(&self, list: &[TimedBinding], written: &[Arc<str>]) -> Option<usize> {
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
            let free = |held: &TimedBinding| !written.contains(&held.binding.key) && is_one(&held.binding);
            let those = list.iter().enumerate().filter(|(_, held)| free(held));
            those.min_by_key(|(_, held)| held.until).map(|(place, _)| place)
        };
        oldest(&same_phone).or_else(|| oldest(&looks_like_it)).or_else(|| oldest(&unreachable))
    }
}

/// Shares the text that is kept already if it is the same: most registrations repeat all of an
/// earlier one.
fn shared(kept: Option<&Arc<str>>, text: &str) -> Arc<str> {
    kept.filter(|kept| ***kept == *text).map_or_else(|| text.into(), Arc::clone)
}

fn differences(
    now: Now,
    owner: DeviceKey,
    before: &[TimedBinding],
    after: &[TimedBinding],
) -> (Vec<Entry>, Vec<EventKind>) {
    let (mut entries, mut events) = (vec![], vec![]);
    for TimedBinding { binding, .. } in before {
        let now_there = after.iter().find(|held| held.binding.key == binding.key);
        match now_there {
            None => {
                entries.push(removal(now, owner, binding));
                events.extend((!is_listed(after, binding)).then(|| unregistered(binding, "removed")));
            }
            Some(_) if !is_listed(after, binding) => events.push(unregistered(binding, "replaced")),
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

/// Returns the journal entry of a binding: a refresh if no more than that has changed, else a new
/// binding.
fn promise(tenant: TenantId, before: &[TimedBinding], binding: &Binding) -> Entry {
    let old = before.iter().find(|held| held.binding.key == binding.key);
    match old.and_then(|old| binding.as_refresh_of(&old.binding)) {
        Some(refresh) => Entry::BindingRefreshed { tenant, refresh },
        None => Entry::BindingAdded { tenant, binding: Box::new(binding.clone()) },
    }
}

fn accepted(now: Now, list: &[TimedBinding], entries: Vec<Entry>, events: Vec<EventKind>) -> Registered {
    let seconds_left = |held: &TimedBinding| held.until.since(now.mono).as_micros().div_ceil(1_000_000) as u64;
    let headers = list.iter().map(|held| ("Contact", held.binding.as_contact(seconds_left(held)))).collect();
    Registered { code: 200, reason: None, headers, entries, events }
}

const fn refusal(code: u16, reason: Option<&'static str>, headers: Vec<(&'static str, String)>) -> Registered {
    Registered { code, reason, headers, entries: vec![], events: vec![] }
}
