//! The door as phones, carriers and attackers meet it.

mod answers;
mod attacks;
mod dialogs;
mod office;
mod phones;
mod rations;
mod trunks;

use super::{Admission, Door, Verdict};
use crate::base::flow::{Flow, Transport};
use crate::base::ids::{DeviceId, NumberId, PersonId, Slot, TenantId, TrunkId};
use crate::base::settings::Settings;
use crate::base::time::{Instant, Now, Wall};
use crate::directory::{Device, Directory, MediaRule, Number, Person, Tenant, Trunk, TrunkKind};
use crate::door::Who;
use crate::secret::Ha1;
use bytes::Bytes;
use pbx_sip::Message;
use pbx_sip::digest::{Algorithm, Challenge};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

const PHONE: &str = "192.0.2.10:5060";
const CARRIER: &str = "203.0.113.5:5060";

fn at(seconds: u64) -> Now {
    Now {
        mono: Instant::from_micros(seconds * 1_000_000),
        wall: Wall::from_micros(1_700_000_000_000_000 + seconds as i64 * 1_000_000),
    }
}

fn tenant_id() -> TenantId {
    TenantId::of_key("acme")
}

fn desk() -> DeviceId {
    DeviceId::of_key("desk")
}

fn tenant(slug: &str, country: &str, user: &str, numbers: &[&str]) -> Tenant {
    let password = pbx_sip::digest::Ha1::of(user, "ringdown", "correct horse");
    let hex = |algorithm| password.hex(algorithm).to_owned();
    let device = Device {
        id: DeviceId::of_key(user),
        slug: user.to_owned(),
        label: user.to_owned(),
        person: PersonId::of_key(user),
        sip_user: user.to_owned(),
        ha1: Some(Ha1 { md5: hex(Algorithm::Md5), sha256: hex(Algorithm::Sha256) }),
        contact: None,
        media: MediaRule::default(),
    };
    let person = Person {
        id: device.person,
        slug: user.to_owned(),
        name: user.to_owned(),
        extension: "101".to_owned(),
        email: None,
        devices: vec![device.id],
    };
    let trunk = Some(TrunkId::of_key("carrier"));
    let number = |e164: &&str| Number { id: NumberId::of_key(e164), e164: (*e164).to_owned(), trunk };
    Tenant {
        id: TenantId::of_key(slug),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        domains: vec![format!("{slug}.test")],
        timezone: "Europe/Berlin".to_owned(),
        country: country.to_owned(),
        language: "en".to_owned(),
        holidays: vec![],
        extensions: BTreeMap::from([("101".to_owned(), person.id)]),
        people: HashMap::from([(person.id, person)]),
        devices: HashMap::from([(device.id, device)]),
        numbers: numbers.iter().map(number).map(|number| (number.id, number)).collect(),
        sources: HashMap::new(),
        assignments: vec![],
        templates: HashMap::new(),
    }
}

/// A door with its directory, and the randomness that it is handed.
struct Scene {
    door: Door,
    directory: Directory,
    random: u64,
}

impl Scene {
    fn new() -> Self {
        let tenants = vec![
            tenant("acme", "DE", "desk", &["+4930555100"]),
            tenant("globex", "US", "globex-desk", &["+15417543010"]),
        ];
        let trunk = Trunk {
            id: TrunkId::of_key("carrier"),
            slug: "carrier".to_owned(),
            kind: TrunkKind::Ip,
            peers: vec![CARRIER.parse().unwrap()],
            called_number: Default::default(),
        };
        let directory = Directory::new(1, "ringdown".to_owned(), tenants, vec![trunk]);
        Self { door: Door::new([7; 32], [8; 32], &Settings::default()), directory, random: 0 }
    }

    fn admit(&mut self, seconds: u64, from: &str, text: &str) -> Admission {
        self.admit_by(Transport::Udp, seconds, from, text)
    }

    fn admit_by(&mut self, transport: Transport, seconds: u64, from: &str, text: &str) -> Admission {
        self.random += 1;
        let flow = Self::flow(transport, from);
        self.door.admit(at(seconds), self.random, &self.directory, flow, Bytes::copy_from_slice(text.as_bytes()))
    }

