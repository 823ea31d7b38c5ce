//! Which plan a call follows: the one of its INVITE, the clock's and the calendar's, the most specific one.

use crate::support::company::Company;
use crate::support::net::Net;
use crate::support::phone::View;
use crate::support::{ms, secs};
use pbx_core::base::value::Value;
use pbx_core::decision::StepKind;
use pbx_core::directory::Scope;

const NUMBER: &str = "+4930555100";

/// Acme's people, and its number with nothing bound to it.
fn acme() -> (Company, Scope) {
    let mut acme = Company::new("acme", 1).with_extensions(&["101", "102", "103", "104"]);
    acme.source();
    let number = acme.owns(NUMBER);
    (acme, number)
}

fn ready(company: Company) -> Net {
    let mut net = Net::new(3, 1, vec![company]);
    net.ready();
    net
}

/// How often each phone was rung.
fn rang(net: &Net) -> Vec<(&str, usize)> {
    let times = |name: &str| net.all_seen(name).iter().filter(|view: &&View| !view.made).count();
    let all = ["101", "102", "103", "104"].map(|who| (who, times(&format!("acme/{who}"))));
    all.into_iter().filter(|(_, times)| *times > 0).collect()
}

/// What the script noted in the only call.
fn noted(net: &Net) -> String {
    let steps = net.record().decision.steps;
    let note = steps.iter().find_map(|step| match &step.kind {
        StepKind::Verb { name, args, .. } if name == "note" => args["text"].as_text().map(str::to_owned),
        _ => None,
    });
    note.unwrap_or_default()
}

/// Whoever is no gold customer rings this extension.
fn customers_ring(extension: &str) -> [(&'static str, Value); 2] {
    [("source", "customers".into()), ("main", extension.into())]
}

/// Acme as an import may leave it: its number rings 103 by other parameters, another template, another version.
fn imported(what: &str) -> Company {
    let (mut acme, number) = acme();
    match what {
        "params" => acme.bind(number, "vip-by-lookup", &customers_ring("103")),
        "binding" => acme.bind(number, "office-hours", &[("open", "103".into())]),
        _ => {
            let manifest = "title: New\nsummary: The next version.\nfallback: {reject: 480}\n";
            let next = acme.writes("vip-by-lookup", manifest, "ring{targets = '103'}");
            acme.bind_version(number, next, &[]);
        }
    }
    acme
}

#[test]
fn call_follows_the_plan_of_its_invite_whatever_is_imported_meanwhile() {
    for what in ["params", "binding", "version"] {
        let (mut acme, number) = acme();
        acme.bind(number, "vip-by-lookup", &customers_ring("102"));
        let mut net = ready(acme);
        net.exchange.sources.delay = ms(700);
        net.phone("carrier").calls(NUMBER).hangs_up_after(secs(2));
        net.run_for(ms(300));
        assert!(rang(&net).is_empty(), "its script waits for the source");
        net.imports(&[imported(what)]);
        net.run();
        assert_eq!(rang(&net), [("102", 1)], "{what}");
        net.phone("carrier").calls(NUMBER).hangs_up_after(secs(2));
        net.run();
        net.check();
        assert_eq!(rang(&net), [("102", 1), ("103", 1)], "{what}");
        let revisions: Vec<u64> = net.exchange.records().iter().map(|record| record.decision.revision).collect();
        assert_eq!(revisions, [1, 2], "{what}");
    }
}

#[test]
fn office_is_open_by_the_clock_and_the_holidays_of_its_own_zone() {
    // It is Monday, 6 July 2026, 08:00 UTC.
    let table = [
        ("Europe/Berlin", "2026-07-07", "102", "open: mon 09:00-17:00"),
        ("Europe/Berlin", "2026-07-06", "103", "closed: Founders' Day"),
        ("America/New_York", "2026-07-07", "103", "closed: mon 04:00"),
        ("Pacific/Pago_Pago", "2026-07-05", "103", "closed: Founders' Day"),
    ];
    for (zone, holiday, rings, why) in table {
        let (mut acme, number) = acme();
        acme.zone(zone);
        acme.holiday(holiday, "Founders' Day");
        acme.bind(number, "office-hours", &[("open", "102".into()), ("closed", "103".into())]);
        let mut net = ready(acme);
        net.phone("carrier").calls(NUMBER).hangs_up_after(secs(2));
        net.run();
        net.check();
        assert_eq!((rang(&net), noted(&net).as_str()), (vec![(rings, 1)], why), "{zone}");
    }
}

#[test]
fn extensions_own_binding_beats_the_companys() {
    let (mut acme, _) = acme();
    let hers = acme.extension("102");
    acme.bind(hers, "office-hours", &[("open", "104".into())]);
    let mut net = ready(acme);
    net.phone("acme/103").calls("102").hangs_up_after(secs(2));
    net.run();
    net.check();
    assert_eq!(rang(&net), [("104", 1)]);
    let bound = net.record().decision.steps.into_iter().find_map(|step| match step.kind {
        StepKind::Bound { chain, slug, .. } => Some((chain, slug)),
        _ => None,
    });
    assert_eq!(bound, Some((vec![(hers, true)], "office-hours".to_owned())));
    net.phone("acme/103").calls("101").hangs_up_after(secs(2));
    net.run();
    net.check();
    assert_eq!(rang(&net), [("101", 1), ("104", 1)], "who has none of her own is rung by the company's");
}
