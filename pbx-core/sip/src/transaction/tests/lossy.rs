//! Two layers over a network that loses, doubles and reorders.

use super::*;
use crate::Reply;
use crate::transaction::Failure;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::BTreeMap;

/// What the network does with each message, in turn: to how many copies it comes, and after how
/// many milliseconds each.
type Fates = Vec<Vec<u64>>;

struct Network {
    fates: Fates,
    next: usize,
    /// By arrival and a running number: to the server or not, and the message.
    air: BTreeMap<(Instant, usize), (bool, Message)>,
    count: usize,
}

impl Network {
    fn carry<U>(&mut self, now: Instant, actions: &[Action<U>], to_server: bool) {
        for message in wire(actions) {
            let fate = self.fates.get(self.next).cloned().unwrap_or_else(|| vec![20]);
            self.next += 1;
            for delay in fate {
                self.count += 1;
                self.air.insert((now + Duration::from_millis(delay), self.count), (to_server, message.clone()));
            }
        }
    }
}

#[derive(Default, Debug)]
struct Outcome {
    /// The final responses that the client's user heard, and its failures.
    finals: Vec<u16>,
    failures: Vec<Failure>,
    /// How often the server's user was asked.
    asked: usize,
}

/// One request with one answer; the answering user is as quick as `pause` says.
fn play(method: &Method, code: u16, pause: u64, fates: Fates) -> Outcome {
    let (mut client, mut server) = (layer(), layer());
    let mut network = Network { fates, next: 0, air: BTreeMap::new(), count: 0 };
    let mut outcome = Outcome::default();
    let mut answer = None;
    let (_, actions) = client.send(START, &request(method), Peer::datagrams(), 1).unwrap();
    network.carry(START, &actions, true);
    loop {
        let arrival = network.air.keys().next().map(|(at, _)| *at);
        let decides = answer.as_ref().map(|(at, ..): &(Instant, _, _)| *at);
        let Some(now) = [arrival, decides, client.next_deadline(), server.next_deadline()].into_iter().flatten().min()
        else {
            break;
        };
        let fired = client.fire(now);
        note(&mut outcome, None, &fired);
        network.carry(now, &fired, true);
        network.carry(now, &server.fire(now), false);
        if let Some((_, id, message)) = answer.take_if(|(at, ..)| *at <= now) {
            network.carry(now, &server.respond(now, id, &Reply::of(&message).unwrap()), false);
        }
        while let Some(entry) = network.air.first_entry().filter(|entry| entry.key().0 <= now) {
            let (to_server, message) = entry.remove();
            if to_server {
                let actions = server.receive(now, &message, Peer::datagrams(), true, 2);
                if let Some(Action::Request { id, merged }) = actions.first() {
                    assert_eq!(*merged, None);
                    outcome.asked += 1;
                    answer.get_or_insert_with(|| (now + Duration::from_millis(pause), *id, response(&message, code)));
                }
                network.carry(now, &actions, false);
            } else {
                let actions = client.receive(now, &message, Peer::datagrams(), true, 1);
                note(&mut outcome, message.status().map(|status| status.code()), &actions);
                network.carry(now, &actions, true);
            }
        }
    }
    assert!(client.is_empty() && server.is_empty(), "{:?} {:?}", client, server);
    assert_eq!((client.timers_set(), server.timers_set()), (0, 0));
    outcome
}

fn note(outcome: &mut Outcome, code: Option<u16>, actions: &[Action<u64>]) {
    for action in actions {
        match action {
            Action::Response { .. } => outcome.finals.extend(code.filter(|code| *code >= 200)),
            Action::Failed { failure, .. } => outcome.failures.push(*failure),
            _ => {}
        }
    }
}

fn fates() -> impl Strategy<Value = Fates> {
    proptest::collection::vec(proptest::collection::vec(0_u64..3_000, 0..3), 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(3261), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_request_ends_with_one_outcome_on_both_sides(fates in fates(), pause in 0_u64..3_000, code in 200_u16..700) {
        let outcome = play(&Method::Options, code, pause, fates);
        prop_assert!(outcome.asked <= 1, "{outcome:?}");
        prop_assert_eq!(outcome.finals.len() + outcome.failures.len(), 1, "{:?}", outcome);
        prop_assert!(outcome.finals.iter().all(|heard| *heard == code));
    }

    #[test]
    fn a_refused_invite_ends_with_one_outcome_on_both_sides(fates in fates(), pause in 0_u64..3_000, code in 300_u16..700) {
        let outcome = play(&Method::Invite, code, pause, fates);
        prop_assert!(outcome.asked <= 1, "{outcome:?}");
        prop_assert_eq!(outcome.finals.len() + outcome.failures.len(), 1, "{:?}", outcome);
        prop_assert!(outcome.finals.iter().all(|heard| *heard == code));
    }
}

#[test]
fn a_perfect_network_needs_one_of_each() {
    let outcome = play(&Method::Invite, 486, 50, Vec::new());
    assert_eq!((outcome.finals, outcome.asked), (vec![486], 1));
}
