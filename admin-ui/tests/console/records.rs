//! Records of calls as the exchange writes them, and the events that go with one.

use crate::house::{House, somebody};
use pbx_core::base::flow::Transport;
use pbx_core::base::ids::{CallId, LegId, TenantId};
use pbx_core::base::time::Wall;
use pbx_core::base::value::Value;
use pbx_core::cdr::{CallRecord, LegRecord, MediaVerdict, ReceivedMedia, Segment};
use pbx_core::decision::{Decision, Step, StepKind};
use pbx_core::dial_plan::Dialled;
use pbx_core::directory::{Scope, Tenant};
use pbx_core::event::{Direction, Disposition, EventKind, Party};
use pbx_core::script::ScriptInput;
use pbx_core::sip_log::{LoggedMessage, Way};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

/// A person of a company as a party.
pub(crate) fn party(tenant: &Tenant, slug: &str) -> Party {
    let (person, device) = somebody(tenant, slug);
    Party {
        number: person.extension.clone(),
        name: person.name.clone(),
        person: Some(person.id),
        device: Some(device.id),
        anonymous: false,
    }
}

/// Somebody outside.
pub(crate) fn outside(number: &str, name: &str) -> Party {
    Party { number: number.into(), name: name.into(), ..Party::default() }
}

/// What a record is made from.
pub(crate) struct Story<'a> {
    pub tenant: &'a Tenant,
    /// Tells calls apart.
    pub key: &'a str,
    pub from: Party,
    pub dialled: &'a str,
    /// Who was rung, each with how long it rang, in milliseconds.
    pub rung: Vec<(Party, i64)>,
    /// Which of them answered, and for how long they talked.
    pub talked: Option<(usize, i64)>,
    pub disposition: Disposition,
    pub cause: &'a str,
    pub started: Wall,
}

impl Story<'_> {
    /// The record.
    pub(crate) fn record(&self) -> CallRecord {
        let at = |ms: i64| Wall::from_micros(self.started.micros() + ms * 1000);
        let leg = |name: &str| LegId::of_key(&format!("{}/{name}", self.key));
        let rang = self.rung.iter().map(|(_, ms)| *ms).max().unwrap_or(400);
        let talk = self.talked.map_or(0, |(_, ms)| ms);
        let mut legs = vec![LegRecord {
            id: leg("a"),
            party: self.from.clone(),
            sip_call_id: format!("{}@caller", self.key),
            started: self.started,
            ringing: None,
            answered: self.talked.map(|_| at(rang)),
            ended: at(rang + talk),
            sip_code: if self.talked.is_some() { 200 } else { 480 },
        }];
        for (place, (who, ms)) in self.rung.iter().enumerate() {
            let won = self.talked.is_some_and(|(winner, _)| winner == place);
            legs.push(LegRecord {
                id: leg(&place.to_string()),
                party: who.clone(),
                sip_call_id: format!("{}-{place}@ringdown", self.key),
                started: at(120),
                ringing: Some(at(300)),
                answered: won.then(|| at(rang)),
                ended: if won { at(rang + talk) } else { at(*ms) },
                sip_code: if won { 200 } else { 487 },
            });
        }
        let segments = self.talked.map(|(winner, _)| Segment {
            a: leg("a"),
            b: leg(&winner.to_string()),
            from: at(rang),
            to: at(rang + talk),
            media: Some(MediaVerdict { from_a: heard(9_412, 12), from_b: heard(9_398, 3) }),
        });
        let to = self.talked.map_or_else(|| self.rung.first(), |(winner, _)| self.rung.get(winner));
        CallRecord {
            version: pbx_core::cdr::VERSION,
            id: self.id(),
            tenant: self.tenant.id,
            sip_call_id: format!("{}@caller", self.key),
            direction: if self.from.person.is_some() { Direction::Internal } else { Direction::Inbound },
            from: self.from.clone(),
            dialled: self.dialled.to_owned(),
            to: to.map_or_else(|| outside(self.dialled, ""), |(who, _)| who.clone()),
            started: self.started,
            answered: self.talked.map(|_| at(rang)),
            ended: at(rang + talk),
            disposition: self.disposition,
            cause: self.cause.to_owned(),
            sip_code: if self.talked.is_some() { 200 } else { 480 },
            talk_us: talk * 1000,
            cut: false,
            hung_up: self.talked.and_then(|_| legs.first()).map(|caller| caller.id),
            legs,
            segments: segments.into_iter().collect(),
            decision: self.decision(),
        }
    }

    /// Where the caller's messages come from: a phone, or the carrier.
    fn caller_at(&self) -> &'static str {
        if self.from.person.is_some() { "192.0.2.7:5060" } else { "127.0.0.1:5071" }
    }

    /// The call's id.
    pub(crate) fn id(&self) -> CallId {
        CallId::of_key(&format!("{}/{}", self.tenant.slug, self.key))
    }

    fn decision(&self) -> Decision {
        let template = self.tenant.templates.values().find(|template| template.slug == "ring-person").unwrap();
        let map = |pairs: &[(&str, Value)]| -> BTreeMap<String, Value> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
        };
        let input = ScriptInput {
            template: template.id,
            call: Value::Null,
            params: map(&[("timeout", 30.into())]),
            now: Value::Null,
            seed: 1,
        };
        let dialled = Dialled::Extension(self.dialled.to_owned());
        let status = if self.talked.is_some() { "answered" } else { "no-answer" };
        let kinds = [
            StepKind::Dialled { original: self.dialled.to_owned(), dialled },
            StepKind::Bound { chain: vec![(Scope::Tenant, true)], template: template.id, slug: template.slug.clone() },
            StepKind::ScriptStarted { input: Arc::new(input) },
            StepKind::Verb {
                name: "ring".into(),
                args: map(&[("targets", self.dialled.into()), ("timeout", 30.into())]),
                line: 12,
            },
            StepKind::Resolved {
                target: self.dialled.to_owned(),
                person: self.rung.first().and_then(|(who, _)| who.person),
                devices: self
                    .rung
                    .iter()
                    .map(|(who, _)| (who.name.clone(), Some("192.0.2.7:5060".to_owned())))
                    .collect(),
            },
            StepKind::Outcome { outcome: Value::Map(map(&[("status", status.into())])) },
            StepKind::ScriptFinished,
            StepKind::Final { code: if self.talked.is_some() { 200 } else { 480 }, cause: self.cause.to_owned() },
        ];
        let steps = kinds.into_iter().zip([2, 4, 9, 15, 16, 9000, 9001, 9002]);
        let steps = steps.map(|(kind, ms)| Step { at: Wall::from_micros(self.started.micros() + ms * 1000), kind });
        Decision { revision: 4, steps: steps.collect(), ..Decision::default() }
    }
}

