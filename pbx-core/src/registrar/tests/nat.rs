//! Phones behind a NAT.

use super::*;

const HOME: &str = "203.0.113.7:61000";
const PRIVATE: &str = "Contact: <sip:desk@192.168.1.5:5060>";
const EVERY: Duration = Duration::from_secs(25);

/// When a flow is sent something in the seconds before `until`.
fn pings(registrar: &mut Registrar, until: u64) -> Vec<(u64, Flow)> {
    let mut sent = vec![];
    while let Some(due) = registrar.next_due().filter(|due| *due < at(until).mono) {
        let now = Now { mono: due, wall: at(0).wall };
        sent.extend(registrar.fire(now, EVERY).pings.into_iter().map(|flow| (due.micros() / 1_000_000, flow)));
    }
    sent
}

#[test]
fn phone_behind_a_nat_is_granted_little_and_sent_something_every_25_s() {
    let mut desk = Desk::new();
    let answer = desk.sends_from(0, HOME, "a", &[PRIVATE, "Expires: 3600"]);
    assert_eq!(contacts_of(&answer), ["<sip:desk@192.168.1.5:5060>;expires=120"]);
    let sent = pings(&mut desk.registrar, 119);
    assert!(sent.iter().all(|(_, to)| *to == flow(Transport::Udp, HOME, 0)));
    let times: Vec<u64> = [0].into_iter().chain(sent.into_iter().map(|(at, _)| at)).collect();
    assert!(times.len() >= 5 && times.windows(2).all(|pair| pair[1] - pair[0] <= 25), "{times:?}");
    desk.registrar.fire(at(120), EVERY);
    assert_eq!(desk.registrar, Registrar::default(), "and no more when it is gone");
}

#[test]
fn phone_without_a_nat_and_one_on_a_connection_get_what_they_ask_for_and_nothing_is_sent_to_them() {
    let mut desk = Desk::new();
    let direct = desk.sends(0, "a", &["Contact: <sip:desk@192.0.2.10>", "Expires: 3600"]);
    assert_eq!(contacts_of(&direct), ["<sip:desk@192.0.2.10>;expires=3600"]);
    let register = message(1, "b", &[PRIVATE, "Expires: 3600"]);
    let connected = flow(Transport::Tcp, HOME, 3);
    let answer = desk.registrar.register(at(0), &desk.settings, owner(), &register, connected);
    assert!(contacts_of(&answer)[1].contains(";expires=3600"));
    assert_eq!(pings(&mut desk.registrar, 3600), []);
}

#[test]
fn keep_alives_can_be_turned_off() {
    let mut desk = Desk::new();
    desk.settings.keep_alive_s = 0;
    desk.sends_from(0, HOME, "a", &[PRIVATE]);
    assert_eq!(pings(&mut desk.registrar, 119), []);
}

#[test]
fn keep_alives_are_spread_when_all_begin_at_once() {
    let binding = |n: u32| {
        let mut desk = Desk::new();
        let device = DeviceId::of_key(&n.to_string());
        let register = message(1, "a", &[PRIVATE, "Expires: 3600"]);
        let there = flow(Transport::Udp, HOME, 0);
        let done = desk.registrar.register(at(0), &desk.settings, (owner().0, device), &register, there);
        let [Entry::BindingAdded { tenant, binding }] = &done.entries[..] else { panic!("{:?}", done.entries) };
        (*tenant, (**binding).clone())
    };
    let mut restarted = Registrar::default();
    restarted.restore(at(0), (0..2_000).map(binding).collect());
    let sent = pings(&mut restarted, 75);
    let in_second = |second| sent.iter().filter(|(at, _)| *at == second).count();
    assert!(sent.len() >= 4_000, "{}", sent.len());
    assert!((0..75).all(|second| in_second(second) <= 200), "80 a second and not 2,000 at once");
}

#[test]
fn phone_that_learnt_its_address_by_stun_is_rung_where_it_sends_from() {
    let mut registrar = Registrar::default();
    let register = "REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.7:40000;rport=61000;branch=z9hG4bK1\r\n\
         From: <sip:desk@pbx>;tag=1\r\nTo: <sip:desk@pbx>\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\n\
         Contact: <sip:desk@203.0.113.7:40000>\r\nContent-Length: 0\r\n\r\n";
    let register = Message::parse(register.as_bytes().to_vec()).unwrap();
    let there = flow(Transport::Udp, HOME, 0);
    registrar.register(at(0), &Settings::default(), owner(), &register, there);
    let targets = registrar.targets(at(1).mono, &Direct, owner().0, &device(None));
    assert_eq!((targets[0].flow, &*targets[0].uri), (there, "sip:desk@203.0.113.7:40000"));
}

#[test]
fn neighbour_on_the_link_is_rung_on_its_link() {
    let mut registrar = Registrar::default();
    let there = "[fe80::5%3]:40000";
    let seen = Flow { local: "[fe80::1]:5060".parse().unwrap(), ..flow(Transport::Udp, there, 0) };
    let register = "REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP [fe80::5]:5060;branch=z9hG4bK1\r\n\
         From: <sip:desk@pbx>;tag=1\r\nTo: <sip:desk@pbx>\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\n\
         Contact: <sip:desk@[fe80::5]:5060>\r\nContent-Length: 0\r\n\r\n";
    let register = Message::parse(register.as_bytes().to_vec()).unwrap();
    registrar.register(at(0), &Settings::default(), owner(), &register, seen);
    let targets = registrar.targets(at(1).mono, &Direct, owner().0, &device(None));
    assert_eq!(targets[0].flow.remote, "[fe80::5%3]:5060".parse().unwrap());
}
