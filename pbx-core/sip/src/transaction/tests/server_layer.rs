use super::*;
use crate::transaction::{Failure, TransactionId};

fn receive(layer: &mut Layer<u64>, millis: u64, message: &Message) -> Vec<Action<u64>> {
    layer.receive(at(millis), message, Peer::datagrams(), true, 7)
}

fn begun(layer: &mut Layer<u64>, message: &Message) -> TransactionId {
    let actions = receive(layer, 0, message);
    let [Action::Request { id, merged: None }] = actions[..] else { panic!("{actions:?}") };
    id
}

#[test]
fn a_silent_user_is_covered_by_a_100_after_200_ms() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    begun(&mut layer, &invite);
    assert_eq!(receive(&mut layer, 100, &invite), [], "retransmissions are absorbed");
    let log = run_until(&mut layer, at(10_000));
    assert_eq!(send_times(&log), [200]);
    let Action::Send { bytes, .. } = &log[0].1 else { panic!() };
    let trying = Message::parse(bytes.clone()).unwrap();
    assert_eq!(trying.status(), Some(StatusCode::TRYING));
    assert_eq!(trying.via().unwrap().rport(), Some(5062), "RFC 3581");
    assert_eq!(sent(&receive(&mut layer, 11_000, &invite)), ["100"]);
}

#[test]
fn a_quick_user_needs_no_100() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let id = begun(&mut layer, &invite);
    assert_eq!(sent(&layer.respond(at(1), id, &reply(&invite, 180))), ["180"]);
    assert_eq!(run_until(&mut layer, at(1_000)), []);
    assert_eq!(sent(&receive(&mut layer, 1_001, &invite)), ["180"]);
}

#[test]
fn a_refusal_is_repeated_until_its_ack() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let id = begun(&mut layer, &invite);
    assert_eq!(sent(&layer.respond(START, id, &reply(&invite, 486))), ["486"]);
    assert_eq!(send_times(&run_until(&mut layer, at(12_000))), [500, 1_500, 3_500, 7_500, 11_500]);
    assert_eq!(sent(&receive(&mut layer, 12_001, &invite)), ["486"]);
    let ack = request(&Method::Ack);
    assert_eq!(receive(&mut layer, 12_002, &ack), []);
    assert_eq!(receive(&mut layer, 12_003, &ack), []);
    assert_eq!(run_until(&mut layer, at(60_000)), [(17_002, Action::Terminated { id, user: 7 })]);
}

#[test]
fn a_refusal_that_nobody_acknowledges_is_given_up() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let id = begun(&mut layer, &invite);
    layer.respond(START, id, &reply(&invite, 486));
    let log = run_until(&mut layer, at(60_000));
    assert!(log.contains(&(32_000, Action::Failed { id, user: 7, failure: Failure::NoAck })));
    assert!(layer.is_empty() && layer.timers_set() == 0);
}

#[test]
fn after_a_2xx_invites_are_absorbed_and_the_ack_is_the_dialogs() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let id = begun(&mut layer, &invite);
    assert_eq!(sent(&layer.respond(START, id, &reply(&invite, 200))), ["200"]);
    assert_eq!(receive(&mut layer, 100, &invite), []);
    let ack = request_with(&Method::Ack, "z9hG4bK2", "f1");
    assert_eq!(receive(&mut layer, 101, &ack), [Action::Ack]);
    assert_eq!(layer.respond(at(102), id, &reply(&invite, 486)), [], "the die is cast");
    assert_eq!(run_until(&mut layer, at(60_000)), [(32_000, Action::Terminated { id, user: 7 })]);
}

#[test]
fn a_request_is_answered_again_for_32_s() {
    let mut layer = layer();
    let options = request(&Method::Options);
    let id = begun(&mut layer, &options);
    assert_eq!(receive(&mut layer, 1, &options), []);
    assert_eq!(sent(&layer.respond(at(2), id, &reply(&options, 200))), ["200"]);
    assert_eq!(sent(&receive(&mut layer, 3, &options)), ["200"]);
    assert_eq!(run_until(&mut layer, at(60_000)), [(32_002, Action::Terminated { id, user: 7 })]);
    assert_eq!(layer.respond(at(60_001), id, &reply(&options, 200)), []);
}

