//! Some minutes of two companies on a real server, which is killed at the end: what a release
//! leaves behind as its data folder.

use super::copy;
use crate::rig::customers::{Customers, GOLD, Manner};
use crate::rig::outside_call::OutsideCall;
use crate::rig::ports;
use crate::rig::server::Server;
use crate::rig::sip_line::{SipLine, code, sdp, text};
use pbx_core::store::{Place, Store};
use pbx_sip::header_name::HeaderName;
use pbx_sip::message::Message;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;

/// Acme's number, which asks its customer service who calls, and that of Globex, which has office
/// hours.
pub(super) const ACME: &str = "+4930555100";
const GLOBEX: &str = "+12125550100";

/// Where nobody listens: this caller sends no sound.
pub(super) const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);

/// What the release has promised to somebody, as they saw it.
#[derive(Serialize, Deserialize)]
pub(super) struct Promised {
    /// The calls, by SIP's Call-ID of the caller's leg.
    pub(super) calls: Vec<PromisedCall>,
    /// The phones that are registered.
    pub(super) phones: Vec<Secret>,
    /// Who can log in.
    pub(super) accounts: Vec<Secret>,
}

/// A call as its caller saw it.
#[derive(Serialize, Deserialize)]
pub(super) struct PromisedCall {
    pub(super) sip_call_id: String,
    pub(super) dialled: String,
    pub(super) disposition: String,
    /// It still ran when the server was killed.
    pub(super) cut: bool,
}

/// A name with its password: an example's, and nobody's.
#[derive(Serialize, Deserialize)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) password: String,
}

/// Writes the import file of two companies.
fn companies(carrier: u16, customers: SocketAddr) -> String {
    format!(
        r#"operators: [{{email: root@ringdown.test, password: root-secret}}]
trunks: [{{id: carrier, kind: ip, peers: ["127.0.0.1:{carrier}"]}}]
tenants:
  - id: acme
    name: Acme
    domains: [acme.test]
    timezone: Europe/Berlin
    country: DE
    language: de
    holidays: [{{date: "2026-12-25", name: Christmas}}]
    admins: [{{email: admin@acme.test, password: acme-secret}}]
    users:
      - {{id: anna, name: Anna Berg, extension: "101", email: anna@acme.test, password: anna-secret, devices: [{{id: desk, sip_user: acme-anna-desk, password: secret-anna}}]}}
      - {{id: reception, name: Reception, extension: "102", devices: [{{id: desk, sip_user: acme-reception-desk, password: secret-reception}}]}}
      - {{id: sales, name: Sales, extension: "103", template: office-hours, params: {{open: "102"}}, devices: [{{id: desk, sip_user: acme-sales-desk, password: secret-sales, media: roams}}]}}
    data_sources:
      - {{id: customers, kind: http-json, url: "http://{customers}/customers/{{number}}", timeout_ms: 800, allow_private: true, secret: Bearer 123}}
    numbers:
      - {{number: "{ACME}", trunk: carrier, template: vip-by-lookup, params: {{source: customers, main: "102"}}}}
  - id: globex
    name: Globex
    domains: [globex.test]
    timezone: America/New_York
    country: US
    language: en
    users:
      - {{id: desk, name: Front Desk, extension: "101", devices: [{{id: desk, sip_user: globex-front-desk, password: secret-front}}]}}
      - {{id: accounts, name: Accounts, extension: "102", devices: [{{id: desk, password: secret-accounts}}]}}
    numbers:
      - {{number: "{GLOBEX}", trunk: carrier, template: office-hours, params: {{hours: {{}}, open: "102", closed: "101"}}}}
"#
    )
}

/// The phones: the last one registers when the database is told nothing any more.
const PHONES: [(&str, &str); 4] = [
    ("acme-anna-desk", "secret-anna"),
    ("acme-reception-desk", "secret-reception"),
    ("globex-front-desk", "secret-front"),
    ("acme-sales-desk", "secret-sales"),
];

const ACCOUNTS: [(&str, &str); 3] =
    [("root@ringdown.test", "root-secret"), ("admin@acme.test", "acme-secret"), ("anna@acme.test", "anna-secret")];

/// The server, and the carrier's line to it.
struct Scene {
    server: Server,
    line: SipLine,
    /// The requests that phones have answered: one may come again meanwhile.
    answered: Mutex<BTreeSet<String>>,
}

impl Scene {
    fn registered(&self, (user, password): (&str, &str)) -> SipLine {
        let mut phone = SipLine::open(ports::one(), self.server.sip());
        assert_eq!(phone.register(user, password, 3600), 200, "{user}");
        phone
    }

    /// The next request that a phone has not seen before.
    fn request(&self, phone: &SipLine, method: &str) -> Message {
        phone.message(method, |message| {
            let is_it = message.method().is_some_and(|got| got.as_str() == method);
            is_it && self.answered.lock().unwrap().insert(format!("{method} {}", text(message, HeaderName::CallId)))
        })
    }

