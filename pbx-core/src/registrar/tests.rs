mod flows;
mod nat;

use super::*;
use crate::base::flow::{Routes, Transport};
use crate::base::ids::PersonId;
use crate::base::settings::Settings;
use crate::base::time::Wall;
use crate::directory::{Device, MediaRule};
use pbx_sip::Message;
use std::net::SocketAddr;

const PHONE: &str = "192.0.2.10:5060";

fn at(seconds: u64) -> Now {
    Now {
        mono: Instant::from_micros(seconds * 1_000_000),
        wall: Wall::from_micros(1_700_000_000_000_000 + seconds as i64 * 1_000_000),
    }
}

fn flow(transport: Transport, remote: &str, connection: u64) -> Flow {
    Flow { transport, local: "192.0.2.1:5060".parse().unwrap(), remote: remote.parse().unwrap(), own: None, connection }
}

fn owner() -> (TenantId, DeviceId) {
    (TenantId::of_key("acme"), DeviceId::of_key("desk"))
}

/// A REGISTER with these further header lines.
fn message(cseq: u32, call_id: &str, lines: &[&str]) -> Message {
    let mut text = format!(
        "REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK{cseq}\r\nMax-Forwards: 70\r\n\
         From: <sip:desk@pbx>;tag=1\r\nTo: <sip:desk@pbx>\r\nCall-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\n"
    );
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("Content-Length: 0\r\n\r\n");
    Message::parse(text.into_bytes()).unwrap()
}

struct Desk {
    registrar: Registrar,
    cseq: u32,
    settings: Settings,
}

impl Desk {
    fn new() -> Self {
        Self { registrar: Registrar::default(), cseq: 0, settings: Settings::default() }
    }

    fn sends(&mut self, seconds: u64, call_id: &str, lines: &[&str]) -> Registered {
        self.sends_from(seconds, PHONE, call_id, lines)
    }

    fn sends_from(&mut self, seconds: u64, there: &str, call_id: &str, lines: &[&str]) -> Registered {
        self.cseq += 1;
        let message = message(self.cseq, call_id, lines);
        self.registrar.register(at(seconds), &self.settings, owner(), &message, flow(Transport::Udp, there, 0))
    }

    fn contacts(&self, seconds: u64) -> Vec<String> {
        let (tenant, device) = owner();
        self.registrar.bindings(tenant, device, at(seconds).mono).iter().map(|b| b.contact.to_string()).collect()
    }
}

fn contacts_of(answer: &Registered) -> Vec<&str> {
    answer.headers.iter().filter(|(name, _)| *name == "Contact").map(|(_, value)| value.as_str()).collect()
}

#[test]
fn expires_that_is_no_number_counts_as_an_hour() {
    let mut desk = Desk::new();
    let answer = desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>", "Expires: abc"]);
    assert_eq!((answer.code, contacts_of(&answer)), (200, vec!["<sip:desk@192.0.2.10>;expires=3600"]));
    assert_eq!(desk.sends(1, "a", &["Contact: *", "Expires: abc"]).code, 400, "that removes nothing");
}

#[test]
fn phone_is_reachable_until_its_registration_ends() {
    let mut desk = Desk::new();
    let answer = desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>;expires=120"]);
    assert_eq!((answer.code, contacts_of(&answer)), (200, vec!["<sip:desk@192.0.2.10>;expires=120"]));
    assert!(matches!(&answer.entries[..], [Entry::BindingAdded { .. }]));
    assert!(matches!(&answer.events[..], [EventKind::Registered { .. }]));
    assert_eq!(desk.contacts(119).len(), 1);
    assert_eq!(desk.contacts(120).len(), 0);
    assert_eq!(desk.registrar.next_due(), Some(at(120).mono));
    let changes = desk.registrar.fire(at(120), Duration::ZERO);
    assert!(matches!(&changes.entries[..], [Entry::BindingRemoved { .. }]));
    assert!(matches!(&changes.events[..], [(_, EventKind::Unregistered { reason, .. })] if reason == "expired"));
    assert!(desk.registrar.is_empty());
    assert_eq!(desk.registrar, Registrar::default());
}

#[test]
fn refresh_keeps_one_binding_and_moves_its_end() {
    let mut desk = Desk::new();
    desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>", "Expires: 100"]);
    let answer = desk.sends(50, "a", &["Contact: <sip:desk@192.0.2.10>", "Expires: 100"]);
    assert_eq!(contacts_of(&answer), ["<sip:desk@192.0.2.10>;expires=100"]);
    assert_eq!((desk.registrar.len(), desk.registrar.next_due()), (1, Some(at(150).mono)));
}

