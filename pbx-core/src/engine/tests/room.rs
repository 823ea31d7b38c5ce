//! An engine with its surroundings played by hand: phones write plain messages, scripts are lists
//! of turns, media threads report at once.

use crate::base::flow::{Flow, Routes, Transport};
use crate::base::ids::{CallId, DeviceId, NumberId, PersonId, SourceId, TemplateVersionId, TenantId, TrunkId};
use crate::base::settings::Settings;
use crate::base::time::{Instant, Now, Wall};
use crate::base::token::Tokens;
use crate::base::value::Value;
use crate::cdr::CallRecord;
use crate::decision::{Host, Programs, replay};
use crate::directory::{
    Assignment, Device, Directory, MediaRule, Number, Person, SECRET_HEADER, Scope, Source, SourceKind, Tenant, Trunk,
    TrunkKind,
};
use crate::door::Who;
use crate::engine::io::{Input, Output, Query, World};
use crate::engine::{Engine, PortShare};
use crate::event::EventKind;
use crate::journal::{Entry, EntryEffect, OpenCalls};
use crate::script::{ScriptJob, ScriptReply, ScriptStep};
use crate::template::{Fallback, TemplateVersion};
use pbx_media::{Command as MediaCommand, Fact, Port, PortReport};
use pbx_sip::Message;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Where the engine listens.
pub(crate) const HERE: &str = "192.0.2.1:5060";

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// The flow between us and an address.
pub(crate) fn flow(remote: &str) -> Flow {
    Flow { transport: Transport::Udp, local: address(HERE), remote: address(remote), own: None, connection: 0 }
}

/// What the door and the engine make tags and branches with.
pub(crate) fn tokens() -> Tokens {
    Tokens::new([3; 32])
}

struct Everywhere;

impl Routes for Everywhere {
    fn flow_to(&self, transport: Transport, remote: SocketAddr) -> Option<Flow> {
        Some(Flow { transport, local: address(HERE), remote, own: None, connection: 0 })
    }

    fn is_ours(&self, _flow: &Flow) -> bool {
        true
    }
}

/// Something that was sent: where to, and what.
pub(crate) struct Sent {
    pub(crate) to: SocketAddr,
    pub(crate) message: Message,
}

/// An engine and everything around it.
pub(crate) struct Room {
    pub(crate) engine: Engine,
    pub(crate) directory: Directory,
    pub(crate) settings: Settings,
    pub(crate) now: Now,
    /// What the next turns of scripts are; when it is empty, a script rings whoever was called,
    /// then ends.
    pub(crate) turns: VecDeque<ScriptStep>,
    /// No port is free.
    pub(crate) dry: bool,
    /// Media threads do not report.
    pub(crate) mute: bool,
    /// How long media ports have heard nothing, if they ever did.
    pub(crate) silent_for: Option<Duration>,
    pub(crate) sent: VecDeque<Sent>,
    pub(crate) journal: Vec<Entry>,
    pub(crate) events: Vec<EventKind>,
    pub(crate) queries: Vec<Query>,
    pub(crate) media: Vec<MediaCommand>,
    pub(crate) jobs: Vec<ScriptJob>,
    pub(crate) nonces: u32,
    next_port: u16,
    wake: Option<Instant>,
    /// What each call's script did, turn by turn.
    turned: HashMap<CallId, Vec<ScriptStep>>,
}

/// A script that does again what it did.
struct Again(std::vec::IntoIter<ScriptStep>);

impl Host for Again {
    fn turn(&mut self, job: ScriptJob) -> Option<ScriptStep> {
        if matches!(job, ScriptJob::Cancel { .. }) { None } else { self.0.next() }
    }
}

struct Kept;

impl Programs for Kept {
    fn program(&self, _template: TemplateVersionId) -> Option<Arc<TemplateVersion>> {
        Some(template())
    }
}

pub(crate) fn tenant_id() -> TenantId {
    TenantId::of_key("acme")
}

pub(crate) fn device_id(extension: &str) -> DeviceId {
    DeviceId::of_key(extension)
}

fn template() -> Arc<TemplateVersion> {
    Arc::new(TemplateVersion {
        id: TemplateVersionId::of_key("ring-person"),
        slug: "ring-person".into(),
        sha256: String::new(),
        title: String::new(),
        summary: String::new(),
        lua: String::new(),
        manifest: String::new(),
        params: Vec::new(),
        fallback: Fallback::Ring { param: "called".into(), timeout: 20 },
    })
}

