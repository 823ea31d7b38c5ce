//! Connections that are closed, and phones that register several flows (RFC 5626).

use super::*;

const ID: &str = "<urn:uuid:00000000-0000-1000-8000-0011223344aa>";

fn connected(port: u16, number: u64) -> Flow {
    flow(Transport::Tcp, &format!("192.0.2.10:{port}"), number)
}

/// Registers these Contacts on a connection.
fn register(registrar: &mut Registrar, seconds: u64, lines: &[&str], flow: Flow) -> Registered {
    let message = message(seconds as u32 + 1, "a", lines);
    let answer = registrar.register(at(seconds), &Settings::default(), owner(), &message, flow);
    assert_eq!(answer.code, 200);
    answer
}

fn targets(registrar: &Registrar, seconds: u64) -> Vec<Target> {
    registrar.targets(at(seconds).mono, &Direct, owner().0, &device(None))
}

#[test]
fn phone_that_closes_its_connection_is_dialled_at_its_contact() {
    let mut registrar = Registrar::default();
    let contact = "Contact: <sip:d@192.0.2.10:5090;transport=tcp>";
    register(&mut registrar, 0, &[contact], connected(40_000, 7));
    assert_eq!(registrar.flow_lost(at(1), &connected(40_000, 7)), Changes::default());
    assert_eq!(targets(&registrar, 2)[0].flow, connected(5090, 0));
    assert_eq!(registrar.flow_lost(at(3), &connected(5090, 8)), Changes::default(), "nobody listened there");
    let answer = register(&mut registrar, 4, &[contact], connected(40_001, 9));
    assert_eq!(contacts_of(&answer).len(), 1);
    assert_eq!(targets(&registrar, 5)[0].flow, connected(40_001, 9));
}

#[test]
fn phone_that_connects_again_from_another_port_takes_the_place_of_what_it_was() {
    let mut registrar = Registrar::default();
    register(&mut registrar, 0, &["Contact: <sip:d@192.0.2.10:40000;transport=tcp>"], connected(40_000, 7));
    registrar.flow_lost(at(1), &connected(40_000, 7));
    let again = ["Contact: <sip:d@192.0.2.10:40001;transport=tcp>"];
    let answer = register(&mut registrar, 2, &again, connected(40_001, 8));
    assert_eq!(contacts_of(&answer), ["<sip:d@192.0.2.10:40001;transport=tcp>;expires=300"]);
    let another = ["Contact: <sip:d@192.0.2.10:40002;transport=tcp>"];
    assert_eq!(contacts_of(&register(&mut registrar, 3, &another, connected(40_002, 9))).len(), 2, "both are open");
}

#[test]
fn phone_that_registered_its_flow_is_gone_with_it() {
    for contact in [
        format!("Contact: <sip:d@192.0.2.10:40000;transport=tcp>;+sip.instance=\"{ID}\";reg-id=1"),
        "Contact: <sip:d@192.0.2.10:40000;transport=tcp;ob>".to_owned(),
    ] {
        let mut registrar = Registrar::default();
        register(&mut registrar, 0, &[&contact], connected(40_000, 7));
        let changes = registrar.flow_lost(at(1), &connected(40_000, 7));
        assert!(matches!(&changes.entries[..], [Entry::BindingRemoved { .. }]), "{contact}");
        assert_eq!(registrar, Registrar::default());
    }
}

/// Registers two flows of one phone, with a Contact of its own for each or the same one.
fn two_flows(same: bool) -> (Registrar, Registered) {
    let mut registrar = Registrar::default();
    let flow = |registrar: &mut Registrar, n: u16| {
        let port = if same { 5060 } else { 40_000 + n };
        let contact = format!("Contact: <sip:d@192.0.2.10:{port};transport=tcp>;+sip.instance=\"{ID}\";reg-id={n}");
        let lines = [contact.as_str(), "Supported: outbound,path"];
        register(registrar, u64::from(n), &lines, connected(40_000 + n, u64::from(n)))
    };
    flow(&mut registrar, 1);
    let answer = flow(&mut registrar, 2);
    (registrar, answer)
}

#[test]
fn flows_of_one_phone_are_listed_side_by_side_and_rung_one_after_the_other() {
    for same in [false, true] {
        let (registrar, answer) = two_flows(same);
        let listed = contacts_of(&answer);
        assert!(
            listed.len() == 2 && listed[0].ends_with(";reg-id=1") && listed[1].ends_with(";reg-id=2"),
            "{listed:?}"
        );
        assert!(answer.headers.contains(&("Require", "outbound".to_owned())));
        assert!(answer.headers.contains(&("Flow-Timer", "120".to_owned())));
        let targets = targets(&registrar, 3);
        let [target] = &targets[..] else { panic!("{targets:?}") };
        assert_eq!(target.flow, connected(40_002, 2), "the newest first");
        assert_eq!(target.others.iter().map(|other| other.flow).collect::<Vec<_>>(), [connected(40_001, 1)]);
    }
}

#[test]
fn lost_flow_of_a_phone_with_another_is_no_news_of_its_contact() {
    let (mut registrar, _) = two_flows(true);
    let changes = registrar.flow_lost(at(4), &connected(40_002, 2));
    assert_eq!((changes.entries.len(), changes.events.len()), (1, 0), "it can still be reached there");
    assert_eq!(targets(&registrar, 5)[0].flow, connected(40_001, 1));
    assert_eq!(registrar.flow_lost(at(5), &connected(40_001, 1)).events.len(), 1);
}

#[test]
fn flow_registered_again_replaces_itself_alone() {
    let (mut registrar, _) = two_flows(true);
    let again = format!("Contact: <sip:d@192.0.2.10:5060;transport=tcp>;+sip.instance=\"{ID}\";reg-id=1");
    let answer = register(&mut registrar, 9, &[&again], connected(40_003, 3));
    assert_eq!(contacts_of(&answer).len(), 2);
    assert!(!answer.headers.iter().any(|(name, _)| *name == "Require"), "it did not say that it knows what that means");
    let flows: Vec<Flow> = registrar.bindings(owner().0, owner().1, at(9).mono).iter().map(|b| b.flow).collect();
    assert_eq!(flows, [connected(40_003, 3), connected(40_002, 2)]);
    let gone = format!("Contact: <sip:d@192.0.2.10:5060;transport=tcp>;expires=0;+sip.instance=\"{ID}\";reg-id=2");
    assert_eq!(contacts_of(&register(&mut registrar, 10, &[&gone], connected(40_003, 3))).len(), 1);
}