#[test]
fn expiry_is_kept_within_bounds() {
    let mut desk = Desk::new();
    let brief = desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>;expires=59"]);
    assert_eq!((brief.code, brief.headers), (423, vec![("Min-Expires", "60".to_owned())]));
    let long = desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>;expires=4294967296"]);
    assert_eq!(contacts_of(&long), ["<sip:desk@192.0.2.10>;expires=3600"]);
    let none = desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>"]);
    assert_eq!(contacts_of(&none), ["<sip:desk@192.0.2.10>;expires=300"]);
}

#[test]
fn several_contacts_are_told_by_preference() {
    let mut desk = Desk::new();
    let contact = "Contact: <sip:desk@192.0.2.10>;q=0.2, <sip:desk@192.0.2.10:5070>;q=0.75";
    let answer = desk.sends(0, "a", &[contact, "Expires: 90"]);
    let expected = ["<sip:desk@192.0.2.10>;expires=90;q=0.200", "<sip:desk@192.0.2.10:5070>;expires=90;q=0.750"];
    assert_eq!(contacts_of(&answer), expected);
    assert_eq!(desk.contacts(1), ["sip:desk@192.0.2.10:5070", "sip:desk@192.0.2.10"]);
}

#[test]
fn unregistering_removes_one_or_all() {
    let mut desk = Desk::new();
    desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>, <sip:desk@192.0.2.11>"]);
    let one = desk.sends(1, "a", &["Contact: <sip:desk@192.0.2.10>;expires=0"]);
    assert_eq!(contacts_of(&one), ["<sip:desk@192.0.2.11>;expires=299"]);
    assert!(matches!(&one.events[..], [EventKind::Unregistered { reason, .. }] if reason == "removed"));
    let all = desk.sends(2, "b", &["Contact: *", "Expires: 0"]);
    assert_eq!((all.code, contacts_of(&all).len(), desk.registrar.len()), (200, 0, 0));
}

#[test]
fn star_needs_expires_zero_and_no_company() {
    let mut desk = Desk::new();
    desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>"]);
    for lines in [&["Contact: *"][..], &["Contact: *", "Expires: 60"], &["Contact: *, <sip:x@192.0.2.3>", "Expires: 0"]]
    {
        assert_eq!(desk.sends(1, "b", lines).code, 400, "{lines:?}");
    }
    assert_eq!(desk.registrar.len(), 1);
}

#[test]
fn fetch_tells_what_there_is_and_changes_nothing() {
    let mut desk = Desk::new();
    desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>"]);
    let answer = desk.sends(100, "b", &[]);
    assert_eq!(contacts_of(&answer), ["<sip:desk@192.0.2.10>;expires=200"]);
    assert!(answer.entries.is_empty() && answer.events.is_empty());
}

#[test]
fn overtaken_register_of_the_same_call_is_refused() {
    let mut desk = Desk::new();
    desk.cseq = 10;
    desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>"]);
    desk.cseq = 9;
    assert_eq!(desk.sends(1, "a", &["Contact: <sip:desk@192.0.2.10>;expires=0"]).code, 500);
    desk.cseq = 9;
    assert_eq!(desk.sends(1, "a", &["Contact: *", "Expires: 0"]).code, 500);
    assert_eq!(desk.registrar.len(), 1);
    desk.cseq = 0;
    assert_eq!(desk.sends(1, "another", &["Contact: <sip:desk@192.0.2.10>;expires=0"]).code, 200);
}

#[test]
fn request_is_carried_out_wholly_or_not_at_all() {
    let mut desk = Desk::new();
    desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>"]);
    let before = desk.registrar.clone();
    for second in ["<sip:desk@192.0.2.12>;expires=1", "<tel:+4930555100>", "<sip:desk@[::1"] {
        let contact = format!("Contact: <sip:desk@192.0.2.11>, {second}");
        assert!(matches!(desk.sends(1, "a", &[&contact]).code, 400 | 423), "{second}");
    }
    assert_eq!(desk.registrar, before);
}

#[test]
fn same_instance_is_the_same_binding_wherever_it_is() {
    let mut desk = Desk::new();
    let instance = ";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"";
    desk.sends(0, "a", &[&format!("Contact: <sip:desk@192.0.2.10:5060>{instance}")]);
    let moved = desk.sends(9, "b", &[&format!("Contact: <sip:desk@192.0.2.99:5062>{instance}")]);
    assert_eq!(contacts_of(&moved), [format!("<sip:desk@192.0.2.99:5062>;expires=300{instance}")]);
    assert!(
        matches!(&moved.events[..], [EventKind::Unregistered { reason, .. }, EventKind::Registered { .. }] if reason == "replaced")
    );
    desk.sends(10, "c", &["Contact: <sip:desk@192.0.2.99:5062>;expires=0"]);
    assert!(desk.registrar.is_empty());
}

