//! One calls, the other answers.

use super::acme;
use crate::support::{ms, secs};
use pbx_core::event::{Direction, Disposition};

#[test]
fn two_people_talk_and_hear_each_other() {
    let mut net = acme();
    net.phone("acme/102").answers_after(secs(3));
    net.phone("acme/103").calls("102").hangs_up_after(secs(10));
    net.run();
    net.check();
    let (caller, called) = (net.seen("acme/103"), net.seen("acme/102"));
    assert!(caller.talked() && called.talked());
    assert!(net.heard("acme/103", "acme/102") >= 19);
    assert!(net.heard("acme/102", "acme/103") >= 19);
    let record = net.record();
    assert_eq!((record.disposition, record.direction), (Disposition::Answered, Direction::Internal));
    assert!((9_990_000..10_010_000).contains(&record.talk_us), "{}", record.talk_us);
    assert_eq!((record.from.number.as_str(), record.to.number.as_str()), ("103", "102"));
}

#[test]
fn called_phone_learns_who_calls_and_nothing_that_the_caller_made_up() {
    let mut net = acme();
    let lie = "\"Boss\" <sip:boss@acme.test>";
    net.phone("acme/103").calls("102").with("P-Asserted-Identity", lie).hangs_up_after(secs(1));
    net.run();
    net.check();
    let called = net.seen("acme/102");
    assert_eq!(called.caller, "103");
    let asserted = called.asserted.as_deref().unwrap();
    assert!(asserted.contains("sip:103@") && asserted.contains("Person 103"), "{asserted}");
}

#[test]
fn caller_hears_of_its_call_within_200_ms() {
    let mut net = acme();
    net.phone("acme/102").never_rings().answers_after(secs(3));
    net.phone("acme/103").calls("102").hangs_up_after(secs(1));
    net.run();
    net.check();
    let caller = net.seen("acme/103");
    assert!(caller.trying.unwrap().since(caller.began) < ms(200));
    assert!(caller.ringing.unwrap().since(caller.began) < secs(2), "nobody sits in silence for two seconds");
}

#[test]
fn either_side_hangs_up() {
    for callee_ends in [false, true] {
        let mut net = acme();
        if callee_ends {
            net.phone("acme/102").then_hangs_up_after(secs(5));
            net.phone("acme/103").calls("102");
        } else {
            net.phone("acme/103").calls("102").hangs_up_after(secs(5));
        }
        net.run();
        net.check();
        let (caller, called) = (net.seen("acme/103"), net.seen("acme/102"));
        assert_eq!((caller.was_hung_up.is_some(), called.was_hung_up.is_some()), (callee_ends, !callee_ends));
        assert_eq!(net.record().cause, "normal");
    }
}

#[test]
fn call_without_an_offer_is_answered_in_the_ack() {
    let mut net = acme();
    net.phone("acme/103").calls("102").without_offer().hangs_up_after(secs(5));
    net.run();
    net.check();
    assert!(net.heard("acme/103", "acme/102") >= 8);
    assert!(net.heard("acme/102", "acme/103") >= 8);
}

#[test]
fn early_media_is_heard_before_the_answer() {
    let mut net = acme();
    net.phone("acme/102").plays_early().answers_after(secs(5));
    net.phone("acme/103").calls("102").gives_up_after(secs(4));
    net.run();
    net.check();
    assert_eq!(net.seen("acme/103").ringing_code, Some(183));
    assert!(net.heard("acme/103", "acme/102") >= 5);
    assert_eq!(net.record().disposition, Disposition::Cancelled);
}

#[test]
fn same_extension_of_two_tenants_are_two_people() {
    let mut net = acme();
    net.phone("globex/103").calls("102").hangs_up_after(secs(2));
    net.run();
    net.check();
    assert!(net.all_seen("acme/102").is_empty());
    assert!(net.seen("globex/102").talked());
}

#[test]
fn another_tenants_number_is_not_there() {
    let mut net = acme();
    net.phone("globex/103").calls("104").hangs_up_after(secs(2));
    net.phone("globex/103").calls("acme-102").after(secs(1)).hangs_up_after(secs(2));
    net.run();
    net.check();
    assert!(net.all_seen("globex/103").iter().all(|view| view.code == Some(404)));
    assert!(net.phones.iter().filter(|phone| phone.name.starts_with("acme")).all(|phone| phone.views().is_empty()));
}

#[test]
fn colleague_is_reached_by_the_sip_user_of_its_phone() {
    let mut net = acme();
    net.phone("acme/103").calls("acme-102").hangs_up_after(secs(2));
    net.run();
    net.check();
    assert!(net.seen("acme/102").talked());
    assert_eq!(net.record().to.number, "102");
}

#[test]
fn phone_behind_a_nat_is_reached_through_its_flow() {
    let mut net = acme();
    net.behind_nat("acme/102", "198.51.100.20".parse().unwrap(), secs(300));
    let n = net.place_of("acme/102");
    net.remind(secs(1), n, crate::support::phone::Alarm::Register);
    net.run_for(secs(2));
    net.phone("acme/103").calls("102").hangs_up_after(secs(6));
    net.run();
    net.check();
    assert!(net.seen("acme/102").talked());
    assert!(net.heard("acme/103", "acme/102") >= 8, "its packets come from another address than its description says");
    assert!(net.heard("acme/102", "acme/103") >= 8, "and go back to where they came from");
}
