use super::*;
use crate::transaction::Failure;

#[test]
fn an_unanswered_invite_is_sent_seven_times_and_times_out() {
    let mut layer = layer();
    let (id, actions) = layer.send(START, &request(&Method::Invite), Peer::datagrams(), 7).unwrap();
    assert_eq!(sent(&actions), ["INVITE"]);
    let log = run_until(&mut layer, at(100_000));
    assert_eq!(send_times(&log), [500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    let end = [Action::Failed { id, user: 7, failure: Failure::Timeout }, Action::Terminated { id, user: 7 }];
    assert_eq!(log[6..], end.map(|action| (32_000, action)));
    assert!(layer.is_empty() && layer.timers_set() == 0);
}

#[test]
fn an_unanswered_request_is_repeated_up_to_t2_apart() {
    let mut layer = layer();
    layer.send(START, &request(&Method::Options), Peer::datagrams(), 7).unwrap();
    let times = send_times(&run_until(&mut layer, at(100_000)));
    assert_eq!(times, [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
}

#[test]
fn nothing_is_repeated_over_tcp() {
    let mut layer = layer();
    layer.send(START, &request(&Method::Invite), Peer::stream(), 7).unwrap();
    layer.send(START, &request(&Method::Options), Peer::stream(), 7).unwrap();
    assert_eq!(send_times(&run_until(&mut layer, at(100_000))), [0; 0]);
    assert!(layer.is_empty());
}

#[test]
fn a_refusal_is_told_once_and_acknowledged_each_time() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let (id, _) = layer.send(START, &invite, Peer::datagrams(), 7).unwrap();
    let busy = response(&invite, 486);
    let first = layer.receive(at(1), &busy, Peer::datagrams(), true, 0);
    assert_eq!(sent(&first), ["ACK"]);
    assert!(first.contains(&Action::Response { id, user: 7 }));
    let ack = &wire(&first)[0];
    assert_eq!(ack.uri_text(), invite.uri_text());
    assert_eq!(ack.via().unwrap(), invite.via().unwrap());
    assert_eq!(ack.to_addr().unwrap().tag(), Some("t1"));
    assert_eq!(ack.routes().unwrap(), invite.routes().unwrap());
    assert_eq!(ack.cseq().unwrap().number, 7);
    let again = layer.receive(at(2), &busy, Peer::datagrams(), true, 0);
    assert_eq!(wire(&again), wire(&first));
    assert_eq!(again.len(), 1, "the user has heard it already");
    assert_eq!(run_until(&mut layer, at(40_000)), [(32_001, Action::Terminated { id, user: 7 })]);
}

#[test]
fn over_tcp_a_refused_invite_is_over_at_once() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let (id, _) = layer.send(START, &invite, Peer::stream(), 7).unwrap();
    let actions = layer.receive(at(1), &response(&invite, 603), Peer::stream(), true, 0);
    assert_eq!(sent(&actions), ["ACK"]);
    assert_eq!(actions[1..], [Action::Response { id, user: 7 }, Action::Terminated { id, user: 7 }]);
    assert!(layer.is_empty() && layer.timers_set() == 0);
}

#[test]
fn every_2xx_reaches_the_user_until_timer_m() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let (id, _) = layer.send(START, &invite, Peer::datagrams(), 7).unwrap();
    let answer = response(&invite, 200);
    for millis in [1, 500, 31_000] {
        assert_eq!(layer.receive(at(millis), &answer, Peer::datagrams(), true, 0), [Action::Response { id, user: 7 }]);
    }
    run_until(&mut layer, at(40_000));
    assert_eq!(layer.receive(at(40_000), &answer, Peer::datagrams(), true, 0), [Action::Stray]);
}

#[test]
fn cancel_waits_for_a_sign_of_life() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let (id, _) = layer.send(START, &invite, Peer::datagrams(), 7).unwrap();
    assert_eq!(layer.cancel(at(1), id, Some("SIP;cause=200;text=\"Call completed elsewhere\"")), []);
    assert_eq!(layer.cancel(at(2), id, None), []);
    let actions = layer.receive(at(3), &response(&invite, 180), Peer::datagrams(), true, 0);
    assert_eq!(sent(&actions), ["CANCEL"]);
    let cancel = &wire(&actions)[0];
    assert_eq!((cancel.via().unwrap(), cancel.uri_text()), (invite.via().unwrap(), invite.uri_text()));
    assert!(cancel.to_string().contains("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"));
    assert_eq!(layer.cancel(at(4), id, None), [], "one is enough");
    // The CANCEL's own answer is nobody's business; the INVITE's is.
    assert_eq!(layer.receive(at(5), &response(cancel, 200), Peer::datagrams(), true, 0), []);
    let actions = layer.receive(at(6), &response(&invite, 487), Peer::datagrams(), true, 0);
    assert_eq!(sent(&actions), ["ACK"]);
    run_until(&mut layer, at(60_000));
    assert!(layer.is_empty() && layer.timers_set() == 0);
}

#[test]
fn a_cancelled_invite_that_is_never_answered_ends() {
    let mut layer = layer();
    let invite = request(&Method::Invite);
    let (id, _) = layer.send(START, &invite, Peer::stream(), 7).unwrap();
    layer.receive(at(1), &response(&invite, 180), Peer::stream(), true, 0);
    assert_eq!(sent(&layer.cancel(at(2), id, None)), ["CANCEL"]);
    let log = run_until(&mut layer, at(60_000));
    assert!(log.contains(&(32_002, Action::Failed { id, user: 7, failure: Failure::Timeout })));
    assert!(layer.is_empty() && layer.timers_set() == 0);
}

#[test]
fn a_lost_stream_fails_its_transactions_only() {
    let mut layer = layer();
    let (id, _) = layer.send(START, &request(&Method::Invite), Peer::stream(), 7).unwrap();
    layer.send(START, &request(&Method::Options), Peer::stream(), 8).unwrap();
    let other = Peer { address: "192.0.2.2:5062".parse().unwrap(), reliable: true };
    layer.send(START, &request_with(&Method::Invite, "z9hG4bK2", "f1"), other, 7).unwrap();
    layer.send(START, &request_with(&Method::Invite, "z9hG4bK3", "f1"), Peer::datagrams(), 7).unwrap();
    let actions = layer.stream_lost(at(1), Peer::stream().address, |user| *user == 7);
    let end = [Action::Failed { id, user: 7, failure: Failure::Transport }, Action::Terminated { id, user: 7 }];
    assert_eq!(actions, end);
    assert_eq!(layer.len(), 3);
}

#[test]
fn a_transaction_that_goes_on_by_another_stream_is_lost_with_that() {
    let mut layer = layer();
    let (id, _) = layer.send(START, &request(&Method::Invite), Peer::stream(), 7).unwrap();
    let other = "192.0.2.2:5062".parse().unwrap();
    layer.moves(id, other, 8);
    assert_eq!(layer.stream_lost(at(1), Peer::stream().address, |_| true), []);
    assert_eq!(layer.stream_lost(at(2), other, |user| *user == 8).len(), 2);
    assert!(layer.is_empty() && layer.stream_lost(at(3), other, |_| true).is_empty());
}

#[test]
fn a_branch_in_use_and_an_ack_are_not_sent() {
    let mut layer = layer();
    assert!(layer.send(START, &request(&Method::Invite), Peer::datagrams(), 7).is_some());
    assert!(layer.send(START, &request(&Method::Invite), Peer::datagrams(), 7).is_none());
    assert!(layer.send(START, &request(&Method::Ack), Peer::datagrams(), 7).is_none());
}
