//! What the board must show where it did not hear everything: the calls and contacts that are kept, and no others.

use super::board::{Board, CallState, Contact, LiveCall, Reach, Room};
use pbx_core::base::ids::{CallId, TenantId};
use pbx_core::base::time::Wall;
use pbx_core::journal::OpenCall;
use pbx_core::location::Binding;
use std::collections::{HashMap, HashSet};

impl Board {
    /// Drops what is over and adds what was missed; what goes on stays as it was seen. Gives everybody who has a board.
    pub(crate) fn renew(&mut self, calls: &[OpenCall], bindings: Vec<(TenantId, Binding)>, now: Wall) -> Vec<TenantId> {
        let alive: HashSet<CallId> = calls.iter().map(|call| call.call).collect();
        let mut found: HashMap<TenantId, Vec<Binding>> = HashMap::new();
        for (tenant, binding) in bindings {
            found.entry(tenant).or_default().push(binding);
        }
        for room in self.tenants.values_mut() {
            room.calls.retain(|id, _| alive.contains(id));
        }
        for call in calls {
            self.tenants.entry(call.tenant).or_default().go_on(call);
        }
        for tenant in found.keys() {
            self.tenants.entry(*tenant).or_default();
        }
        for (tenant, room) in &mut self.tenants {
            room.contacts(found.remove(tenant).unwrap_or_default(), now);
        }
        self.tenants.keys().copied().collect()
    }
}

impl Room {
    /// A call that is kept as going on. Who rings is not kept: of a call that nobody saw begin, only the number shows.
    fn go_on(&mut self, kept: &OpenCall) {
        let call = self.calls.entry(kept.call).or_insert_with(|| {
            let (sip, from, dialled) = (kept.sip_call_id.clone(), kept.from.clone(), kept.dialled.clone());
            let mut call = LiveCall::new(kept.call, sip, kept.direction, from, dialled, kept.started);
            call.enter(CallState::Ringing, kept.started);
            call
        });
        if let Some(answer) = kept.answered.as_ref().filter(|_| call.with.is_none()) {
            call.legs.retain(|leg, _| *leg == answer.callee);
            call.with = Some(answer.by.clone());
            call.answered = Some(answer.at);
            call.enter(CallState::Talking, answer.at);
        }
        for (stays, answer) in &kept.transfers {
            if !call.legs.contains_key(&answer.callee) {
                call.transferred(*stays, answer.callee, &answer.by, answer.at);
            }
        }
    }

    fn contacts(&mut self, kept: Vec<Binding>, now: Wall) {
        let alive: HashSet<_> = kept.iter().map(|binding| (binding.device, binding.contact.clone())).collect();
        for (device, reach) in &mut self.devices {
            reach.keep_only(now, |contact| alive.contains(&(*device, contact.uri.clone())));
        }
        for binding in kept {
            let contact = Contact {
                uri: binding.contact,
                source: binding.flow.remote,
                user_agent: binding.user_agent,
                since: now,
                expires: binding.expires,
            };
            self.reach(binding.device, contact);
        }
    }
}

impl Reach {
    fn keep_only(&mut self, now: Wall, alive: impl Fn(&Contact) -> bool) {
        let some = !self.contacts.is_empty();
        self.contacts.retain(alive);
        if some && self.contacts.is_empty() {
            self.gone = Some(Box::new((now, "unknown".to_owned())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_core::base::ids::{DeviceId, LegId};
    use pbx_core::base::time::Now;
    use pbx_core::event::{Direction, Event, EventKind, Party};
    use pbx_core::journal::CallAnswer;

    fn acme() -> TenantId {
        TenantId::of_key("acme")
    }

    fn kept(key: &str, answered: bool) -> OpenCall {
        let at = Wall::from_micros(7_000_000);
        let by = Party { name: "Ben".into(), ..Party::default() };
        let (caller, callee) = (LegId::of_key("a"), LegId::of_key("b"));
        OpenCall {
            call: CallId::of_key(key),
            tenant: acme(),
            caller,
            sip_call_id: key.to_owned(),
            direction: Direction::Internal,
            from: Party::default(),
            dialled: "102".to_owned(),
            started: Wall::from_micros(5_000_000),
            answered: answered.then(|| CallAnswer { by, at, callee, sip_call_id: key.to_owned() }),
            transfers: Vec::new(),
            ended: None,
            decision: Default::default(),
        }
    }

    fn begins(board: &mut Board, key: &str) {
        let at = Now { wall: Wall::from_micros(5_000_000), ..Now::default() };
        let (direction, from) = (Direction::Internal, Party::default());
        let kind = EventKind::CallStarted { direction, from, dialled: "102".into(), sip_call_id: key.into() };
        board.fold(&Event { tenant: acme(), call: Some(CallId::of_key(key)), seq: 1, at, kind });
    }

    #[test]
    fn transfer_that_was_missed_shows_those_who_talk_now() {
        let (mut board, mut call) = (Board::default(), kept("moved", true));
        let by = Party { name: "Clara".into(), ..Party::default() };
        let answer =
            CallAnswer { by, at: Wall::from_micros(9_000_000), callee: LegId::of_key("c"), sip_call_id: "c".into() };
        call.transfers.push((LegId::of_key("a"), answer));
        board.renew(&[call], vec![], Wall::from_micros(9_000_000));
        let shown = board.call(acme(), CallId::of_key("moved")).unwrap();
        assert_eq!(shown.with.as_ref().map(|party| party.name.as_str()), Some("Clara"));
    }

    #[test]
    fn what_was_missed_appears_as_it_is_kept_and_what_is_over_goes() {
        let mut board = Board::default();
        begins(&mut board, "over");
        begins(&mut board, "seen");
        let tenants = board.renew(
            &[kept("seen", false), kept("answered", true), kept("rings", false)],
            Vec::new(),
            Wall::default(),
        );
        assert_eq!(tenants, [acme()]);
        let seen = |key: &str| board.call(acme(), CallId::of_key(key)).map(|call| (call.state, call.since.seconds()));
        assert_eq!(seen("over"), None);
        assert_eq!(seen("seen"), Some((CallState::Deciding, 5)));
        assert_eq!(seen("answered"), Some((CallState::Talking, 7)));
        assert_eq!(seen("rings"), Some((CallState::Ringing, 5)));
    }

    #[test]
    fn a_contact_that_is_not_kept_is_gone() {
        let mut board = Board::default();
        let device = DeviceId::of_key("d");
        let now = Wall::from_micros(9_000_000);
        let (contact, user_agent) = ("sip:a".into(), "".into());
        let source = ([192, 0, 2, 7], 5060).into();
        let kind = EventKind::Registered { device, contact, source, user_agent, expires: now };
        board.fold(&Event { tenant: acme(), call: None, seq: 1, at: Now::default(), kind });
        board.renew(&[], Vec::new(), now);
        let reach = board.device(acme(), device).unwrap();
        assert!(reach.contacts.is_empty());
        assert_eq!(reach.gone, Some(Box::new((now, "unknown".to_owned()))));
    }
}
