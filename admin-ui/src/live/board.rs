//! What is going on right now, folded from events: calls, reachable devices, alarms. Pure: events in, state out.

use pbx_core::base::ids::{CallId, DeviceId, LegId, TenantId};
use pbx_core::base::time::Wall;
use pbx_core::event::{Direction, Event, EventKind, Party};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

/// How many alarms of a tenant are kept in sight.
const ALARMS: usize = 20;

/// Everything that the live page shows, of every tenant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    pub(super) tenants: HashMap<TenantId, Room>,
}

/// What of the board an event changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Change {
    /// A call appeared or is in another state.
    Call(CallId),
    /// A call is over.
    Gone(CallId),
    /// A device came or went.
    Device(DeviceId),
    /// There is a new alarm.
    Alarm,
    /// Events were missed: anything may be different.
    Everything,
}

/// One tenant's part of the board.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    pub(super) calls: BTreeMap<CallId, LiveCall>,
    pub(super) devices: HashMap<DeviceId, Reach>,
    alarms: VecDeque<Alarm>,
}

/// A call that is going on.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct LiveCall {
    /// Ours.
    pub id: CallId,
    /// SIP's Call-ID of the caller's leg.
    pub sip_call_id: String,
    /// From where.
    pub direction: Direction,
    /// Who calls.
    pub from: Party,
    /// As dialled.
    pub dialled: String,
    /// The template that decides, once chosen.
    pub template: Option<String>,
    /// What the two sides are doing.
    pub state: CallState,
    /// Since when it is in that state.
    pub since: Wall,
    /// When the INVITE came.
    pub started: Wall,
    /// When it was answered.
    pub answered: Option<Wall>,
    /// The legs that were started and have not failed.
    pub legs: BTreeMap<LegId, LiveLeg>,
    /// Who answered.
    pub with: Option<Party>,
    /// The legs that hold.
    held: BTreeSet<LegId>,
}

/// A leg of a call that is going on.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct LiveLeg {
    /// To whom.
    pub to: Party,
    /// Whether it rings.
    pub ringing: bool,
}

/// What the two sides of a call are doing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum CallState {
    /// The template is deciding, nothing rings yet.
    Deciding,
    /// It rings.
    Ringing,
    /// They talk.
    Talking,
    /// One put the other on hold.
    Held,
}

impl CallState {
    /// A stable word: the key of its words, and its class in the style sheet.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Deciding => "deciding",
            Self::Ringing => "ringing",
            Self::Talking => "talking",
            Self::Held => "held",
        }
    }
}

/// Where a device can be reached, or since when it cannot.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Reach {
    /// Its contacts, the newest last.
    pub contacts: Vec<Contact>,
    /// When and why the last contact went, if none is left. In a box: most phones are there.
    pub gone: Option<Box<(Wall, String)>>,
}

/// One contact of a device.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Contact {
    /// The URI.
    pub uri: Arc<str>,
    /// The address it registered from.
    pub source: SocketAddr,
    /// What the phone calls itself.
    pub user_agent: Arc<str>,
    /// Since when it can be reached there, as far as is known.
    pub since: Wall,
    /// Until when, unless it registers again.
    pub expires: Wall,
}

/// Something to look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Alarm {
    /// When.
    pub at: Wall,
    /// A stable code.
    pub code: String,
    /// What it is about.
    pub detail: String,
}

impl Board {
    /// Takes an event in, and tells what it changed.
    pub(crate) fn fold(&mut self, event: &Event) -> Option<Change> {
        let room = self.tenants.entry(event.tenant).or_default();
        let at = event.at.wall;
        match &event.kind {
            EventKind::Registered { device, contact, source, user_agent, expires } => {
                let (uri, user_agent) = (contact.clone(), user_agent.clone());
                room.reach(*device, Contact { uri, source: *source, user_agent, since: at, expires: *expires })
            }
            EventKind::Unregistered { device, contact, reason } => room.lose(*device, contact, reason, at),
            EventKind::Alarm { code, detail } => room.alarm(Alarm { at, code: code.clone(), detail: detail.clone() }),
            EventKind::CallStarted { direction, from, dialled, sip_call_id } => {
                let id = event.call?;
                let call = LiveCall::new(id, sip_call_id.clone(), *direction, from.clone(), dialled.clone(), at);
                room.calls.insert(id, call);
                Some(Change::Call(id))
            }
            EventKind::CallEnded { .. } => room.calls.remove(&event.call?).map(|call| Change::Gone(call.id)),
            kind => {
                let call = room.calls.get_mut(&event.call?)?;
                call.fold(kind, at);
                Some(Change::Call(call.id))
            }
        }
    }

