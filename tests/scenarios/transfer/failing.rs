//! Transfers that come to nothing: who asked hears why and the two talk on, or who waits is hung up.

use super::{SIDES, TARGET, hear_each_other, leg_of, outcome, reported, talk};
use crate::scenarios::acme;
use crate::support::company::Company;
use crate::support::net::Net;
use crate::support::phone::Whim;
use crate::support::{ms, secs};
use pbx_core::event::Disposition;

/// A way in which nobody answers at the target.
type Way = fn(&mut Net);

/// Those ways, with the code that is reported.
const WAYS: [(Way, u16); 6] = [
    (|net| _ = net.phone(TARGET).refuses_after(secs(2), 486), 486),
    (|net| _ = net.phone(TARGET).refuses_after(secs(2), 603), 603),
    (|net| _ = net.phone(TARGET).refuses_after(secs(2), 480), 480),
    (|net| _ = net.phone(TARGET).lets_ring(), 480),
    (|net| _ = net.phone(TARGET).is_dead(), 480),
    (|net| _ = net.phone(TARGET).takes(&[9]), 488),
];

#[test]
fn who_asked_hears_why_and_the_two_talk_on() {
    for (way, code) in WAYS {
        for (by, of) in SIDES {
            let mut net = acme();
            way(&mut net);
            talk(&mut net, by, &[(secs(3), Whim::Transfer("104")), (secs(90), Whim::HangUp)]);
            let record = outcome(&mut net);
            assert_eq!(
                (&net.seen(by).later_codes[..], &reported(&net, by)[..]),
                (&[202][..], &[100, code][..]),
                "{by}"
            );
            assert_eq!(net.seen(by).notified[1].state, "terminated;reason=noresource", "{by} {code}");
            hear_each_other(&net, by, of, 90);
            assert_eq!((record.segments.len(), record.legs.len()), (1, 3), "{by} {code}");
            assert_eq!(
                (record.cause.as_str(), record.hung_up),
                ("normal", Some(leg_of(&net, &record, by))),
                "{by} {code}"
            );
            assert!((89_900_000..90_100_000).contains(&record.talk_us), "{by} {code}: {}", record.talk_us);
            assert_eq!(record.to.number, "102", "{by} {code}");
        }
    }
}

#[test]
fn who_has_no_phone_is_not_there() {
    let mut company = Company::new("acme", 1).with_extensions(&["102", "103"]);
    company.hire("105", 0);
    let mut net = Net::new(1, 1, vec![company]);
    net.ready();
    talk(&mut net, "acme/103", &[(secs(3), Whim::Transfer("105")), (secs(10), Whim::HangUp)]);
    let record = outcome(&mut net);
    assert_eq!(reported(&net, "acme/103"), [100, 480]);
    hear_each_other(&net, "acme/103", "acme/102", 10);
    assert_eq!(record.legs.len(), 2);
}

#[test]
fn next_transfer_may_succeed() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone("acme/101").refuses_after(secs(1), 486);
        net.phone("acme-101-1").refuses_after(secs(1), 486);
        net.phone("acme-101-2").refuses_after(secs(1), 486);
        net.phone(TARGET).then_hangs_up_after(secs(10));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("101")), (secs(6), Whim::Transfer("104"))]);
        let record = outcome(&mut net);
        assert_eq!(net.seen(by).later_codes, [202, 202], "{by}");
        assert_eq!(reported(&net, by), [100, 486, 100, 200], "{by}");
        hear_each_other(&net, by, of, 8);
        hear_each_other(&net, of, TARGET, 10);
        assert_eq!((record.segments.len(), record.to.number.as_str()), (2, "104"), "{by}");
    }
}

#[test]
fn two_talk_on_after_a_hold() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).refuses_after(secs(2), 486);
        let whims = [
            (secs(2), Whim::Hold),
            (secs(4), Whim::Transfer("104")),
            (secs(10), Whim::Resume),
            (secs(30), Whim::HangUp),
        ];
        talk(&mut net, by, &whims);
        outcome(&mut net);
        assert_eq!(net.seen(by).later_codes, [200, 202, 200], "{by}");
        hear_each_other(&net, by, of, 20);
    }
}

#[test]
fn who_waits_when_nobody_answers_is_hung_up() {
    for (way, _) in WAYS {
        for (by, of) in SIDES {
            let mut net = acme();
            way(&mut net);
            net.phone(of).bears_silence();
            talk(&mut net, by, &[(secs(3), Whim::TransferAndLeave("104"))]);
            let record = outcome(&mut net);
            assert!(net.seen(by).hung_up.is_some() && net.seen(of).was_hung_up.is_some(), "{by}");
            assert!(net.seen(of).hung_up.is_none(), "{by}");
            assert_eq!((record.segments.len(), record.disposition), (1, Disposition::Answered), "{by}");
            assert!(record.segments[0].to < record.ended, "{by}: {of} waited");
            hear_each_other(&net, by, of, 3);
        }
    }
}

#[test]
fn phones_stop_ringing_when_who_is_transferred_hangs_up() {
    for leaves in [false, true] {
        for (by, of) in SIDES {
            let mut net = acme();
            net.phone(TARGET).lets_ring();
            let whim = if leaves { Whim::TransferAndLeave("104") } else { Whim::Transfer("104") };
            talk(&mut net, by, &[(secs(3), whim)]);
            net.run_for(secs(7));
            super::does(&mut net, of, ms(1), Whim::HangUp);
            let record = outcome(&mut net);
            assert_eq!(net.seen(TARGET).code, Some(487), "{by} {leaves}");
            let rang = net.seen(TARGET).over.unwrap().since(net.seen(of).hung_up.unwrap());
            assert!(rang < ms(20), "{by} {leaves}: {rang:?}");
            assert_eq!(net.seen(by).was_hung_up.is_some(), !leaves, "{by}");
            assert_eq!((record.segments.len(), record.legs.len()), (1, 3), "{by} {leaves}");
            assert_eq!(record.hung_up, Some(leg_of(&net, &record, of)), "{by} {leaves}");
        }
    }
}

#[test]
fn who_is_transferred_hangs_up_at_any_instant() {
    for (by, of) in SIDES {
        for after in (0..50).map(|n| ms(n * 47)) {
            let mut net = acme();
            net.phone(TARGET).then_hangs_up_after(secs(3));
            talk(&mut net, by, &[(secs(3), Whim::TransferAndLeave("104"))]);
            net.run_for(secs(5));
            super::does(&mut net, of, after, Whim::HangUp);
            let record = outcome(&mut net);
            assert_eq!(record.disposition, Disposition::Answered, "{by} {after:?}");
        }
    }
}

#[test]
fn who_asked_hangs_up_at_any_instant() {
    for (by, of) in SIDES {
        for after in (0..50).map(|n| ms(n * 47)) {
            let mut net = acme();
            net.phone(TARGET).then_hangs_up_after(secs(3));
            talk(&mut net, by, &[(secs(3), Whim::Transfer("104")), (secs(3) + after, Whim::HangUp)]);
            let record = outcome(&mut net);
            hear_each_other(&net, of, TARGET, 3);
            assert_eq!(record.segments.len(), 2, "{by} {after:?}");
        }
    }
}
