//! A house for the console to stand in: a real store in a folder of its own, two companies, calls, phones, a clock by hand.

#![allow(dead_code, reason = "each user of this file uses a part of it")]

use admin_ui::{Clock, DemoAccount, Options, Ports, Records};
use pbx_core::base::ids::{CallId, TenantId};
use pbx_core::base::time::{Instant, Now, Wall};
use pbx_core::change::{Catalogue, Configuration};
use pbx_core::directory::{Device, Person, Tenant};
use pbx_core::engine::io::Command;
use pbx_core::event::{Event, EventKind};
use pbx_core::journal::Entry;
use pbx_core::secret::Keys;
use pbx_core::sip_log::SipLog;
use pbx_core::store::{Place, Projector, Store};
use pbx_core::template::TemplateVersion;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{broadcast, watch};

/// The companies that live here.
const COMPANIES: &str = r#"
operators: [{email: root@ringdown.test, password: "operator-secret"}]
trunks: [{id: carrier, kind: ip, peers: ["127.0.0.1:5071"]}]
tenants:
  - id: acme
    name: Acme
    domains: [acme.test]
    timezone: Europe/Berlin
    country: DE
    language: de
    admins: [{email: admin@acme.test, password: "acme-secret"}]
    users:
      - {id: anna, name: Anna Berg, extension: "101", email: anna@acme.test, password: "anna-secret", devices: [{id: desk, label: Desk phone, sip_user: acme-anna-desk, password: "one-desk-secret"}]}
      - {id: ben, name: Ben Adler, extension: "102", email: ben@acme.test, devices: [{id: desk, label: Desk phone, sip_user: acme-ben-desk, password: "two-desk-secret"}, {id: soft, label: Laptop, sip_user: acme-ben-soft, password: "two-soft-secret"}]}
      - {id: clara, name: Clara Vogt, extension: "103", devices: [{id: desk, label: Desk phone, sip_user: acme-clara-desk, password: "three-desk-secret"}]}
      - {id: lobby, name: Lobby, extension: "104", devices: [{id: door, label: Door phone, sip_user: acme-lobby-door, contact: "sip:127.0.0.1:7080"}]}
    numbers:
      - {number: "+4930555100", trunk: carrier, template: office-hours, params: {open: "102"}}
  - id: globex
    name: Globex
    domains: [globex.test]
    timezone: Europe/London
    country: GB
    language: en
    admins: [{email: admin@globex.test, password: "globex-secret"}]
    users:
      - {id: gil, name: Gil Frost, extension: "101", devices: [{id: desk, label: Desk phone, sip_user: globex-gil-desk, password: "gil-desk-secret"}]}
"#;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct Hand(pub AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Now {
        let micros = self.0.load(Ordering::Relaxed);
        Now { mono: Instant::from_micros(micros.unsigned_abs()), wall: Wall::from_micros(micros) }
    }
}

struct Shipped(templates::catalogue::Catalogue);

impl Catalogue for Shipped {
    fn template(&self, slug: &str) -> Option<Arc<TemplateVersion>> {
        self.0.template(slug)
    }

    fn slugs(&self) -> Vec<String> {
        self.0.all().map(|template| template.slug.clone()).collect()
    }
}

/// The house.
pub(crate) struct House {
    pub ports: Ports,
    pub events: broadcast::Sender<Arc<Event>>,
    pub commands: Arc<Mutex<Vec<Command>>>,
    pub sip_log: Arc<SipLog>,
    pub draining: watch::Sender<bool>,
    projector: tokio::sync::Mutex<Projector>,
    seq: AtomicU64,
    folder: PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl House {
    /// Builds a house with this clock. `name` keeps houses that stand at the same time apart.
    pub(crate) async fn build(name: &str, clock: Arc<dyn Clock>) -> Self {
        let folder = std::env::temp_dir().join(format!("ringdown-console-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = Store::open(&Place::Sqlite(folder.join("ringdown.db"))).await.unwrap();
        let catalogue = Arc::new(Shipped(templates::catalogue::Catalogue::embedded().unwrap()));
        let keys = Keys::from_master([7; 32]);
        let configuration = Configuration::open(store.clone(), keys, "ringdown".into(), catalogue).await.unwrap();
        let mut rng = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(1);
        let now = clock.now().wall;
        configuration.import("import", now, &mut rng, COMPANIES, Default::default()).await.unwrap();
        let events = broadcast::Sender::new(1024);
        let commands = Arc::new(Mutex::new(Vec::new()));
        let sip_log = Arc::new(SipLog::open(&folder.join("sip"), Default::default()));
        let (subscribe, command) = (events.clone(), commands.clone());
        let random = Mutex::new(rng);
        let draining = watch::Sender::new(false);
        let ports = Ports {
            records: Records {
                store: store.clone(),
                configuration: Arc::new(configuration),
                sip_log: sip_log.clone(),
                promises: None,
            },
            events: Arc::new(move || subscribe.subscribe()),
            commands: Arc::new(move |wanted| command.lock().unwrap().push(wanted)),
            clock,
            random: Arc::new(move |to| rand::RngCore::fill_bytes(&mut *random.lock().unwrap(), to)),
            draining: draining.subscribe(),
            options: Options { demo: demo(), sip: vec![([192, 0, 2, 1], 5060).into()], ..Options::default() },
        };
        let projector = tokio::sync::Mutex::new(Projector::open(store).await.unwrap());
        Self { ports, events, commands, sip_log, draining, projector, seq: AtomicU64::new(1), folder }
    }

    /// A company.
    pub(crate) fn tenant(&self, slug: &str) -> Arc<Tenant> {
        let directory = self.ports.records.configuration.snapshot();
        directory.tenants().find(|tenant| tenant.slug == slug).unwrap().clone()
    }

    /// Writes entries as the journal would.
    pub(crate) async fn keep(&self, entries: &[Entry]) {
        let mut projector = self.projector.lock().await;
        let mut position = projector.progress().projected;
        position.offset += 1;
        projector.project(entries, position).await.unwrap();
    }

    /// Tells the bus something.
    pub(crate) fn tell(&self, tenant: TenantId, call: Option<CallId>, kind: EventKind) {
        let seq = self.seq.fetch_add(1, Ordering::Relaxed);
        let _ = self.events.send(Arc::new(Event { tenant, call, seq, at: self.ports.clock.now(), kind }));
    }
}

/// A person of a company with its first device.
pub(crate) fn somebody<'a>(tenant: &'a Tenant, slug: &str) -> (&'a Person, &'a Device) {
    let person = tenant.people.values().find(|person| person.slug == slug).unwrap();
    (person, tenant.devices_of(person).next().unwrap())
}

fn demo() -> Vec<DemoAccount> {
    let account = |email: &str, password: &str, tenant: Option<&str>| DemoAccount {
        email: email.into(),
        password: password.into(),
        tenant: tenant.map(str::to_owned),
    };
    vec![
        account("admin@acme.test", "acme-secret", Some("Acme")),
        account("admin@globex.test", "globex-secret", Some("Globex")),
        account("root@ringdown.test", "operator-secret", None),
    ]
}