    /// Forgets every tenant that is gone: another may have its name, and so its id, tomorrow.
    pub(crate) fn keep_only(&mut self, is_there: impl Fn(TenantId) -> bool) {
        self.tenants.retain(|tenant, _| is_there(*tenant));
    }

    /// A tenant's calls, the oldest first.
    pub(crate) fn calls(&self, tenant: TenantId) -> impl Iterator<Item = &LiveCall> {
        self.tenants.get(&tenant).into_iter().flat_map(|room| room.calls.values())
    }

    /// One call of a tenant; another tenant's is not there.
    pub(crate) fn call(&self, tenant: TenantId, id: CallId) -> Option<&LiveCall> {
        self.tenants.get(&tenant)?.calls.get(&id)
    }

    /// One call of a tenant, by our id or by SIP's Call-ID of the caller's leg.
    pub(crate) fn find(&self, tenant: TenantId, name: &str) -> Option<&LiveCall> {
        let by_id = name.parse().ok().and_then(|id| self.call(tenant, id));
        by_id.or_else(|| self.calls(tenant).find(|call| call.sip_call_id == name))
    }

    /// Where a device of a tenant can be reached; none if it was never heard of.
    pub(crate) fn device(&self, tenant: TenantId, id: DeviceId) -> Option<&Reach> {
        self.tenants.get(&tenant)?.devices.get(&id)
    }

    /// A tenant's alarms, the newest first.
    pub(crate) fn alarms(&self, tenant: TenantId) -> impl Iterator<Item = &Alarm> {
        self.tenants.get(&tenant).into_iter().flat_map(|room| room.alarms.iter())
    }
}

impl Reach {
    /// The contact to show: the newest.
    pub(crate) fn contact(&self) -> Option<&Contact> {
        self.contacts.last()
    }
}

impl Room {
    pub(super) fn reach(&mut self, device: DeviceId, mut contact: Contact) -> Option<Change> {
        let reach = self.devices.entry(device).or_default();
        if let Some(place) = reach.contacts.iter().position(|known| known.uri == contact.uri) {
            let known = reach.contacts.remove(place);
            contact.since = known.since;
        }
        // Most phones have one: not the room for four that a list begins with.
        reach.contacts.reserve_exact(1);
        reach.contacts.push(contact);
        reach.gone = None;
        Some(Change::Device(device))
    }

    fn lose(&mut self, device: DeviceId, uri: &str, reason: &str, at: Wall) -> Option<Change> {
        let reach = self.devices.entry(device).or_default();
        reach.contacts.retain(|known| *known.uri != *uri);
        if reach.contacts.is_empty() {
            reach.gone = Some(Box::new((at, reason.to_owned())));
        }
        Some(Change::Device(device))
    }

    fn alarm(&mut self, alarm: Alarm) -> Option<Change> {
        self.alarms.push_front(alarm);
        self.alarms.truncate(ALARMS);
        Some(Change::Alarm)
    }
}

impl LiveCall {
    pub(super) fn new(
        id: CallId,
        sip_call_id: String,
        direction: Direction,
        from: Party,
        dialled: String,
        at: Wall,
    ) -> Self {
        Self {
            id,
            sip_call_id,
            direction,
            from,
            dialled,
            template: None,
            state: CallState::Deciding,
            since: at,
            started: at,
            answered: None,
            legs: BTreeMap::new(),
            with: None,
            held: BTreeSet::new(),
        }
    }

