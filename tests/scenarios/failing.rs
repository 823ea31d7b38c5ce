//! A test that fails says which seed it had and what went over the wire.

use super::acme;
use crate::support::net::Net;
use crate::support::{ms, secs};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static HEARD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What a network has to say when this is asserted of it.
fn last_words(assert: impl FnOnce(&Net)) -> Vec<String> {
    let failed = catch_unwind(AssertUnwindSafe(|| {
        let mut net = acme();
        net.voice = |text| HEARD.with_borrow_mut(|heard| heard.push(text.to_owned()));
        assert(&net);
    }));
    assert!(failed.is_err(), "it was to fail");
    HEARD.take()
}

#[test]
fn bare_assertion_prints_the_seed_and_the_ladder() {
    let heard = last_words(|net| assert_eq!(net.seed, 2));
    assert!(matches!(&heard[..], [text] if text.starts_with("seed 1\n") && text.contains("REGISTER 1 REGISTER")));
}

#[test]
fn ladder_shows_connections_with_two_strokes_and_when_they_came_and_went() {
    let heard = last_words(|_| {
        let mut net = acme();
        net.voice = |text| HEARD.with_borrow_mut(|heard| heard.push(text.to_owned()));
        net.phone("acme/102").speaks_tcp();
        net.phone("acme/103").calls("102").after(ms(100));
        net.connection_breaks_after(secs(2), "acme/102");
        net.run_for(secs(1));
        net.run_for(secs(30));
        assert!(net.all_seen("acme/102").is_empty(), "on purpose");
    });
    let [text, _] = &heard[..] else { panic!("{heard:?}") };
    for line in
        ["-- connects", "=REGISTER 3 REGISTER=", "-- connection broken", "-- connection lost", "-- lost acme/102"]
    {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(text.contains("=INVITE 1 INVITE sdp="), "{text}");
    let answer = |line: &str| line.contains("|x===") && line.contains("=200 (1 INVITE) sdp=");
    assert!(text.lines().any(answer), "what broke on its way: {text}");
}

#[test]
fn complaint_of_a_phone_comes_with_the_ladder_of_its_call_alone() {
    let failed = catch_unwind(AssertUnwindSafe(|| {
        let mut net = acme();
        net.phone("acme/103").calls("102").hangs_up_after(secs(1));
        net.run();
        let call = net.seen("acme/102").call_id.clone();
        net.phone("acme/102").itself().complaints.push((call, "on purpose".to_owned()));
        net.check();
    }));
    let text = failed.unwrap_err().downcast::<String>().unwrap();
    assert!(text.starts_with("on purpose\nseed 1\n") && text.contains("INVITE 1 INVITE") && !text.contains("REGISTER"));
}

#[test]
fn failure_that_has_told_the_story_does_not_tell_it_again() {
    assert!(last_words(|net| net.fail("on purpose")).is_empty());
}
