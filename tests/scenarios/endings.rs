//! Calls that nobody takes, that somebody refuses, that end at odd moments.

use super::acme;
use crate::support::net::Net;
use crate::support::phone::Whim;
use crate::support::{ms, secs};
use pbx_core::engine::io::Command;
use pbx_core::event::Disposition;

/// The code that the caller saw, and how the call was counted.
fn end(net: &mut Net) -> (u16, Disposition, String) {
    net.run();
    net.check();
    let record = net.record();
    (net.seen("acme/103").code.unwrap(), record.disposition, record.cause)
}

#[test]
fn refusals_reach_the_caller() {
    let table = [
        (486, 486, Disposition::Busy),
        (600, 486, Disposition::Busy),
        (603, 603, Disposition::Rejected),
        (480, 480, Disposition::NoAnswer),
    ];
    for (said, told, disposition) in table {
        let mut net = acme();
        net.phone("acme/102").refuses_after(secs(2), said);
        net.phone("acme/103").calls("102");
        let (code, how, _) = end(&mut net);
        assert_eq!((code, how), (told, disposition), "{said}");
    }
}

#[test]
fn nobody_takes_it() {
    let mut net = acme();
    net.phone("acme/102").lets_ring();
    net.phone("acme/103").calls("102");
    let (code, how, _) = end(&mut net);
    assert_eq!((code, how), (480, Disposition::NoAnswer));
    assert_eq!(net.seen("acme/102").code, Some(487));
}

#[test]
fn phone_whose_cable_is_out_is_given_up() {
    let mut net = acme();
    net.phone("acme/102").is_dead();
    net.phone("acme/103").calls("102");
    let (code, how, _) = end(&mut net);
    assert_eq!((code, how), (480, Disposition::NoAnswer));
}

#[test]
fn unknown_extension_is_not_found() {
    let mut net = acme();
    net.phone("acme/103").calls("199");
    let (code, how, _) = end(&mut net);
    assert_eq!((code, how), (404, Disposition::Rejected));
}

#[test]
fn caller_gives_up_at_any_instant() {
    // Before 53 ms it has not even been asked for its password.
    for after in (1..60).map(|n| ms(n * 53)) {
        let mut net = acme();
        net.phone("acme/102").answers_after(secs(2));
        net.phone("acme/103").calls("102").gives_up_after(after);
        net.phone("acme/102").then_hangs_up_after(secs(3));
        net.run();
        net.check();
        let caller = net.seen("acme/103");
        assert!(caller.over.is_some() && matches!(caller.code, Some(200 | 487)), "{after:?}: {caller:?}");
    }
}

#[test]
fn either_side_hangs_up_at_any_instant_after_the_answer() {
    for (n, after) in (0..40).map(|n| (n, ms(n * 3))) {
        let mut net = acme();
        net.phone("acme/102").answers_after(ms(200)).then_hangs_up_after(after);
        net.phone("acme/103").calls("102").hangs_up_after(ms((n * 7) % 120));
        net.run();
        net.check();
    }
}

#[test]
fn both_hang_up_at_once() {
    let mut net = acme();
    net.phone("acme/102").answers_after(secs(1)).then_hangs_up_after(secs(5));
    net.phone("acme/103").calls("102").hangs_up_after(secs(5));
    net.run();
    net.check();
    assert_eq!(net.record().disposition, Disposition::Answered);
}

#[test]
fn console_ends_a_call() {
    let mut net = acme();
    net.phone("acme/103").calls("102");
    net.run_for(secs(6));
    let started = net.exchange.journal.iter().find_map(|entry| match entry {
        pbx_core::journal::Entry::CallStarted { call, tenant, .. } => Some((*tenant, *call)),
        _ => None,
    });
    let (tenant, call) = started.unwrap();
    let globex = pbx_core::base::ids::TenantId::of_key("globex");
    net.commands_after(ms(1), Command::HangUp { tenant: globex, call });
    net.run_for(secs(1));
    assert!(net.seen("acme/103").was_hung_up.is_none(), "another tenant's call is not there");
    net.commands_after(ms(1), Command::HangUp { tenant, call });
    net.run();
    net.check();
    assert!(net.seen("acme/103").was_hung_up.is_some() && net.seen("acme/102").was_hung_up.is_some());
    assert_eq!(net.record().cause, "operator-hung-up");
}

#[test]
fn drain_takes_no_new_calls_and_the_deadline_cuts_the_rest() {
    let mut net = acme();
    net.phone("acme/103").calls("102");
    net.commands_after(secs(5), Command::Drain);
    net.phone("acme/104").calls("102").after(secs(6));
    net.commands_after(secs(9), Command::Cut);
    net.run();
    net.nothing_is_left();
    let refused = net.seen("acme/104");
    assert_eq!(refused.code, Some(503));
    assert!(refused.final_headers.iter().any(|(name, _)| name == "Retry-After"));
    assert!(net.seen("acme/103").was_hung_up.is_some());
    assert!(net.exchange.records().iter().any(|record| record.cut));
}

#[test]
fn hop_count_and_max_forwards_end_a_loop() {
    let mut net = acme();
    net.phone("acme/103").calls("102").with("X-Ringdown-Hops", "10");
    net.run();
    net.nothing_is_left();
    assert_eq!(net.seen("acme/103").code, Some(483));
    assert!(net.exchange.records().is_empty());
    net.phone("acme/104").calls("102").hangs_up_after(secs(1));
    net.run();
    let hops = net.seen("acme/102").max_forwards;
    assert_eq!(hops, Some(69));
}

#[test]
fn phone_that_vanishes_in_a_call_leaves_nothing_behind_once_the_other_hangs_up() {
    let mut net = acme();
    net.phone("acme/103").calls("102").then_after(secs(2), Whim::Vanish);
    net.phone("acme/102").then_hangs_up_after(secs(20));
    net.run();
    net.check();
    assert!(net.record().talk_us >= 15_000_000);
}