/// Acme: 101 at .101, 102 with two phones at .102 and .112, 103 at .103, 104 without a phone; a
/// trunk and its number.
fn acme() -> Tenant {
    let mut people = HashMap::new();
    let mut devices = HashMap::new();
    let mut extensions = BTreeMap::new();
    let phones = [("101", vec!["101"]), ("102", vec!["102", "112"]), ("103", vec!["103"]), ("104", vec![])];
    for (extension, phones) in phones {
        let id = PersonId::of_key(extension);
        for phone in &phones {
            let device = Device {
                id: device_id(phone),
                slug: format!("phone{phone}"),
                label: "Phone".into(),
                person: id,
                sip_user: format!("acme-{phone}"),
                ha1: None,
                contact: Some(format!("sip:{phone}@192.0.2.{phone}:5060")),
                media: MediaRule::default(),
            };
            devices.insert(device.id, device);
        }
        let person = Person {
            id,
            slug: extension.into(),
            name: format!("Person {extension}"),
            extension: extension.into(),
            email: None,
            devices: phones.iter().map(|phone| device_id(phone)).collect(),
        };
        extensions.insert(extension.to_owned(), id);
        people.insert(id, person);
    }
    let number = NumberId::of_key("main");
    let trunk = Some(TrunkId::of_key("carrier"));
    let source = SourceId::of_key("customers");
    let assignment = Assignment { scope: Scope::Tenant, template: template().id, params: BTreeMap::new() };
    let slug = "customers".to_owned();
    let (kind, url) = (SourceKind::HttpJson, "http://192.0.2.9/{number}".to_owned());
    Tenant {
        id: tenant_id(),
        slug: "acme".into(),
        name: "Acme".into(),
        domains: vec!["acme.test".into()],
        timezone: "Europe/Berlin".into(),
        country: "DE".into(),
        language: "de".into(),
        holidays: Vec::new(),
        people,
        devices,
        numbers: HashMap::from([(number, Number { id: number, e164: "+4930555100".into(), trunk })]),
        sources: HashMap::from([(
            source,
            Source {
                id: source,
                slug,
                kind,
                url,
                timeout_ms: 800,
                allowed_hosts: vec![],
                allow_private: true,
                default: None,
                header: SECRET_HEADER.to_owned(),
                secret: None,
            },
        )]),
        extensions,
        assignments: vec![assignment],
        templates: HashMap::from([(template().id, template())]),
    }
}

impl Room {
    pub(crate) fn new() -> Self {
        let trunk = Trunk {
            id: TrunkId::of_key("carrier"),
            slug: "carrier".into(),
            kind: TrunkKind::Ip,
            peers: vec![address("192.0.2.200:5060").into()],
            called_number: Default::default(),
        };
        let mut room = Self {
            engine: Engine::new(0, PortShare::new(2, 5000, 1), [7; 32], tokens()),
            directory: Directory::new(1, "ringdown".into(), vec![acme()], vec![trunk]),
            settings: Settings::default(),
            now: Now { mono: Instant::from_micros(1_000_000), wall: Wall::from_micros(1_790_000_000_000_000) },
            turns: VecDeque::new(),
            dry: false,
            mute: false,
            silent_for: Some(Duration::ZERO),
            sent: VecDeque::new(),
            journal: Vec::new(),
            events: Vec::new(),
            queries: Vec::new(),
            media: Vec::new(),
            jobs: Vec::new(),
            nonces: 0,
            next_port: 20_000,
            wake: None,
            turned: HashMap::new(),
        };
        room.input(Input::Wake);
        room
    }

    /// A message from somebody.
    pub(crate) fn receive(&mut self, from: &str, who: Who, text: &str) {
        self.receive_bytes(from, who, text.as_bytes());
    }

    /// A message that need not be text.
    pub(crate) fn receive_bytes(&mut self, from: &str, who: Who, bytes: &[u8]) {
        let message = Message::parse(bytes.to_owned()).unwrap();
        self.input(Input::Message { flow: flow(from), message, who });
    }

    /// Somebody inside a dialog or transaction.
    pub(crate) fn known(&mut self, from: &str, text: &str) {
        self.receive(from, Who::Known, text);
    }

