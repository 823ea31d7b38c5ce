//! Where answers go.

use super::*;

/// The port at which an answer to this request goes, by the engine or by the door itself.
fn answered_at(scene: &mut Scene, transport: Transport, from: &str, text: &str) -> SocketAddr {
    scene.admit_by(transport, 0, from, text).flow.remote
}

fn with_via(request: &Request, via: &str) -> String {
    request.text().replacen("192.0.2.10:5060;rport", via, 1)
}

#[test]
fn answer_goes_where_the_via_asks_for_it() {
    let mut scene = Scene::new();
    let table = [
        ("192.0.2.10:5090", "192.0.2.10:5090"),
        ("192.0.2.10", "192.0.2.10:5060"),
        ("192.0.2.10:5090;rport", "192.0.2.10:61000"),
        ("10.0.0.9:5090", "192.0.2.10:61000"),
        ("phone.example.com:5090", "192.0.2.10:61000"),
    ];
    let from = "192.0.2.10:61000";
    for (via, expected) in table {
        let expected: SocketAddr = expected.parse().unwrap();
        for request in [Request::new("OPTIONS"), Request::new("REGISTER"), Request::new("INVITE").uri("http://x")] {
            let text = with_via(&request, via);
            assert_eq!(answered_at(&mut scene, Transport::Udp, from, &text), expected, "{text}");
            assert_eq!(answered_at(&mut scene, Transport::Tcp, from, &text), from.parse().unwrap(), "its connection");
        }
        let signed = scene.signed(0, &Request::new("REGISTER"), "desk", "correct horse");
        let admission = scene.admit(0, from, &with_via(&signed, via));
        assert!(matches!(admission.verdict, Verdict::Deliver { .. }));
        assert_eq!(admission.flow.remote, expected, "{via}");
    }
}

#[test]
fn answer_to_a_link_local_phone_keeps_the_link() {
    let mut scene = Scene::new();
    let request = with_via(&Request::new("OPTIONS"), "[fe80::9]:5090").replace("5090", "5090;rport");
    for transport in [Transport::Udp, Transport::Tcp] {
        let admission = scene.admit_by(transport, 0, "[fe80::9%7]:5090", &request);
        assert_eq!(admission.flow.remote, "[fe80::9%7]:5090".parse().unwrap());
    }
    let direct = with_via(&Request::new("OPTIONS"), "[fe80::9]:5099");
    let admission = scene.admit(0, "[fe80::9%7]:5090", &direct);
    assert_eq!(admission.flow.remote, "[fe80::9%7]:5099".parse().unwrap());
}

/// Whatever it says: the answer goes back the way that the request came.
#[test]
fn via_that_names_a_transport_that_it_did_not_come_by_is_answered_all_the_same() {
    let mut scene = Scene::new();
    for (transport, port) in [("TLS", 5061), ("WS", 80), ("wss", 443), ("SCTP", 5060)] {
        let request = Request::new("REGISTER").text().replacen("SIP/2.0/UDP", &format!("SIP/2.0/{transport}"), 1);
        let challenge = scene.answer(0, PHONE, &request);
        assert_eq!(challenge.status().unwrap().code(), 401, "{transport}");
        assert_eq!(challenge.via().unwrap().transport_text(), transport);
        assert_eq!(answered_at(&mut scene, Transport::Udp, PHONE, &request), PHONE.parse().unwrap());
        let portless = request.replacen("192.0.2.10:5060;rport", "192.0.2.10", 1);
        let expected = SocketAddr::from(([192, 0, 2, 10], port));
        assert_eq!(answered_at(&mut scene, Transport::Udp, PHONE, &portless), expected, "{transport}");
    }
}

#[test]
fn what_wants_tls_is_not_taken_without() {
    let mut scene = Scene::new();
    for method in ["INVITE", "REGISTER", "OPTIONS"] {
        let request = Request::new(method).uri("sips:102@192.0.2.1");
        assert_eq!(scene.status(PHONE, &request.text()), 416, "{method}");
        assert_eq!(scene.status(CARRIER, &request.text()), 416, "{method}");
    }
    assert!(scene.dropped(PHONE, &Request::new("ACK").uri("sips:102@192.0.2.1").text()));
    let register = Request::new("REGISTER").uri("sips:192.0.2.1").text();
    for (transport, expected) in
        [(Transport::Tcp, 416), (Transport::Ws, 416), (Transport::Tls, 401), (Transport::Wss, 401)]
    {
        let Verdict::Answer(answer) = scene.admit_by(transport, 0, PHONE, &register).verdict else { panic!("silence") };
        assert_eq!(Message::parse(answer).unwrap().status().unwrap().code(), expected, "{transport:?}");
    }
}
