//! Somebody with several phones: all ring, one answers.

use super::acme;
use crate::support::{ms, secs};
use pbx_core::event::Disposition;

#[test]
fn first_answer_wins_and_the_others_show_no_missed_call() {
    let mut net = acme();
    net.phone("acme/101").answers_after(secs(4));
    net.phone("acme-101-1").answers_after(secs(2));
    net.phone("acme-101-2").lets_ring();
    net.phone("acme/103").calls("101").hangs_up_after(secs(3));
    net.run();
    net.check();
    assert!(net.seen("acme-101-1").talked());
    for other in ["acme/101", "acme-101-2"] {
        let view = net.seen(other);
        assert_eq!(view.code, Some(487), "{other}");
        assert_eq!(view.reason.as_deref(), Some("SIP;cause=200;text=\"Call completed elsewhere\""), "{other}");
    }
    assert_eq!(net.heard("acme/103", "acme-101-1") > 0, net.heard("acme-101-1", "acme/103") > 0);
    assert_eq!(net.record().legs.len(), 4);
}

#[test]
fn two_that_answer_at_once_leave_one_talking() {
    for apart in (0..12).map(ms) {
        let mut net = acme();
        net.phone("acme/101").answers_after(secs(2));
        net.phone("acme-101-1").answers_after(secs(2) + apart);
        net.phone("acme-101-2").answers_after(secs(2) + apart * 2);
        net.phone("acme/103").calls("101").hangs_up_after(secs(5));
        net.run();
        net.check();
        let phones = ["acme/101", "acme-101-1", "acme-101-2"];
        let talked = phones.iter().filter(|name| net.heard("acme/103", name) > 0).count();
        assert_eq!(talked, 1, "{apart:?}");
        assert!(phones.iter().all(|name| net.seen(name).over.is_some()), "{apart:?}");
    }
}

#[test]
fn one_busy_phone_does_not_end_the_ringing_of_the_others() {
    let mut net = acme();
    net.phone("acme/101").refuses_after(ms(100), 486);
    net.phone("acme-101-1").is_dead();
    net.phone("acme-101-2").answers_after(secs(5));
    net.phone("acme/103").calls("101").hangs_up_after(secs(2));
    net.run();
    net.check();
    assert!(net.seen("acme-101-2").talked());
}

#[test]
fn all_busy_is_busy() {
    let mut net = acme();
    for name in ["acme/101", "acme-101-1", "acme-101-2"] {
        net.phone(name).refuses_after(secs(1), 486);
    }
    net.phone("acme/103").calls("101");
    net.run();
    net.check();
    assert_eq!((net.seen("acme/103").code, net.record().disposition), (Some(486), Disposition::Busy));
}

#[test]
fn decline_on_one_phone_is_a_persons_word_for_all() {
    let mut net = acme();
    net.phone("acme/101").refuses_after(secs(1), 603);
    net.phone("acme-101-1").lets_ring();
    net.phone("acme-101-2").lets_ring();
    net.phone("acme/103").calls("101");
    net.run();
    net.check();
    assert_eq!((net.seen("acme/103").code, net.record().disposition), (Some(603), Disposition::Rejected));
    assert_eq!(net.seen("acme-101-2").code, Some(487));
}
