//! Transfers that are refused at once: nobody rings, nothing is reported, and the two talk on.

use super::{SIDES, TARGET, hear_each_other, outcome, reported, talk};
use crate::scenarios::acme;
use crate::support::phone::Whim;
use crate::support::{ms, secs};

/// The code with which a REFER with this Refer-To is refused.
fn refusal(by: &str, of: &str, whim: &Whim) -> u16 {
    let mut net = acme();
    talk(&mut net, by, &[(secs(3), whim.clone()), (secs(10), Whim::HangUp)]);
    let record = outcome(&mut net);
    hear_each_other(&net, by, of, 10);
    assert!(net.all_seen(TARGET).is_empty() && reported(&net, by).is_empty(), "{by} {whim:?}");
    assert_eq!((record.segments.len(), record.legs.len()), (1, 2), "{by} {whim:?}");
    assert!((9_900_000..10_100_000).contains(&record.talk_us), "{by} {whim:?}: {}", record.talk_us);
    match net.seen(by).later_codes[..] {
        [code] => code,
        ref codes => net.fail(&format!("{codes:?}")),
    }
}

#[test]
fn extension_that_nobody_has_is_not_found() {
    for (by, of) in SIDES {
        assert_eq!(refusal(by, of, &Whim::Transfer("199")), 404, "{by}");
    }
}

#[test]
fn extension_of_another_tenant_is_not_found() {
    let mut net = acme();
    let call = net.phone("globex/103").calls("102");
    call.then_after(secs(3), Whim::Transfer("104")).hangs_up_after(secs(10));
    outcome(&mut net);
    assert_eq!(net.seen("globex/103").later_codes, [404]);
    assert!(net.all_seen(TARGET).is_empty());
    hear_each_other(&net, "globex/103", "globex/102", 10);
}

#[test]
fn attended_transfer_is_declined() {
    let replaces = "<sip:104@10.0.0.1?Replaces=call%3Bto-tag%3Da%3Bfrom-tag%3Db>";
    for (by, of) in SIDES {
        assert_eq!(refusal(by, of, &Whim::Refer(replaces)), 603, "{by}");
    }
}

#[test]
fn refer_that_names_nobody_is_a_bad_request() {
    for refer_to in ["", "<sip:10.0.0.1>", "<sip:", "104"] {
        for (by, of) in SIDES {
            assert_eq!(refusal(by, of, &Whim::Refer(refer_to)), 400, "{by} {refer_to:?}");
        }
    }
}

#[test]
fn one_transfer_is_under_way_at_a_time() {
    for (by, of) in SIDES {
        let mut net = acme();
        net.phone(TARGET).answers_after(secs(8)).then_hangs_up_after(secs(10));
        talk(&mut net, by, &[(secs(3), Whim::Transfer("104")), (secs(5), Whim::Transfer("101"))]);
        net.run_for(secs(8));
        super::does(&mut net, of, ms(100), Whim::Transfer("101"));
        let record = outcome(&mut net);
        assert_eq!(
            (&net.seen(by).later_codes[..], &net.seen(of).later_codes[..]),
            (&[202, 491][..], &[491][..]),
            "{by}"
        );
        assert!(net.all_seen("acme/101").is_empty(), "{by}");
        assert_eq!(reported(&net, by), [100, 200], "{by}");
        hear_each_other(&net, of, TARGET, 10);
        super::talked_one_after_the_other(&net, &record, by, of);
    }
}
