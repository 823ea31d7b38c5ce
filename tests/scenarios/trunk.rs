//! Calls from the carrier: the number decides the tenant, the template whom it rings.

use crate::support::company::Company;
use crate::support::net::Net;
use crate::support::phone::View;
use crate::support::{ms, secs};
use pbx_core::base::value::Value;
use pbx_core::event::{Direction, Disposition};

/// Acme, whose number asks the customer service; gold callers ring their manager (101), the rest 102 and 103.
pub(super) fn net() -> Net {
    let mut acme = Company::new("acme", 1).with_extensions(&["101", "102", "103"]);
    acme.source();
    let main = Value::List(vec!["102".into(), "103".into()]);
    acme.number("+4930555100", "vip-by-lookup", &[("source", "customers".into()), ("main", main)]);
    let mut net = Net::new(2, 1, vec![acme]);
    net.exchange.sources.knows("+4989123456", &[("name", "Gold Ltd"), ("tier", "gold"), ("account_manager", "101")]);
    net.ready();
    net
}

fn rang(net: &Net) -> Vec<&str> {
    let views = |name: &str| net.all_seen(name).iter().filter(|view: &&View| !view.made).count();
    ["101", "102", "103"].into_iter().filter(|who| views(&format!("acme/{who}")) > 0).collect()
}

#[test]
fn gold_caller_rings_the_account_manager() {
    let mut net = net();
    net.phone("carrier").calls("+4930555100").hangs_up_after(secs(5));
    net.run();
    net.check();
    assert_eq!(rang(&net), ["101"]);
    let record = net.record();
    assert_eq!((record.direction, record.disposition), (Direction::Inbound, Disposition::Answered));
    assert_eq!(record.from.number, "+4989123456");
    assert!(net.heard("carrier", "acme/101") >= 8 && net.heard("acme/101", "carrier") >= 8);
}

#[test]
fn call_that_a_restart_cut_while_its_source_was_asked_is_decided_again_as_far() {
    let mut net = net();
    net.exchange.sources.delay = ms(700);
    net.phone("carrier").calls("+4930555100").hangs_up_after(secs(5));
    net.restarts_after(ms(50));
    net.run();
    net.check();
    let record = &net.exchange.records()[0];
    assert!(record.cut && record.decision.steps.is_empty(), "nothing was promised but that it began: {record:?}");
}

#[test]
fn every_form_of_the_number_leads_there() {
    for form in ["004930555100", "4930555100", "030555100"] {
        let mut net = net();
        net.phone("carrier").calls(form).hangs_up_after(secs(1));
        net.run();
        net.check();
        assert_eq!(rang(&net), ["101"], "{form}");
    }
}

#[test]
fn asserted_identity_of_the_carrier_is_who_calls() {
    let mut net = net();
    net.exchange.sources.knows("+4989999", &[("name", "Silver Ltd"), ("tier", "silver")]);
    net.phone("carrier").calls("+4930555100").with("P-Asserted-Identity", "<tel:+4989999999>").hangs_up_after(secs(1));
    net.run();
    net.check();
    assert_eq!(net.record().from.number, "+4989999999");
    assert_eq!(rang(&net), ["102", "103"]);
}

#[test]
fn unknown_number_is_not_found() {
    let mut net = net();
    net.phone("carrier").calls("+4930555101");
    net.run();
    assert_eq!(net.seen("carrier").code, Some(404));
}

#[test]
fn source_that_is_slow_or_down_never_leaves_the_caller_in_silence() {
    for trouble in ["slow", "down", "dead"] {
        let mut net = net();
        match trouble {
            "slow" => net.exchange.sources.delay = ms(700),
            "down" => net.exchange.sources.down = true,
            _ => net.exchange.sources.delay = secs(60),
        }
        net.phone("acme/102").never_rings().answers_after(secs(4));
        net.phone("acme/103").never_rings().lets_ring();
        net.phone("acme/101").never_rings().answers_after(secs(4));
        net.phone("carrier").calls("+4930555100").hangs_up_after(secs(1));
        net.run();
        net.check();
        let caller = net.seen("carrier");
        assert!(caller.ringing.unwrap().since(caller.began) < secs(2), "{trouble}");
        let expected: &[&str] = if trouble == "slow" { &["101"] } else { &["102", "103"] };
        assert_eq!(rang(&net), expected, "{trouble}");
    }
}

#[test]
fn declared_default_stands_in_for_a_source_that_is_slow_or_down() {
    for trouble in ["slow", "down"] {
        let mut acme = Company::new("acme", 1).with_extensions(&["101", "102", "103"]);
        let fields = [("name", "Whoever"), ("tier", "gold"), ("account_manager", "103")];
        let fields = fields.map(|(name, value)| (name.to_owned(), Value::from(value)));
        acme.source_or(Some(Value::Map(fields.into())));
        acme.number("+4930555100", "vip-by-lookup", &[("source", "customers".into()), ("main", "102".into())]);
        let mut net = Net::new(2, 1, vec![acme]);
        net.ready();
        match trouble {
            "slow" => net.exchange.sources.delay = secs(60),
            _ => net.exchange.sources.down = true,
        }
        net.phone("carrier").calls("+4930555100").hangs_up_after(secs(1));
        net.run();
        net.check();
        assert_eq!(rang(&net), ["103"], "{trouble}");
    }
}

#[test]
fn lookups_of_one_call_take_three_seconds_together_and_the_call_goes_on() {
    let mut acme = Company::new("acme", 1).with_extensions(&["102"]);
    acme.source();
    let manifest = "title: Asks often\nsummary: Eight times.\nfallback: {reject: 500}";
    let lua = "for _ = 1, 8 do lookup{source = 'customers', args = {number = '1'}} end ring{targets = '102'}";
    let version = acme.writes("asks-often", manifest, lua);
    let number = acme.owns("+4930555100");
    acme.bind_version(number, version, &[]);
    let mut net = Net::new(2, 1, vec![acme]);
    net.ready();
    net.exchange.sources.delay = secs(60);
    net.phone("carrier").calls("+4930555100").hangs_up_after(secs(1));
    net.run();
    net.check();
    let (caller, called) = (net.seen("carrier"), net.seen("acme/102"));
    let waited = called.began.since(caller.began);
    assert!(waited > ms(2900) && waited < ms(3300), "{waited:?}");
    assert!(called.talked());
}

#[test]
fn anonymous_caller_is_not_looked_up() {
    let mut net = net();
    net.phone("carrier").calls("+4930555100").with("Privacy", "id").hangs_up_after(secs(1));
    net.run();
    net.check();
    assert!(net.record().from.anonymous);
    assert_eq!(rang(&net), ["102", "103"]);
}
