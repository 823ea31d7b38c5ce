//! What is promised survives: registrations and records after a power cut, and the wall's clock may jump.

use super::acme;
use crate::support::exchange::SERVER;
use crate::support::{ms, secs};
use pbx_core::decision::StepKind;
use pbx_core::event::Disposition;

#[test]
fn registered_phones_are_reachable_at_once_after_a_restart() {
    let mut net = acme();
    net.restarts_after(secs(1));
    net.phone("acme/103").calls("102").after(secs(1) + ms(1)).hangs_up_after(secs(2));
    net.run();
    net.check();
    assert!(net.seen("acme/102").talked());
}

#[test]
fn call_that_a_restart_cut_has_one_record_that_says_so() {
    let mut net = acme();
    net.phone("acme/103").calls("102").hangs_up_after(secs(30));
    net.restarts_after(secs(10));
    net.run();
    net.check();
    let record = net.record();
    assert!(record.cut && record.disposition == Disposition::Answered);
    assert!((7_000_000..9_000_000).contains(&record.talk_us), "{}", record.talk_us);
    assert!(net.seen("acme/103").over.is_some(), "its BYE was answered, and be it with 481");
    let last = record.decision.steps.last().map(|step| &step.kind);
    assert!(matches!(last, Some(StepKind::Final { code: 200, .. })), "it says who took it, and why: {last:?}");
}

#[test]
fn call_that_a_restart_cut_while_it_rang_says_why_it_rang_there() {
    let mut net = acme();
    net.phone("acme/102").answers_after(secs(30));
    net.phone("acme/103").calls("102");
    net.restarts_after(secs(5));
    net.run();
    net.check();
    let record = net.record();
    assert!(record.cut && record.disposition == Disposition::Failed);
    let rung = record.decision.steps.iter().find_map(|step| match &step.kind {
        StepKind::Resolved { target, devices, .. } => Some((target.as_str(), devices.len())),
        _ => None,
    });
    assert_eq!(rung, Some(("102", 1)));
}

#[test]
fn refusal_that_the_power_took_is_in_the_record_and_the_caller_waits_in_vain() {
    let mut net = acme();
    net.phone("acme/102").refuses_after(secs(1), 486);
    net.phone("acme/103").calls("102");
    net.weather.loses = |from, said| from == SERVER && said.code == Some(486);
    net.restarts_after(secs(2));
    net.run();
    net.check();
    let record = net.record();
    assert_eq!((record.disposition, record.sip_code, record.cut), (Disposition::Busy, 486, false));
    assert_eq!(net.seen("acme/103").code, Some(408), "nobody is there any more who would repeat it");
}

#[test]
fn phone_that_answered_too_late_is_hung_up_until_the_power_goes() {
    let mut net = acme();
    net.phone("acme/102").answers_after(secs(2));
    net.phone("acme/103").calls("102").gives_up_after(secs(1));
    net.weather.loses =
        |from, said| from == SERVER && (said.is_bye() || said.method == "CANCEL" && said.code.is_none());
    net.restarts_after(secs(4));
    net.run();
    net.check();
    assert_eq!(net.record().disposition, Disposition::Cancelled);
    let late = net.seen("acme/102");
    assert!(late.acknowledged.is_some() && late.was_hung_up.is_none(), "it notices by the silence: {late:?}");
}

#[test]
fn restart_at_any_instant_of_a_call_leaves_one_record() {
    for after in (0..50).map(|n| ms(n * 103)) {
        let mut net = acme();
        net.phone("acme/102").answers_after(secs(2)).then_hangs_up_after(secs(20));
        net.phone("acme/103").calls("102").hangs_up_after(secs(2));
        net.restarts_after(after);
        net.run();
        net.check();
        assert!(net.exchange.records().len() <= 1, "{after:?}");
    }
}

#[test]
fn jump_of_the_walls_clock_changes_no_talk_time_and_ends_no_registration() {
    for seconds in [-86_400, -3_600, 3_600, 86_400] {
        let mut net = acme();
        net.phone("acme/103").calls("102").hangs_up_after(secs(10));
        net.clock_jumps_after(secs(5), seconds);
        net.run();
        net.check();
        assert!((9_990_000..10_010_000).contains(&net.record().talk_us), "{seconds}: {}", net.record().talk_us);
        net.phone("acme/104").calls("102").hangs_up_after(secs(1));
        net.run();
        net.check();
        assert_eq!(net.exchange.records().len(), 2, "{seconds}");
    }
}