    fn flow(transport: Transport, from: &str) -> Flow {
        let local = "192.0.2.1:5060".parse().unwrap();
        Flow { transport, local, remote: from.parse().unwrap(), own: None, connection: 0 }
    }

    /// The answer on the spot.
    fn answer(&mut self, seconds: u64, from: &str, text: &str) -> Message {
        match self.admit(seconds, from, text).verdict {
            Verdict::Answer(bytes) => Message::parse(bytes).unwrap(),
            other => panic!("no answer to\n{text}\nbut {other:?}"),
        }
    }

    fn status(&mut self, from: &str, text: &str) -> u16 {
        self.answer(0, from, text).status().unwrap().code()
    }

    fn delivered(&mut self, seconds: u64, from: &str, text: &str) -> (Slot, Message, Who) {
        match self.admit(seconds, from, text).verdict {
            Verdict::Deliver { slot, message, who } => (slot, message, who),
            Verdict::Answer(bytes) => panic!("{}", String::from_utf8_lossy(&bytes)),
            Verdict::Drop => panic!("dropped:\n{text}"),
        }
    }

    fn dropped(&mut self, from: &str, text: &str) -> bool {
        matches!(self.admit(0, from, text).verdict, Verdict::Drop)
    }

    /// The same request with an answer to the challenge that it gets.
    fn signed(&mut self, seconds: u64, request: &Request, user: &str, password: &str) -> Request {
        self.signed_at(seconds, PHONE, request, user, password)
    }

    /// The same from somewhere else.
    fn signed_at(&mut self, seconds: u64, from: &str, request: &Request, user: &str, password: &str) -> Request {
        let challenge = self.answer(seconds, from, &request.text());
        request.with_answer_to(&challenge, user, password)
    }
}

/// A request in the making.
#[derive(Clone)]
struct Request {
    method: &'static str,
    uri: String,
    branch: String,
    to: String,
    from_user: String,
    cseq: u32,
    lines: Vec<String>,
}

impl Request {
    fn new(method: &'static str) -> Self {
        let register = method == "REGISTER";
        Self {
            method,
            uri: if register { "sip:192.0.2.1" } else { "sip:102@192.0.2.1" }.to_owned(),
            branch: "z9hG4bKphone1".to_owned(),
            to: if register { "<sip:desk@192.0.2.1>" } else { "<sip:102@192.0.2.1>" }.to_owned(),
            from_user: "desk".to_owned(),
            cseq: 1,
            lines: vec![],
        }
    }

    fn uri(self, uri: &str) -> Self {
        Self { uri: uri.to_owned(), ..self }
    }

    fn to(self, to: &str) -> Self {
        Self { to: to.to_owned(), ..self }
    }

    fn line(mut self, line: &str) -> Self {
        self.lines.push(line.to_owned());
        self
    }

    fn with_answer_to(&self, challenge: &Message, user: &str, password: &str) -> Self {
        let value = challenge.header(pbx_sip::HeaderName::WwwAuthenticate).unwrap();
        let challenge = Challenge::parse(&value.value()).unwrap();
        let credentials = challenge.answer(user, password, self.method, &self.uri, "c0ffee", 1);
        let mut signed = self.clone();
        signed.cseq += 1;
        signed.branch += "s";
        signed.line(&format!("Authorization: {credentials}"))
    }

    fn text(&self) -> String {
        let Self { method, uri, branch, to, from_user, cseq, lines } = self;
        let mut text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;rport;branch={branch}\r\nMax-Forwards: 70\r\n\
             From: <sip:{from_user}@192.0.2.1>;tag=phone\r\nTo: {to}\r\nCall-ID: call1@192.0.2.10\r\n\
             CSeq: {cseq} {method}\r\nContact: <sip:desk@192.0.2.10:5060>\r\n"
        );
        for line in lines {
            text.push_str(line);
            text.push_str("\r\n");
        }
        text + "Content-Length: 0\r\n\r\n"
    }
}