#[test]
fn two_contacts_of_one_instance_live_side_by_side() {
    let mut desk = Desk::new();
    let id = ";+sip.instance=\"<urn:uuid:1>\"";
    let both = format!("Contact: <sip:d@192.0.2.10>{id}, <sip:d@192.0.2.10:5070;transport=tcp>{id}");
    for n in 0..3 {
        assert_eq!(contacts_of(&desk.sends(n, "a", &[&both])).len(), 2);
    }
    let second = format!("Contact: <sip:d@192.0.2.10:5070;transport=tcp>;expires=0{id}");
    let left = desk.sends(5, "a", &[&second]);
    assert_eq!(contacts_of(&left), [format!("<sip:d@192.0.2.10>;expires=297{id}")]);
}

/// Ten phones of the same make and account, each at its own address.
fn ten_phones() -> Desk {
    let mut desk = Desk::new();
    for n in 0..10 {
        let lines = [format!("Contact: <sip:d@192.0.2.{n}>"), "User-Agent: Soft 1".to_owned()];
        let there = format!("192.0.2.{n}:5060");
        let call_id = format!("call{n}");
        assert_eq!(desk.sends_from(u64::from(n == 9), &there, &call_id, &[&lines[0], &lines[1]]).code, 200);
    }
    desk
}

#[test]
fn too_many_contacts_are_refused_but_a_phone_replaces_its_own() {
    let mut desk = ten_phones();
    let other = desk.sends_from(1, "192.0.2.77:5060", "call11", &["Contact: <sip:d@192.0.2.77>", "User-Agent: Soft 1"]);
    assert_eq!((other.code, other.reason), (403, Some("Too Many Contacts")));
    let own = desk.sends(1, "call3", &["Contact: <sip:d@192.0.2.77>"]);
    assert_eq!((own.code, contacts_of(&own).len()), (200, 10));
    assert!(!desk.contacts(1).contains(&"sip:d@192.0.2.3".to_owned()));
}

#[test]
fn restarted_softphone_makes_room_for_itself_however_often_it_starts() {
    let mut desk = Desk::new();
    for n in 0..40_u16 {
        let port = 40_000 + n;
        let contact = format!("Contact: <sip:d@192.0.2.10:{port}>;expires=3600");
        let there = format!("192.0.2.10:{port}");
        let answer = desk.sends_from(u64::from(n), &there, &format!("start{n}"), &[&contact, "User-Agent: Soft 1"]);
        assert_eq!(answer.code, 200, "start {n}");
    }
    let left = desk.contacts(40);
    assert_eq!(left.len(), 10);
    assert!(
        left.contains(&"sip:d@192.0.2.10:40039".to_owned()) && !left.contains(&"sip:d@192.0.2.10:40029".to_owned())
    );
    let hardphone =
        desk.sends_from(41, "192.0.2.10:5060", "desk", &["Contact: <sip:d@192.0.2.10>", "User-Agent: Hard 2"]);
    assert_eq!(hardphone.code, 403, "another make at the same address is another phone");
}

#[test]
fn restarted_phone_with_another_user_part_takes_the_place_of_what_it_was() {
    let mut desk = Desk::new();
    desk.sends(0, "before", &["Contact: <sip:r1@192.0.2.10>"]);
    let answer = desk.sends(1, "after", &["Contact: <sip:r2@192.0.2.10>"]);
    assert_eq!(contacts_of(&answer), ["<sip:r2@192.0.2.10>;expires=300"]);
    let both = desk.sends(2, "after", &["Contact: <sip:r2@192.0.2.10>", "Contact: <sip:r3@192.0.2.10>"]);
    assert_eq!(contacts_of(&both).len(), 2, "one that registers two has two");
    let mut behind = Desk::new();
    behind.sends(0, "one", &["Contact: <sip:d@10.0.0.1>"]);
    behind.sends(0, "two", &["Contact: <sip:d@10.0.0.2>"]);
    assert_eq!(behind.contacts(1).len(), 2, "two phones behind one proxy");
}

