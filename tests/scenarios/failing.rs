//! A test that fails says which seed it had and what went over the wire.

use super::acme;
use crate::support::net::Net;
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
fn failure_that_has_told_the_story_does_not_tell_it_again() {
    assert!(last_words(|net| net.fail("on purpose")).is_empty());
}
