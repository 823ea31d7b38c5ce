//! Headers that nobody can read change nothing about a call.

use crate::support::company::Company;
use crate::support::flaws::Flaws;
use crate::support::net::Net;
use crate::support::phone::Whim;
use crate::support::secs;
use pbx_core::cdr::CallRecord;

/// A network where 101 (two phones), 102 and 103 are registered, whose phones write flaws if there is a seed for them.
fn office(flaws: Option<u64>) -> Net {
    let mut company = Company::new("acme", 1).with_extensions(&["102", "103"]);
    company.hire("101", 2);
    company.number("+4930555100", "ring-person", &[]);
    let mut net = Net::new(1, 1, vec![company]);
    net.flaws = flaws.map(Flaws::new);
    net.ready();
    net
}

type Plan = fn(&mut Net);

/// A call each.
const CALLS: [(&str, Plan); 7] = [
    ("the caller hangs up", |net| {
        net.phone("acme/103").calls("102").hangs_up_after(secs(5));
    }),
    ("the called person hangs up", |net| {
        net.phone("acme/102").answers_after(secs(2)).then_hangs_up_after(secs(5));
        net.phone("acme/103").calls("102");
    }),
    ("the caller gives up", |net| {
        net.phone("acme/102").lets_ring();
        net.phone("acme/103").calls("102").gives_up_after(secs(3));
    }),
    ("the phone is busy", |net| {
        net.phone("acme/102").refuses_after(secs(1), 486);
        net.phone("acme/103").calls("102");
    }),
    ("one of two phones answers", |net| {
        net.phone("acme/103").calls("101").hangs_up_after(secs(5));
    }),
    ("the caller holds and resumes", |net| {
        let call = net.phone("acme/103").calls("102");
        call.then_after(secs(2), Whim::Hold).then_after(secs(4), Whim::Resume).hangs_up_after(secs(8));
    }),
    ("the offer comes late", |net| {
        net.phone("acme/103").calls("102").without_offer().hangs_up_after(secs(5));
    }),
];

/// Everything that happened: each message with its code and time, what each phone saw, and the record.
fn story(flaws: Option<u64>, plan: Plan) -> (String, String, CallRecord) {
    let mut net = office(flaws);
    plan(&mut net);
    net.run();
    net.check();
    let views = net.phones.iter().map(|phone| format!("{:?}\n", phone.views())).collect();
    (net.ladder.print(&[]), views, net.record())
}

#[test]
fn flaws_in_headers_that_inform_and_in_what_follows_up_change_nothing_of_a_call() {
    for (what, plan) in CALLS {
        let (ladder, views, record) = story(None, plan);
        for seed in 1..=6 {
            let flawed = story(Some(seed), plan);
            assert_eq!(flawed.0, ladder, "{what}, seed {seed}");
            assert_eq!(flawed.1, views, "{what}, seed {seed}");
            assert_eq!(flawed.2, record, "{what}, seed {seed}");
        }
    }
}

#[test]
fn a_call_from_outside_goes_as_it_would_without_its_flaws() {
    let call: Plan = |net| {
        net.phone("carrier").calls("+4930555100").hangs_up_after(secs(5));
    };
    let (ladder, views, record) = story(None, call);
    for seed in 1..=6 {
        let flawed = story(Some(seed), call);
        assert_eq!((flawed.0, flawed.1, flawed.2), (ladder.clone(), views.clone(), record.clone()), "seed {seed}");
    }
}