#[test]
fn nat_sends_requests_to_the_flow() {
    let cases = [
        (Transport::Udp, "192.0.2.10:5060", "<sip:d@192.0.2.10:5060>", false),
        (Transport::Udp, "192.0.2.10:61000", "<sip:d@192.0.2.10:5060>", false),
        (Transport::Udp, "192.0.2.10:5060", "<sip:d@10.0.0.7:5060>", true),
        (Transport::Udp, "192.0.2.10:5060", "<sip:d@phone.acme.test>", true),
        (Transport::Udp, "198.51.100.9:5060", "<sip:d@198.51.100.9>", true),
        (Transport::Tcp, "192.0.2.10:40000", "<sip:d@192.0.2.10:5060;transport=tcp>", true),
    ];
    for (transport, remote, contact, to_flow) in cases {
        let mut registrar = Registrar::default();
        let flow = flow(transport, remote, u64::from(transport.is_reliable()));
        let message = message(1, "a", &[&format!("Contact: {contact}")]);
        registrar.register(at(0), &Settings::default(), owner(), &message, flow);
        let targets = registrar.targets(at(1).mono, &Direct, owner().0, &device(None));
        let expected: SocketAddr = if to_flow { flow.remote } else { "192.0.2.10:5060".parse().unwrap() };
        assert_eq!(targets[0].flow.remote, expected, "{contact} from {remote}");
        assert!(contact.contains(&targets[0].uri));
    }
}

#[test]
fn phone_is_rung_from_where_it_registered() {
    let mut registrar = Registrar::default();
    let here = "192.0.2.9:5070".parse().unwrap();
    let seen = Flow { local: here, own: Some("10.0.0.9".parse().unwrap()), ..flow(Transport::Udp, PHONE, 0) };
    let message = message(1, "a", &["Contact: <sip:desk@192.0.2.10:5062>"]);
    registrar.register(at(0), &Settings::default(), owner(), &message, seen);
    let rung = registrar.targets(at(1).mono, &Direct, owner().0, &device(None))[0].flow;
    assert_eq!(rung, Flow { remote: "192.0.2.10:5062".parse().unwrap(), ..seen });
}

/// RFC 4475 §3.3.14. RFC 3261 §19.1.1 and §19.1.5 say what may become of them.
#[test]
fn headers_of_a_contact_are_kept_and_never_sent() {
    let mut desk = Desk::new();
    for contact in ["sip:d?x@192.0.2.10?Route=%3Csip:evil.test%3E&X-A=1", "sip:d?x@192.0.2.10"] {
        let answer = desk.sends(0, "a", &[&format!("Contact: <{contact}>;expires=100"), "Expires: 0"]);
        assert_eq!((answer.code, contacts_of(&answer)), (200, vec![&*format!("<{contact}>;expires=100")]));
        let fetched = desk.sends(0, "a", &[]);
        assert_eq!(contacts_of(&fetched), contacts_of(&answer));
        let targets = desk.registrar.targets(at(1).mono, &Direct, owner().0, &device(None));
        assert_eq!(targets[0].uri, "sip:d?x@192.0.2.10");
        desk.sends(0, "a", &["Contact: *", "Expires: 0"]);
    }
}

#[test]
fn fixed_contact_needs_no_registration() {
    let registrar = Registrar::default();
    let tcp = device(Some("sip:127.0.0.1:7080;transport=tcp"));
    let targets = registrar.targets(at(0).mono, &Direct, owner().0, &tcp);
    assert_eq!(
        (targets[0].flow.transport, targets[0].flow.remote),
        (Transport::Tcp, "127.0.0.1:7080".parse().unwrap())
    );
    let unreadable = device(Some("sip:phone.acme.test"));
    assert!(registrar.targets(at(0).mono, &Direct, owner().0, &unreadable).is_empty());
}

#[test]
fn lost_connection_takes_its_bindings_along() {
    let mut registrar = Registrar::default();
    let (tcp, other) = (flow(Transport::Tcp, "192.0.2.10:40000", 7), flow(Transport::Tcp, "192.0.2.10:40001", 8));
    let settings = Settings::default();
    registrar.register(at(0), &settings, owner(), &message(1, "a", &["Contact: <sip:d@10.0.0.1>"]), tcp);
    registrar.register(at(0), &settings, owner(), &message(1, "b", &["Contact: <sip:d@10.0.0.2>"]), other);
    let changes = registrar.flow_lost(at(1), &tcp);
    assert!(matches!(&changes.events[..], [(_, EventKind::Unregistered { reason, .. })] if reason == "flow-lost"));
    assert_eq!(registrar.len(), 1);
    assert!(registrar.flow_lost(at(1), &tcp).events.is_empty());
}