    /// Calls from outside until a phone rings; gives the INVITE that came there, too.
    fn rings(&self, number: &str, name: &str, phone: &SipLine) -> (OutsideCall<'_>, Message) {
        let call = OutsideCall::dial(&self.line, self.server.sip(), number, name, NOWHERE);
        (call, self.request(phone, "INVITE"))
    }

    /// Calls, and the phone answers.
    fn talks(&self, number: &str, name: &str, phone: &SipLine) -> OutsideCall<'_> {
        let (mut call, invite) = self.rings(number, name, phone);
        phone.answer(&invite, "200 OK", Some(&sdp(NOWHERE)));
        assert_eq!(code(&call.answered()), 200, "{name}");
        call
    }

    /// The same, and the caller hangs up.
    fn whole_talk(&self, number: &str, name: &str, phone: &SipLine) -> PromisedCall {
        let call = self.talks(number, name, phone);
        assert_eq!(call.hang_up(), 200, "{name}");
        phone.answer(&self.request(phone, "BYE"), "200 OK", None);
        promised(&call.call_id, number, "answered", false)
    }

    /// Calls, and the phone refuses.
    fn busy(&self, number: &str, name: &str, phone: &SipLine) -> PromisedCall {
        let (mut call, invite) = self.rings(number, name, phone);
        phone.answer(&invite, "486 Busy Here", None);
        assert_eq!(code(&call.answered()), 486, "{name}");
        promised(&call.call_id, number, "busy", false)
    }

    /// Calls as a gold customer, whose account manager declines, and so does the reception.
    fn declined_by_all(&self, phones: [&SipLine; 2]) -> PromisedCall {
        let vip = format!("<sip:{GOLD}@{}>", self.server.sip());
        std::thread::scope(|scope| {
            scope.spawn(|| phones.map(|phone| phone.answer(&self.request(phone, "INVITE"), "603 Decline", None)));
            assert_eq!(OutsideCall::refused(&self.line, self.server.sip(), ACME, &vip), 603);
        });
        promised(&format!("from-{}", self.line.address().port()), ACME, "rejected", false)
    }

    /// Makes the calls that the database hears of.
    fn first_half(&self, [anna, reception, front]: &[SipLine; 3]) -> Vec<PromisedCall> {
        vec![
            self.whole_talk(ACME, "first-talk", reception),
            self.busy(ACME, "first-busy", reception),
            self.whole_talk(GLOBEX, "first-closed", front),
            self.declined_by_all([anna, reception]),
        ]
    }

    /// Makes those that stand in the journal alone; two of them still run.
    fn second_half(&self, [_, reception, front]: &[SipLine; 3]) -> Vec<PromisedCall> {
        let mut calls = vec![self.whole_talk(GLOBEX, "last-talk", front), self.busy(ACME, "last-busy", reception)];
        let talks = self.talks(ACME, "last-killed-in-its-talk", reception);
        calls.push(promised(&talks.call_id, ACME, "answered", true));
        let (rings, _) = self.rings(GLOBEX, "last-killed-while-it-rang", front);
        calls.push(promised(&rings.call_id, GLOBEX, "failed", true));
        calls
    }
}

fn promised(sip_call_id: &str, dialled: &str, disposition: &str, cut: bool) -> PromisedCall {
    let [sip_call_id, dialled, disposition] = [sip_call_id, dialled, disposition].map(str::to_owned);
    PromisedCall { sip_call_id, dialled, disposition, cut }
}

fn secret((name, password): (&str, &str)) -> Secret {
    Secret { name: name.to_owned(), password: password.to_owned() }
}

/// Writes `data/` and `promised.json`. What happens after a second start stands in the journal
/// alone: another process has begun to write to the database, and goes on until the kill.
pub(super) fn write(release: &Path) {
    let (carrier, customers) = (ports::one(), Customers::start(Manner::Knowing));
    let server = Server::with(&companies(carrier, customers.address()));
    let line = SipLine::open(carrier, server.sip());
    let mut scene = Scene { server, line, answered: Mutex::default() };
    let phones = [PHONES[0], PHONES[1], PHONES[2]].map(|phone| scene.registered(phone));
    let mut calls = scene.first_half(&phones);
    scene.server.terminate();
    assert!(scene.server.has_stopped());
    scene.server.start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = runtime.block_on(Store::open(&Place::Sqlite(scene.server.data().join("ringdown.sqlite")))).unwrap();
    let writes = runtime.block_on(store.begin()).unwrap();
    scene.registered(PHONES[3]);
    calls.extend(scene.second_half(&phones));
    scene.server.kill();
    runtime.block_on(async {
        drop(writes);
        store.close().await;
    });
    // Of the process that is gone, and room that is held free for a full disk.
    for gone in ["control.sock", "lock", "ballast"] {
        drop(std::fs::remove_file(scene.server.data().join(gone)));
    }
    copy(&scene.server.data(), &release.join("data"));
    let (phones, accounts) = (PHONES.map(secret).into(), ACCOUNTS.map(secret).into());
    let promised = serde_json::to_string_pretty(&Promised { calls, phones, accounts }).unwrap();
    std::fs::write(release.join("promised.json"), promised + "\n").unwrap();
}