fn heard(packets: u64, lost: u64) -> ReceivedMedia {
    let address = Some("192.0.2.7:40020".to_owned());
    ReceivedMedia {
        packets,
        lost,
        jitter_us: 2_400,
        announced: address.clone(),
        latched: address,
        ..ReceivedMedia::default()
    }
}

/// The messages of a story: an INVITE through us to the first who was rung, ringing, 200, ACK, BYE from the caller.
pub(crate) fn ladder(story: &Story<'_>) -> Vec<(TenantId, LoggedMessage)> {
    let (tenant, call, started) = (story.tenant.id, story.id(), story.started);
    let (caller, called) = (story.caller_at(), "192.0.2.8:5060");
    let message = |ms: i64, sent: bool, remote: &str, first: &str, cseq: &str| {
        let leg = if remote == called { format!("{}-0@ringdown", story.key) } else { format!("{}@caller", story.key) };
        let text = format!(
            "{first}\r\nVia: SIP/2.0/UDP {remote}\r\nCall-ID: {leg}\r\nCSeq: {cseq}\r\nContent-Length: 0\r\n\r\n"
        );
        let entry = LoggedMessage {
            at: Wall::from_micros(started.micros() + ms * 1000),
            call,
            way: if sent { Way::Out } else { Way::In },
            transport: Transport::Udp,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: remote.parse().unwrap(),
            bytes: text.into(),
        };
        (tenant, entry)
    };
    vec![
        message(0, false, caller, "INVITE sip:102@acme.test SIP/2.0", "1 INVITE"),
        message(1, true, caller, "SIP/2.0 100 Trying", "1 INVITE"),
        message(16, true, called, "INVITE sip:acme-ben-desk@192.0.2.8 SIP/2.0", "1 INVITE"),
        message(60, false, called, "SIP/2.0 180 Ringing", "1 INVITE"),
        message(61, true, caller, "SIP/2.0 180 Ringing", "1 INVITE"),
        message(9000, false, called, "SIP/2.0 200 OK", "1 INVITE"),
        message(9001, true, called, "ACK sip:acme-ben-desk@192.0.2.8 SIP/2.0", "1 ACK"),
        message(9002, true, caller, "SIP/2.0 200 OK", "1 INVITE"),
        message(9020, false, caller, "ACK sip:102@192.0.2.1 SIP/2.0", "1 ACK"),
        message(41_000, false, caller, "BYE sip:102@192.0.2.1 SIP/2.0", "2 BYE"),
        message(41_001, true, caller, "SIP/2.0 200 OK", "2 BYE"),
        message(41_001, true, called, "BYE sip:acme-ben-desk@192.0.2.8 SIP/2.0", "2 BYE"),
        message(41_030, false, called, "SIP/2.0 200 OK", "2 BYE"),
    ]
}

/// Tells the bus of a call that begins to ring.
pub(crate) fn ring(house: &House, tenant: TenantId, call: CallId, from: Party, to: Party) {
    let leg = LegId::of_key(&call.to_string());
    let (dialled, sip_call_id) = (to.number.clone(), format!("{call}@caller"));
    let direction = if from.person.is_some() { Direction::Internal } else { Direction::Inbound };
    house.tell(tenant, Some(call), EventKind::CallStarted { direction, from, dialled, sip_call_id });
    house.tell(tenant, Some(call), EventKind::TemplateChosen { template: "ring-person".into() });
    house.tell(tenant, Some(call), EventKind::LegStarted { leg, to });
    house.tell(tenant, Some(call), EventKind::LegRinging { leg });
}

/// Tells the bus that a ringing call was answered.
pub(crate) fn answer(house: &House, tenant: TenantId, call: CallId, by: Party) {
    house.tell(tenant, Some(call), EventKind::Answered { leg: LegId::of_key(&call.to_string()), by });
}

/// Tells the bus that a phone can be reached at this address, port 5060.
pub(crate) fn register(house: &House, tenant: &Tenant, slug: &str, address: [u8; 4]) {
    let (_, device) = somebody(tenant, slug);
    let expires = Wall::from_micros(house.ports.clock.now().wall.micros() + 300_000_000);
    let source = SocketAddr::from((address, 5060));
    let contact = format!("sip:{}@{source}", device.sip_user).into();
    let kind = EventKind::Registered { device: device.id, contact, source, user_agent: "Desk Phone 5".into(), expires };
    house.tell(tenant.id, None, kind);
}