#[test]
fn phone_that_only_says_again_where_it_is_is_promised_no_more_than_a_new_time() {
    let mut desk = Desk::new();
    let contact = ["Contact: <sip:desk@192.0.2.10>;expires=120"];
    let first = desk.sends(0, "a", &contact);
    let again = desk.sends(60, "b", &contact);
    let ([Entry::BindingAdded { binding, .. }], [Entry::BindingRefreshed { tenant, refresh }]) =
        (&first.entries[..], &again.entries[..])
    else {
        panic!("{:?} {:?}", first.entries, again.entries)
    };
    assert_eq!(*tenant, owner().0);
    let refreshed = (**binding).clone().refreshed(refresh);
    assert_eq!(desk.registrar.bindings(owner().0, owner().1, at(60).mono), [&refreshed]);
    assert_eq!(refreshed.expires, at(180).wall);
    let moved = desk.sends(61, "b", &["Contact: <sip:desk@192.0.2.10>;q=0.5;expires=120"]);
    assert!(matches!(&moved.entries[..], [Entry::BindingAdded { .. }]), "more than the time changed");
}

#[test]
fn registrations_survive_a_restart_from_the_journal_alone() {
    let mut desk = Desk::new();
    let added = desk.sends(0, "a", &["Contact: <sip:d@192.0.2.10>;expires=100, <sip:d@192.0.2.10:5070>;expires=3600"]);
    let promised = added.entries.into_iter().filter_map(|entry| match entry {
        Entry::BindingAdded { tenant, binding } => Some((tenant, *binding)),
        _ => None,
    });
    let mut registrar = Registrar::default();
    let restarted = Now { mono: Instant::from_micros(5), wall: at(200).wall };
    registrar.restore(restarted, promised.collect());
    assert_eq!(registrar.len(), 1);
    assert_eq!(registrar.next_due(), Some(restarted.mono + Duration::from_secs(3400)));
}

#[test]
fn connection_does_not_survive_a_restart() {
    let connected = flow(Transport::Tcp, "192.0.2.10:49152", 1);
    let targets = |contact: &str| {
        let mut registrar = Registrar::default();
        let register = message(1, "a", &[&format!("Contact: <{contact}>;expires=100")]);
        let before = registrar.register(at(0), &Settings::default(), owner(), &register, connected);
        assert_eq!(registrar.targets(at(1).mono, &Direct, owner().0, &device(None))[0].flow, connected);
        let mut restarted = Registrar::default();
        for entry in before.entries {
            if let Entry::BindingAdded { tenant, binding } = entry {
                restarted.restore(at(1), vec![(tenant, *binding)]);
            }
        }
        assert_eq!(restarted.len(), 1);
        restarted.targets(at(1).mono, &Direct, owner().0, &device(None))
    };
    let direct = targets("sip:desk@192.0.2.10:5060;transport=tcp");
    assert_eq!(direct[0].flow, flow(Transport::Tcp, "192.0.2.10:5060", 0), "a new connection to the contact");
    let behind_nat = targets("sip:desk@10.0.0.5:5060;transport=tcp");
    assert!(behind_nat.is_empty(), "10.0.0.5 is somebody else here");
}

#[test]
fn jump_of_the_wall_ends_no_registration() {
    let mut desk = Desk::new();
    desk.sends(0, "a", &["Contact: <sip:d@192.0.2.10>;expires=100"]);
    let jumped = Now { mono: at(50).mono, wall: Wall::from_micros(at(50).wall.micros() + 86_400_000_000) };
    assert_eq!(desk.registrar.fire(jumped, Duration::ZERO), Changes::default());
    assert_eq!(desk.contacts(50).len(), 1);
}

#[test]
fn frozen_and_thawed_registrar_is_the_same() {
    let mut desk = Desk::new();
    desk.sends(0, "a", &["Contact: <sip:d@192.0.2.10>;expires=100, <sip:d@192.0.2.11>;q=0.3"]);
    let frozen = serde_json::to_string(&desk.registrar).unwrap();
    let thawed: Registrar = serde_json::from_str(&frozen).unwrap();
    assert_eq!(thawed, desk.registrar);
}

struct Direct;

impl Routes for Direct {
    fn flow_to(&self, transport: Transport, remote: SocketAddr) -> Option<Flow> {
        Some(Flow { transport, local: "192.0.2.1:5060".parse().ok()?, remote, own: None, connection: 0 })
    }

    fn is_ours(&self, _flow: &Flow) -> bool {
        true
    }
}

fn device(contact: Option<&str>) -> Device {
    Device {
        id: owner().1,
        slug: "desk".to_owned(),
        label: "Desk".to_owned(),
        person: PersonId::of_key("anna"),
        sip_user: "desk".to_owned(),
        ha1: None,
        contact: contact.map(str::to_owned),
        media: MediaRule::default(),
    }
}
