use super::*;
use crate::directory::CalledNumber;
use pbx_sip::HeaderName;

fn calls(scene: &mut Scene, uri: &str) -> Option<TenantId> {
    match scene.admit(0, CARRIER, &Request::new("INVITE").uri(uri).text()).verdict {
        Verdict::Deliver { slot, who: Who::Trunk { tenant, trunk, .. }, .. } => {
            assert_eq!((slot, trunk), (tenant.slot(), TrunkId::of_key("carrier")));
            Some(tenant)
        }
        Verdict::Answer(bytes) => {
            assert_eq!(Message::parse(bytes).unwrap().status().unwrap().code(), 404);
            None
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn trunk_and_dialled_number_decide_the_tenant() {
    let mut scene = Scene::new();
    let (acme, globex) = (Some(TenantId::of_key("acme")), Some(TenantId::of_key("globex")));
    let table = [
        ("sip:+4930555100@192.0.2.1", acme),
        ("sip:004930555100@192.0.2.1", acme),
        ("sip:4930555100@192.0.2.1", acme),
        ("sip:030555100@192.0.2.1", acme),
        ("sip:%2b4930555100@192.0.2.1;user=phone", acme),
        ("tel:+49-30-555-100", acme),
        ("sip:+15417543010@192.0.2.1", globex),
        ("sip:5417543010@192.0.2.1", globex),
        ("sip:15417543010@192.0.2.1", globex),
        ("sip:+4930555101@192.0.2.1", None),
        ("sip:101@192.0.2.1", None),
        ("sip:192.0.2.1", None),
        ("sip:desk@192.0.2.1", None),
    ];
    for (uri, expected) in table {
        assert_eq!(calls(&mut scene, uri), expected, "{uri}");
    }
}

#[test]
fn national_form_that_means_two_numbers_means_none() {
    let mut scene = Scene::new();
    let tenants = vec![
        tenant("acme", "DE", "a", &["+49301234567"]),
        tenant("globex", "AT", "b", &["+43301234567"]),
        tenant("third", "AT", "c", &["+4315150"]),
    ];
    let trunk = scene.directory.trunk(TrunkId::of_key("carrier")).unwrap().as_ref().clone();
    scene.directory = Directory::new(2, "ringdown".to_owned(), tenants, vec![trunk]);
    assert_eq!(calls(&mut scene, "sip:0301234567@x"), None);
    assert_eq!(calls(&mut scene, "sip:+49301234567@x"), Some(TenantId::of_key("acme")));
    assert_eq!(calls(&mut scene, "sip:015150@x"), Some(TenantId::of_key("third")));
}

#[test]
fn asserted_identity_of_a_trunk_is_believed() {
    let mut scene = Scene::new();
    let request = Request::new("INVITE").uri("sip:+4930555100@x").line("P-Asserted-Identity: <tel:+4989123456>");
    let (_, message, _) = scene.delivered(0, CARRIER, &request.text());
    assert_eq!(message.header(HeaderName::PAssertedIdentity).unwrap().value(), "<tel:+4989123456>");
}

/// What a request over a connection from any port of the carrier's host comes to.
fn connected(scene: &mut Scene, request: &Request) -> Verdict {
    scene.admit_by(Transport::Tcp, 0, "203.0.113.5:49152", &request.text()).verdict
}

fn code(verdict: &Verdict) -> Option<u16> {
    match verdict {
        Verdict::Answer(bytes) => Some(Message::parse(bytes.clone()).unwrap().status().unwrap().code()),
        _ => None,
    }
}

#[test]
fn trunk_on_a_connection_is_known_by_its_host_alone() {
    let mut scene = Scene::new();
    let call = Request::new("INVITE").uri("sip:+4930555100@x").line("P-Asserted-Identity: <tel:+4989123456>");
    match connected(&mut scene, &call) {
        Verdict::Deliver { message, who: Who::Trunk { tenant, .. }, .. } => {
            assert_eq!(tenant, tenant_id());
            assert!(message.header(HeaderName::PAssertedIdentity).is_some());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn phone_on_a_connection_from_a_trunks_host_is_asked_for_its_password() {
    let mut scene = Scene::new();
    for request in [Request::new("REGISTER"), Request::new("INVITE")] {
        assert_eq!(code(&connected(&mut scene, &request)), Some(401), "{}", request.method);
        let signed = scene.signed_at(0, "203.0.113.5:40000", &request, "desk", "correct horse");
        assert!(matches!(connected(&mut scene, &signed), Verdict::Deliver { who: Who::Device { .. }, .. }));
    }
}

#[test]
fn host_of_two_trunks_tells_neither() {
    let mut scene = Scene::new();
    let trunk = scene.directory.trunk(TrunkId::of_key("carrier")).unwrap().as_ref().clone();
    let other = Trunk {
        id: TrunkId::of_key("other"),
        slug: "other".to_owned(),
        kind: trunk.kind,
        peers: vec!["203.0.113.5:5070".parse().unwrap()],
        called_number: Default::default(),
    };
    let tenants = vec![tenant("acme", "DE", "desk", &["+4930555100"])];
    scene.directory = Directory::new(2, "ringdown".to_owned(), tenants, vec![trunk, other]);
    let call = Request::new("INVITE").uri("sip:+4930555100@x");
    assert_eq!(code(&connected(&mut scene, &call)), Some(401));
}

#[test]
fn another_port_of_the_same_host_is_nobody() {
    let mut scene = Scene::new();
    let request = Request::new("INVITE").uri("sip:+4930555100@x");
    assert_eq!(scene.status("203.0.113.5:5061", &request.text()), 401);
}

#[test]
fn mapped_ipv6_source_is_the_ipv4_peer() {
    let mut scene = Scene::new();
    let request = Request::new("INVITE").uri("sip:+4930555100@x");
    scene.delivered(0, "[::ffff:203.0.113.5]:5060", &request.text());
}

#[test]
fn trunk_neither_registers_nor_asks_for_more() {
    let mut scene = Scene::new();
    assert_eq!(scene.status(CARRIER, &Request::new("REGISTER").text()), 405);
    assert_eq!(scene.status(CARRIER, &Request::new("MESSAGE").text()), 405);
    assert_eq!(scene.status(CARRIER, &Request::new("OPTIONS").text()), 200);
}

#[test]
fn credentials_of_a_device_are_worth_nothing_from_a_trunk() {
    let mut scene = Scene::new();
    let signed = scene.signed(0, &Request::new("INVITE"), "desk", "correct horse");
    assert_eq!(scene.status(CARRIER, &signed.text()), 404);
}

/// The carrier with these peers, which says so where the number is.
fn carrier(scene: &mut Scene, peers: &[&str], called_number: CalledNumber) {
    let trunk = scene.directory.trunk(TrunkId::of_key("carrier")).unwrap().as_ref().clone();
    let peers = peers.iter().map(|peer| peer.parse().unwrap()).collect();
    let tenants = vec![tenant("acme", "DE", "desk", &["+4930555100"])];
    let trunks = vec![Trunk { peers, called_number, ..trunk }];
    scene.directory = Directory::new(2, "ringdown".to_owned(), tenants, trunks);
}

#[test]
fn number_is_found_where_the_trunk_says_it() {
    use CalledNumber::{Auto, Diversion, PCalledPartyId, RequestUri, To};
    let mut scene = Scene::new();
    let (line, called, diverted, to) = (
        Request::new("INVITE").uri("sip:+4930555100@x"),
        Request::new("INVITE").uri("sip:trunkuser@x").line("P-Called-Party-ID: <sip:0049(0)30555100@c.test>"),
        Request::new("INVITE").uri("sip:trunkuser@x").line("Diversion: <tel:+49-30-555.100>;reason=unconditional"),
        Request::new("INVITE").uri("sip:trunkuser@x").to("<sip:030555100@c.test>"),
    );
    let table = [
        (Auto, [true, true, false, true]),
        (RequestUri, [true, false, false, false]),
        (PCalledPartyId, [false, true, false, false]),
        (Diversion, [false, false, true, false]),
        (To, [false, false, false, true]),
    ];
    for (setting, found) in table {
        carrier(&mut scene, &[CARRIER], setting);
        for (request, found) in [&line, &called, &diverted, &to].into_iter().zip(found) {
            let delivered = matches!(scene.admit(0, CARRIER, &request.text()).verdict, Verdict::Deliver { .. });
            assert_eq!(delivered, found, "{setting:?}: {}", request.text());
        }
    }
}

#[test]
fn line_about_an_unknown_number_names_what_was_asked_for() {
    let mut scene = Scene::new();
    let request = Request::new("INVITE").uri("sip:+4930555199@x").to("<sip:+4930555100@c.test>");
    carrier(&mut scene, &[CARRIER], CalledNumber::RequestUri);
    let admission = scene.admit(0, CARRIER, &request.text());
    let line = admission.alarm.unwrap().audit(crate::base::ids::AuditId::of_key("line"));
    assert_eq!((line.action.as_str(), &line.detail["dialled"]), ("sip.refused", &"+4930555199".into()));
}

#[test]
fn carrier_with_a_network_calls_from_every_address_and_port_of_it() {
    let mut scene = Scene::new();
    carrier(&mut scene, &["203.0.113.0/28", "198.51.100.7"], CalledNumber::Auto);
    let call = Request::new("INVITE").uri("sip:+4930555100@x");
    for source in ["203.0.113.14:5090", "198.51.100.7:1024"] {
        assert!(matches!(
            scene.admit(0, source, &call.text()).verdict,
            Verdict::Deliver { who: Who::Trunk { .. }, .. }
        ));
    }
    assert_eq!(scene.status("203.0.113.16:5060", &call.text()), 401);
}