    pub(crate) fn input(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let mut out = Vec::new();
            let world =
                World { now: self.now, directory: &self.directory, routes: &Everywhere, settings: &self.settings };
            self.engine.handle(&world, input, &mut out);
            for output in out {
                match output {
                    Output::Send { flow, bytes, .. } => {
                        // A keep-alive is no message.
                        if !bytes.starts_with(b"\r\n") {
                            let message = Message::parse(bytes).unwrap();
                            self.sent.push_back(Sent { to: flow.remote, message });
                        }
                    }
                    Output::Journal(entry) => self.journal.push(entry),
                    Output::Publish(event) => self.events.push(event.kind.clone()),
                    Output::Query(query) => self.queries.push(query),
                    Output::Script(job) => inputs.extend(self.script(&job)),
                    Output::Media(command) => inputs.extend(self.media_did(command)),
                    Output::WakeAt(at) => self.wake = Some(at),
                    Output::Received { .. } => {}
                }
            }
        }
    }

    fn script(&mut self, job: &ScriptJob) -> Option<Input> {
        self.jobs.push(job.clone());
        let (tenant, run) = match job {
            ScriptJob::Start { tenant, run, .. } | ScriptJob::Resume { tenant, run, .. } => (*tenant, *run),
            ScriptJob::Cancel { .. } => return None,
        };
        let step = match (self.turns.pop_front(), job) {
            (Some(step), _) => step,
            (None, ScriptJob::Start { input, .. }) => {
                let callee = input.call.get("callee").and_then(|callee| callee.get("extension"));
                ring(&[callee.and_then(Value::as_text).unwrap_or("101")])
            }
            (None, _) => ScriptStep::Finished,
        };
        self.turned.entry(run.call).or_default().push(step.clone());
        Some(Input::Script(ScriptReply { tenant, run, step }))
    }

    fn media_did(&mut self, command: MediaCommand) -> Option<Input> {
        let fact = match &command {
            MediaCommand::Refill { thread, engine, count } => {
                let count = if self.dry { 0 } else { *count };
                let ports = (0..count).map(|_| {
                    self.next_port += 2;
                    Port { rtp: self.next_port, thread: *thread }
                });
                Some(Fact::Stock { engine: *engine, thread: *thread, ports: ports.collect() })
            }
            MediaCommand::Release { port, engine } if !self.mute => {
                let report = PortReport { packets: u64::from(port.rtp), ..PortReport::default() };
                Some(Fact::Released { engine: *engine, port: *port, report })
            }
            MediaCommand::Ask { port, engine } => {
                Some(Fact::Quiet { engine: *engine, port: *port, since: self.silent_for })
            }
            _ => None,
        };
        self.media.push(command);
        fact.map(Input::Media)
    }

    /// Time passes, with everything that is due on the way.
    pub(crate) fn pass(&mut self, millis: u64) {
        let end = Instant::from_micros(self.now.mono.micros() + millis * 1000);
        while let Some(at) = self.wake.take_if(|at| *at <= end) {
            self.at(at.max(self.now.mono));
            self.input(Input::Wake);
        }
        self.at(end);
    }

    fn at(&mut self, mono: Instant) {
        let passed = mono.micros() - self.now.mono.micros();
        self.now = Now { mono, wall: Wall::from_micros(self.now.wall.micros() + i64::try_from(passed).unwrap()) };
    }

    /// The next message to this address that is a request of that method, or a response with that
    /// code.
    pub(crate) fn expect(&mut self, to: &str, what: &str) -> Message {
        let to = address(to);
        let is = |sent: &Sent| {
            let matches = match (sent.message.method(), sent.message.status()) {
                (Some(method), _) => method.as_str() == what,
                (_, Some(status)) => status.code().to_string() == what,
                _ => false,
            };
            sent.to == to && matches
        };
        let Some(place) = self.sent.iter().position(is) else {
            panic!("no {what} to {to}; there is:\n{}", self.ladder())
        };
        self.sent.remove(place).unwrap().message
    }

    /// Whether nothing of this kind was sent there.
    pub(crate) fn has(&self, to: &str, what: &str) -> bool {
        let to = address(to);
        self.sent.iter().any(|sent| {
            sent.to == to
                && (sent.message.method().is_some_and(|method| method.as_str() == what)
                    || sent.message.status().is_some_and(|status| status.code().to_string() == what))
        })
    }

    fn ladder(&self) -> String {
        let line = |sent: &Sent| {
            let first = String::from_utf8_lossy(sent.message.as_bytes()).lines().next().unwrap_or_default().to_owned();
            format!("  -> {} {first}\n", sent.to)
        };
        self.sent.iter().map(line).collect()
    }

    /// The records that were written.
    pub(crate) fn records(&self) -> Vec<CallRecord> {
        let mut open = OpenCalls::default();
        let finished = self.journal.iter().filter_map(|entry| match open.apply(entry) {
            EntryEffect::Finished(record, told) => Some(record.read(&told).unwrap()),
            _ => None,
        });
        finished.collect()
    }

    /// Every record decides its call again.
    fn records_explain_their_calls(&self) {
        for record in self.records() {
            let turns = self.turned.get(&record.id).cloned().unwrap_or_default();
            let again = replay(&record.decision, &Kept, &mut Again(turns.into_iter()));
            assert_eq!(again, record.decision);
        }
    }

    /// The only record.
    pub(crate) fn record(&self) -> CallRecord {
        let mut records = self.records();
        assert_eq!(records.len(), 1, "exactly one record");
        self.records_explain_their_calls();
        records.remove(0)
    }

    /// After everything has run out, nothing is left.
    pub(crate) fn is_quiet_in_the_end(&mut self) {
        self.pass(200_000);
        assert!(self.engine.is_quiet(), "left: {:?}", self.engine.census());
    }

    /// Freezes the engine and goes on with what was thawed.
    pub(crate) fn thaw(&mut self) {
        let bytes = self.engine.freeze().unwrap();
        self.engine = Engine::thaw(&bytes).unwrap();
        assert_eq!(self.engine.freeze().unwrap().len(), bytes.len());
    }
}

/// `ring{targets = …}`.
pub(crate) fn ring(targets: &[&str]) -> ScriptStep {
    let targets = targets.iter().map(|target| Value::from(*target)).collect();
    let args = BTreeMap::from([("targets".to_owned(), Value::List(targets))]);
    ScriptStep::Verb { name: "ring".into(), args, line: 1 }
}