#[test]
fn cancel_finds_its_invite() {
    let mut layer = layer();
    let cancel = request(&Method::Cancel);
    let invite = begun(&mut layer, &request(&Method::Invite));
    *layer.user_mut(invite).unwrap() = 9;
    let actions = receive(&mut layer, 1, &cancel);
    assert!(matches!(actions[..], [Action::Cancel { invite: (id, 9), .. }] if id == invite));
    assert_eq!(receive(&mut layer, 2, &cancel), []);
}

#[test]
fn what_belongs_to_nothing_costs_no_state() {
    let mut layer = layer();
    assert_eq!(receive(&mut layer, 0, &request(&Method::Cancel)), [Action::Nowhere]);
    for method in [Method::Bye, Method::Invite, Method::Options] {
        assert_eq!(layer.receive(at(1), &request(&method), Peer::datagrams(), false, 7), [Action::Nowhere]);
    }
    assert_eq!(layer.receive(at(2), &request(&Method::Ack), Peer::datagrams(), false, 7), [Action::Ack]);
    assert!(layer.is_empty() && layer.timers_set() == 0);
}

#[test]
fn a_repetition_is_absorbed_when_nothing_new_is_expected_any_more() {
    let mut layer = layer();
    let bye = request(&Method::Bye);
    let id = begun(&mut layer, &bye);
    layer.respond(at(1), id, &reply(&bye, 200));
    assert_eq!(sent(&layer.receive(at(2), &bye, Peer::datagrams(), false, 7)), ["200"]);
}

#[test]
fn who_knows_the_branch_of_another_takes_nothing_from_it() {
    let mut layer = layer();
    let guesser = Peer { address: "198.51.100.66:5060".parse().unwrap(), reliable: false };
    let invite = request(&Method::Invite);
    layer.receive(START, &invite, guesser, true, 6);
    let id = begun(&mut layer, &request_with(&Method::Invite, "z9hG4bK1", "f2"));
    assert_eq!(layer.receive(at(1), &request(&Method::Cancel), guesser, true, 6).len(), 1, "of its own");
    let actions = receive(&mut layer, 2, &request_with(&Method::Cancel, "z9hG4bK1", "f2"));
    assert!(matches!(actions[..], [Action::Cancel { invite: (cancelled, 7), .. }] if cancelled == id), "{actions:?}");
    let other_port = Peer { address: "192.0.2.1:40000".parse().unwrap(), reliable: false };
    assert_eq!(layer.receive(at(3), &invite, other_port, true, 7), [], "behind a NAT ports change");
}

#[test]
fn the_same_request_by_another_way_is_merged() {
    let mut layer = layer();
    begun(&mut layer, &request(&Method::Invite));
    let other_way = request_with(&Method::Invite, "z9hG4bK2", "f1");
    let actions = receive(&mut layer, 1, &other_way);
    let [Action::Request { id, merged: Some(_) }] = actions[..] else { panic!("{actions:?}") };
    layer.respond(at(2), id, &reply(&other_way, 482));
    let another = request_with(&Method::Invite, "z9hG4bK3", "f2");
    assert!(matches!(receive(&mut layer, 3, &another)[..], [Action::Request { merged: None, .. }]));
}

#[test]
fn a_layer_goes_on_after_thawing() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let id = begun(&mut layer, &invite);
    layer.respond(START, id, &reply(&invite, 486));
    let mut thawed: Layer<u64> = serde_json::from_str(&serde_json::to_string(&layer).unwrap()).unwrap();
    assert_eq!(thawed, layer);
    assert_eq!(run_until(&mut thawed, at(60_000)), run_until(&mut layer, at(60_000)));
}