    /// Shows the leg that stays in a talk with the one that took the other's place.
    pub(crate) fn transferred(&mut self, stays: LegId, leg: LegId, by: &Party, at: Wall) {
        if let Some(stays) = self.legs.remove(&stays) {
            self.from = stays.to;
        }
        self.legs.clear();
        self.legs.insert(leg, LiveLeg { to: by.clone(), ringing: false });
        self.with = Some(by.clone());
        self.held.clear();
        self.enter(CallState::Talking, at);
    }

    fn fold(&mut self, kind: &EventKind, at: Wall) {
        match kind {
            EventKind::TemplateChosen { template } => self.template = Some(template.clone()),
            EventKind::LegStarted { leg, to } => {
                self.legs.insert(*leg, LiveLeg { to: to.clone(), ringing: false });
            }
            EventKind::LegRinging { leg } => {
                if let Some(leg) = self.legs.get_mut(leg) {
                    leg.ringing = true;
                }
                if self.state == CallState::Deciding {
                    self.enter(CallState::Ringing, at);
                }
            }
            EventKind::LegFailed { leg, .. } => {
                self.legs.remove(leg);
            }
            EventKind::Answered { leg, by } => {
                self.legs.retain(|id, _| id == leg);
                self.with = Some(by.clone());
                self.answered = Some(at);
                self.enter(CallState::Talking, at);
            }
            EventKind::Transferred { stays, leg, by } => self.transferred(*stays, *leg, by, at),
            EventKind::Held { leg } => {
                self.held.insert(*leg);
                self.enter(CallState::Held, at);
            }
            EventKind::Resumed { leg } => {
                self.held.remove(leg);
                self.enter(if self.held.is_empty() { CallState::Talking } else { CallState::Held }, at);
            }
            _ => {}
        }
    }

    pub(super) fn enter(&mut self, state: CallState, at: Wall) {
        if self.state != state {
            self.state = state;
            self.since = at;
        }
    }

