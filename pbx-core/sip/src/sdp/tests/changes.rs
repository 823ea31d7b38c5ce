//! Offers and answers in a session that was agreed: what holds, what a side wants itself, and what
//! is nothing new.

use super::*;

/// A leg that was offered `sendrecv` and has answered so.
fn agreed() -> OfferAnswer {
    let mut leg = OfferAnswer::new(1);
    leg.local_offer(policy::own_offer(ours())).unwrap();
    leg.remote_answer(sound("8 0"), Phase::Final).unwrap();
    leg
}

fn saying(direction: Direction) -> Session {
    sound(&format!("8 0\r\na={}", direction.as_str()))
}

fn told(direction: Direction) -> Stream {
    Stream { direction, ..policy::own_offer(ours()) }
}

fn wanted(leg: &OfferAnswer) -> Direction {
    leg.wanted().unwrap().direction
}

#[test]
fn a_side_that_is_held_wants_to_talk_all_the_same() {
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    for (hold, answer) in [(SendOnly, RecvOnly), (SendOnly, Inactive), (Inactive, Inactive)] {
        let mut leg = agreed();
        leg.local_offer(told(hold)).unwrap();
        leg.remote_answer(saying(answer), Phase::Final).unwrap();
        assert_eq!(wanted(&leg), SendRecv, "{hold:?} {answer:?}");
        leg.remote_offer(saying(answer.and(hold.reversed()))).unwrap();
        let asks = leg.asked().unwrap().direction;
        assert!(asks.sends(), "what it was not left says nothing: {hold:?} {answer:?} {asks:?}");
    }
}

#[test]
fn a_side_that_holds_wants_to_hold_until_it_says_otherwise() {
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    let mut leg = agreed();
    let mut asks = |said| {
        leg.remote_offer(saying(said)).unwrap();
        let asks = leg.asked().unwrap().direction;
        let answer = policy::pass_answer(leg.offered().unwrap(), &told(SendRecv), ours()).unwrap();
        leg.local_answer(answer, Phase::Final).unwrap();
        asks
    };
    assert_eq!([asks(SendOnly), asks(Inactive), asks(SendRecv)], [SendOnly, Inactive, SendRecv]);
    let mut both = agreed();
    both.local_offer(told(SendOnly)).unwrap();
    both.remote_answer(saying(RecvOnly), Phase::Final).unwrap();
    both.remote_offer(saying(Inactive)).unwrap();
    assert_eq!(both.asked().unwrap().direction, SendOnly, "it is held, and holds");
    let mut ends = agreed();
    ends.remote_offer(saying(Inactive)).unwrap();
    ends.local_answer(told(Inactive), Phase::Final).unwrap();
    ends.remote_offer(saying(RecvOnly)).unwrap();
    assert_eq!(ends.asked().unwrap().direction, SendRecv, "it holds no more, and was not left to send");
}

#[test]
fn codecs_that_an_answer_could_not_name_stay_known() {
    let mut leg = agreed();
    leg.local_offer(Stream { codecs: vec![Codec::fixed(8)], ..policy::own_offer(ours()) }).unwrap();
    leg.remote_answer(sound("8"), Phase::Final).unwrap();
    assert_eq!((numbers(leg.remote().unwrap()), numbers(leg.wanted().unwrap())), (vec![8], vec![8, 0]));
    leg.local_offer(policy::own_offer(ours())).unwrap();
    leg.remote_answer(sound("8"), Phase::Final).unwrap();
    assert_eq!(numbers(leg.wanted().unwrap()), [8], "it was asked for the other one, and did not take it");
}

#[test]
fn port_0_holds_an_agreed_session_and_is_answered_with_port_0() {
    let closed = sound("8").to_string().replace("m=audio 4000", "m=audio 0");
    let mut leg = OfferAnswer::new(1);
    assert_eq!(leg.remote_offer(parse(&closed)), Err(OfferAnswerError::NoSound), "a call does not begin so");
    let mut leg = agreed();
    leg.remote_offer(parse(&closed)).unwrap();
    let asked = leg.asked().unwrap();
    assert_eq!((asked.direction, numbers(asked)), (Direction::Inactive, vec![8, 0]));
    let answer = leg.local_answer(told(Direction::Inactive), Phase::Final).unwrap();
    assert_eq!(answer.media[0].port, 0);
    assert_eq!(serde_json::from_str::<OfferAnswer>(&serde_json::to_string(&leg).unwrap()).unwrap(), leg);
    leg.remote_offer(sound("8 0")).unwrap();
    assert_eq!(leg.local_answer(told(Direction::SendRecv), Phase::Final).unwrap().media[0].port, 20_000);
}

#[test]
fn port_0_answers_a_hold_and_nothing_else() {
    let closed = parse(&sound("8").to_string().replace("m=audio 4000", "m=audio 0"));
    let mut leg = agreed();
    leg.local_offer(told(Direction::SendRecv)).unwrap();
    assert_eq!(leg.remote_answer(closed.clone(), Phase::Final), Err(OfferAnswerError::NoSound));
    leg.roll_back();
    leg.local_offer(told(Direction::SendOnly)).unwrap();
    leg.remote_answer(closed, Phase::Final).unwrap();
    assert_eq!((leg.remote().unwrap().direction, wanted(&leg)), (Direction::Inactive, Direction::SendRecv));
}

#[test]
fn lines_that_are_missing_count_as_refused() {
    let mut leg = OfferAnswer::new(1);
    leg.remote_offer(parse(PHONE)).unwrap();
    leg.local_answer(told(Direction::SendRecv), Phase::Final).unwrap();
    leg.local_offer(told(Direction::SendOnly)).unwrap();
    leg.remote_answer(sound("8"), Phase::Final).unwrap();
    leg.remote_offer(sound("8")).unwrap();
    assert_eq!(leg.local_answer(told(Direction::SendRecv), Phase::Final).unwrap().media.len(), 1);
}

#[test]
fn a_refresh_asks_for_nothing_new() {
    let offer = sound("8 0 101\r\na=ptime:20").to_string();
    let mut leg = OfferAnswer::new(1);
    leg.remote_offer(parse(&offer)).unwrap();
    assert!(!leg.asks_nothing_new(), "everything is new");
    leg.local_answer(told(Direction::SendRecv), Phase::Final).unwrap();
    for (from, to, new) in [
        ("", "", false),
        ("o=- 1 1", "o=- 1 2", false),
        ("10.0.0.7", "10.0.0.8", false),
        ("8 0 101", "8 101 0", false),
        ("8 0 101", "0 8 101", true),
        ("8 0 101", "8 0 9 101", true),
        ("8 0 101", "8 101", true),
        ("ptime:20", "ptime:30", true),
        ("ptime:20", "sendonly", true),
        ("c=IN IP4 10.0.0.7", "c=IN IP4 0.0.0.0", true),
        ("audio 4000", "audio 0", true),
    ] {
        leg.remote_offer(parse(&offer.replace(from, to))).unwrap();
        assert_eq!(leg.asks_nothing_new(), !new, "{from} becomes {to}");
        leg.roll_back();
    }
}
