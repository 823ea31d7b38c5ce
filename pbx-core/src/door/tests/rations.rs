//! How much a stranger is answered.

use super::*;

const STRANGER: &str = "198.51.100.66:4444";

/// How many of so many requests are answered, all sent at once.
fn answered(scene: &mut Scene, transport: Transport, from: &str, request: &Request, times: u32) -> u32 {
    let text = request.text();
    let is_answered =
        |scene: &mut Scene| matches!(scene.admit_by(transport, 0, from, &text).verdict, Verdict::Answer(_));
    (0..times).map(|_| u32::from(is_answered(scene))).sum()
}

#[test]
fn ten_times_what_a_network_may_ask_brings_it_no_more_answers() {
    let mut scene = Scene::new();
    let ration = Settings::default().answers_to_strangers;
    let bad = Request::new("OPTIONS").line("Max-Forwards: 300");
    for (network, request) in
        [Request::new("REGISTER"), Request::new("INVITE"), Request::new("OPTIONS"), bad].into_iter().enumerate()
    {
        let from = format!("198.51.{network}.66:4444");
        assert_eq!(answered(&mut scene, Transport::Udp, &from, &request, 10 * ration), ration, "{}", request.method);
        let neighbour = format!("198.51.{network}.7:5060");
        assert_eq!(answered(&mut scene, Transport::Udp, &neighbour, &request, 10), 0, "of the same network");
        assert_eq!(answered(&mut scene, Transport::Udp, "203.0.113.77:5060", &request, 10), 10, "of another one");
    }
}

#[test]
fn who_has_proven_something_is_always_answered() {
    let mut scene = Scene::new();
    let ration = Settings::default().answers_to_strangers;
    let signed = scene.signed(0, &Request::new("REGISTER"), "desk", "correct horse");
    scene.delivered(0, PHONE, &signed.text());
    let stranger = Request { from_user: "nobody".to_owned(), ..Request::new("REGISTER") };
    assert!(answered(&mut scene, Transport::Udp, "192.0.2.99:5060", &stranger, 2 * ration) < ration + 1);
    assert_eq!(answered(&mut scene, Transport::Udp, "192.0.2.99:5060", &Request::new("REGISTER"), 1), 0);
    let more = ration + 10;
    assert_eq!(answered(&mut scene, Transport::Udp, PHONE, &Request::new("REGISTER"), more), more, "its phone");
    let beside = "192.0.2.10:4444";
    assert_eq!(answered(&mut scene, Transport::Udp, beside, &Request::new("REGISTER"), 10), 0, "nobody learns of it");
    assert_eq!(answered(&mut scene, Transport::Udp, CARRIER, &Request::new("OPTIONS"), more), more, "a trunk");
    assert_eq!(answered(&mut scene, Transport::Tcp, STRANGER, &Request::new("REGISTER"), more), more, "a connection");
}

#[test]
fn call_for_help_is_answered_while_its_network_floods_us() {
    let mut scene = Scene::new();
    let ration = Settings::default().answers_to_strangers;
    let flood = Request::new("INVITE").uri("sip:205@192.0.2.1");
    assert_eq!(answered(&mut scene, Transport::Udp, STRANGER, &flood, 10 * ration), ration);
    let help = Request::new("INVITE").uri("sip:112@192.0.2.1");
    assert_eq!(answered(&mut scene, Transport::Udp, STRANGER, &help, 10), 10);
    assert_eq!(answered(&mut scene, Transport::Udp, STRANGER, &help, 10 * ration), ration - 10, "it is no way round");
}