    /// Those at the other end: who answered, else whoever rings, else whoever is being tried.
    pub(crate) fn others(&self) -> Vec<&Party> {
        if let Some(with) = &self.with {
            return vec![with];
        }
        let ringing: Vec<&Party> = self.legs.values().filter(|leg| leg.ringing).map(|leg| &leg.to).collect();
        if ringing.is_empty() { self.legs.values().map(|leg| &leg.to).collect() } else { ringing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_core::base::time::Now;
    use pbx_core::event::Disposition;

    fn tenant() -> TenantId {
        TenantId::of_key("acme")
    }

    fn call() -> CallId {
        CallId::of_key("call")
    }

    fn leg(key: &str) -> LegId {
        LegId::of_key(key)
    }

    fn event(second: i64, kind: EventKind) -> Event {
        let at = Now { wall: Wall::from_micros(second * 1_000_000), ..Now::default() };
        Event { tenant: tenant(), call: Some(call()), seq: second as u64, at, kind }
    }

    fn started() -> Board {
        let mut board = Board::default();
        let from = Party { name: "Anna".into(), ..Party::default() };
        let kind = EventKind::CallStarted {
            direction: Direction::Internal,
            from,
            dialled: "102".into(),
            sip_call_id: "x".into(),
        };
        assert_eq!(board.fold(&event(1, kind)), Some(Change::Call(call())));
        board
    }

    fn to(name: &str) -> Party {
        Party { name: name.into(), ..Party::default() }
    }

    #[test]
    fn a_call_rings_talks_is_held_and_ends() {
        let mut board = started();
        let seen = |board: &Board| {
            let call = board.call(tenant(), call()).unwrap();
            (call.state, call.since.seconds())
        };
        assert_eq!(seen(&board), (CallState::Deciding, 1));
        board.fold(&event(2, EventKind::LegStarted { leg: leg("b"), to: to("Ben") }));
        board.fold(&event(3, EventKind::LegRinging { leg: leg("b") }));
        assert_eq!(seen(&board), (CallState::Ringing, 3));
        board.fold(&event(9, EventKind::Answered { leg: leg("b"), by: to("Ben") }));
        assert_eq!(seen(&board), (CallState::Talking, 9));
        board.fold(&event(12, EventKind::Held { leg: leg("a") }));
        board.fold(&event(13, EventKind::Held { leg: leg("b") }));
        board.fold(&event(14, EventKind::Resumed { leg: leg("a") }));
        assert_eq!(seen(&board), (CallState::Held, 12));
        board.fold(&event(15, EventKind::Resumed { leg: leg("b") }));
        assert_eq!(seen(&board), (CallState::Talking, 15));
        // The caller has the one who answered talk with somebody else.
        board.fold(&event(16, EventKind::Transferred { stays: leg("b"), leg: leg("c"), by: to("Clara") }));
        let talk = board.call(tenant(), call()).unwrap();
        assert_eq!((talk.from.name.as_str(), talk.with.as_ref().unwrap().name.as_str()), ("Ben", "Clara"));
        let end = EventKind::CallEnded { disposition: Disposition::Answered, cause: "normal".into() };
        assert_eq!(board.fold(&event(20, end)), Some(Change::Gone(call())));
        assert_eq!(board.calls(tenant()).count(), 0);
    }

    #[test]
    fn the_other_end_is_whoever_rings_until_one_answers() {
        let mut board = started();
        for (key, name) in [("b", "Ben"), ("c", "Clara")] {
            board.fold(&event(2, EventKind::LegStarted { leg: leg(key), to: to(name) }));
        }
        let names = |board: &Board| -> Vec<String> {
            let mut names: Vec<String> =
                board.call(tenant(), call()).unwrap().others().iter().map(|party| party.name.clone()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&board), ["Ben", "Clara"]);
        board.fold(&event(3, EventKind::LegRinging { leg: leg("c") }));
        assert_eq!(names(&board), ["Clara"]);
        board.fold(&event(4, EventKind::Answered { leg: leg("b"), by: to("Ben") }));
        assert_eq!(names(&board), ["Ben"]);
    }

    #[test]
    fn another_tenants_call_is_not_there() {
        let board = started();
        let other = TenantId::of_key("globex");
        assert!(board.call(other, call()).is_none());
        assert_eq!(board.calls(other).count(), 0);
    }

    #[test]
    fn events_of_an_unknown_call_change_nothing() {
        let mut board = Board::default();
        assert_eq!(board.fold(&event(1, EventKind::Held { leg: leg("a") })), None);
    }

    #[test]
    fn a_device_keeps_its_since_when_it_registers_again() {
        let mut board = Board::default();
        let device = DeviceId::of_key("d");
        let registered = |contact: &str| EventKind::Registered {
            device,
            contact: contact.into(),
            source: SocketAddr::from(([192, 0, 2, 7], 5060)),
            user_agent: "".into(),
            expires: Wall::from_micros(0),
        };
        board.fold(&event(5, registered("sip:a")));
        board.fold(&event(65, registered("sip:a")));
        let reach = board.device(tenant(), device).unwrap();
        assert_eq!((reach.contacts.len(), reach.contact().unwrap().since.seconds()), (1, 5));
        let gone =
            |contact: &str| EventKind::Unregistered { device, contact: contact.into(), reason: "expired".into() };
        board.fold(&event(70, registered("sip:b")));
        board.fold(&event(80, gone("sip:a")));
        assert!(board.device(tenant(), device).unwrap().gone.is_none());
        board.fold(&event(90, gone("sip:b")));
        let reach = board.device(tenant(), device).unwrap();
        assert_eq!(reach.gone, Some(Box::new((Wall::from_micros(90_000_000), "expired".to_owned()))));
    }

    #[test]
    fn only_the_newest_alarms_are_kept() {
        let mut board = Board::default();
        for second in 0..30 {
            board.fold(&event(second, EventKind::Alarm { code: "scan".into(), detail: second.to_string() }));
        }
        let details: Vec<&str> = board.alarms(tenant()).map(|alarm| alarm.detail.as_str()).collect();
        assert_eq!((details.len(), details[0]), (ALARMS, "29"));
    }
}
