//! Templates that mean harm, as calls: theirs end in the fallback, everybody else's go on as if nothing were.

use crate::support::company::Company;
use crate::support::net::Net;
use crate::support::scripts::Scripts;
use crate::support::{ms, secs};
use pbx_core::base::ids::TenantId;
use pbx_core::base::value::Value;
use pbx_core::decision::StepKind;
use pbx_core::event::Disposition;
use pbx_core::script::FaultKind;

/// What each kind of harm must be stopped as.
const HOSTILE: [(&str, FaultKind, &str); 9] = [
    ("endless loop", FaultKind::Budget, "while true do end"),
    ("loop in pcall", FaultKind::Budget, "while true do pcall(function() while true do end end) end"),
    ("loop in a callback", FaultKind::Budget, "string.gsub('a', 'a', function() while true do end end)"),
    ("memory bomb", FaultKind::Memory, "local s = 'a' while true do s = s .. s end"),
    ("pattern bomb", FaultKind::Budget, "string.find(string.rep('a', 30000), '(.-)(.-)(.-)(.-)(.-)b')"),
    ("deep recursion", FaultKind::Error, "local function f(n) return 1 + f(n + 1) end f(1)"),
    ("10 MB into a header", FaultKind::Error, "reject{code = 486, reason = string.rep('x', 10000000)}"),
    ("2 MB into a header", FaultKind::Error, "local s = string.rep('x', 1000000) reject{code = 486, reason = s .. s}"),
    ("line break in a number", FaultKind::Error, "ring{targets = '300\\r\\nVia: SIP/2.0/UDP evil'}"),
];

const MANIFEST: &str = "title: Hostile\nsummary: Means harm.\nparams:\n  - {name: desk, label: Who rings, type: destination}\n\
                        fallback: {ring: {param: desk, timeout: 20}}\n";

const QUIET: [&str; 3] = ["acme", "globex", "initech"];

/// Everybody calls so often, the next time while the scripts of the last still ask their source.
const WAVES: u64 = 3;

/// Mallory, whose 20x run the x-th harm and fall back to 30x.
fn mallory() -> Company {
    let mut mallory = Company::new("mallory", 1);
    for (n, (_, _, lua)) in HOSTILE.iter().enumerate() {
        let [caller, called, desk] = [100, 200, 300].map(|hundred| (hundred + n).to_string());
        mallory.hire(&caller, 1);
        mallory.hire(&called, 0);
        mallory.hire(&desk, 1);
        let harm = mallory.writes(&format!("harm-{n}"), MANIFEST, lua);
        mallory.bind_version(mallory.extension(&called), harm, &[("desk", desk.into())]);
    }
    mallory
}

/// A company like any other: 102 is called by 101, 103 by customers.
fn quiet(slug: &str, place: u8) -> Company {
    let mut company = Company::new(slug, place).with_extensions(&["101", "102", "103"]);
    company.source();
    let main: (&str, Value) = ("main", "103".into());
    company.number(&number_of(place), "vip-by-lookup", &[("source", "customers".into()), main]);
    company
}

fn number_of(place: u8) -> String {
    format!("+4930555{place:03}")
}

/// All of them at once, on that many script threads.
fn day(threads: usize) -> Net {
    let quiet = (2..).zip(QUIET).map(|(place, slug)| quiet(slug, place));
    let mut net = Net::new(5, 1, std::iter::once(mallory()).chain(quiet).collect());
    net.exchange.scripts = Scripts::on_threads(threads);
    net.ready();
    for at in (0..WAVES).map(|wave| ms(wave * 30)) {
        for n in 0..HOSTILE.len() {
            net.phone(&format!("mallory/{}", 100 + n)).calls(&(200 + n).to_string()).after(at).hangs_up_after(secs(2));
        }
        for (place, slug) in (2..).zip(QUIET) {
            net.phone(&format!("{slug}/101")).calls("102").after(at).hangs_up_after(secs(2));
            net.phone("carrier").calls(&number_of(place)).after(at).hangs_up_after(secs(2));
        }
    }
    net.run();
    net.check();
    net
}

/// Each hostile call was stopped as it should, and rang the fallback's desk.
fn harm_ends_in_the_fallback(net: &Net) {
    let mallory = TenantId::of_key("mallory");
    let mut records = net.exchange.records();
    records.retain(|record| record.tenant == mallory);
    for (n, (what, expected, _)) in HOSTILE.iter().enumerate() {
        let [caller, desk] = [100, 300].map(|hundred| (hundred + n).to_string());
        let theirs: Vec<_> = records.iter().filter(|record| record.from.number == caller).collect();
        assert_eq!(theirs.len() as u64, WAVES, "{what}");
        for record in theirs {
            assert_eq!(
                (record.disposition, record.to.number.as_str()),
                (Disposition::Answered, desk.as_str()),
                "{what}"
            );
            let steps = &record.decision.steps;
            let fault = steps.iter().find_map(|step| match &step.kind {
                StepKind::ScriptFault { kind, .. } => Some(*kind),
                _ => None,
            });
            assert_eq!(fault, Some(*expected), "{what}: {steps:#?}");
            assert!(steps.iter().any(|step| matches!(step.kind, StepKind::Fallback { .. })), "{what}");
        }
        let rung = net.all_seen(&format!("mallory/{desk}"));
        assert!(rung.len() as u64 == WAVES && rung.iter().all(|view| view.talked()), "{what}: {rung:#?}");
    }
}

/// Every other tenant's call was answered, by the script that it was meant to have.
fn all_others_complete(net: &Net) {
    let mallory = TenantId::of_key("mallory");
    let mut records = net.exchange.records();
    records.retain(|record| record.tenant != mallory);
    assert_eq!(records.len() as u64, 2 * WAVES * QUIET.len() as u64);
    for record in &records {
        assert_eq!(record.disposition, Disposition::Answered, "{record:#?}");
        let failed = |kind: &StepKind| matches!(kind, StepKind::ScriptFault { .. } | StepKind::Fallback { .. });
        assert!(!record.decision.steps.iter().any(|step| failed(&step.kind)), "{record:#?}");
    }
    for name in QUIET.iter().flat_map(|slug| [format!("{slug}/102"), format!("{slug}/103")]) {
        let rung = net.all_seen(&name);
        assert!(rung.len() as u64 == WAVES && rung.iter().all(|view| view.talked()), "{name}: {rung:#?}");
    }
}

#[test]
fn hostile_templates_end_in_their_fallback_and_hold_up_nobody() {
    for threads in [1, 2] {
        let net = day(threads);
        harm_ends_in_the_fallback(&net);
        all_others_complete(&net);
        let stats = net.exchange.scripts.stats();
        assert_eq!(stats.most_active, 1 + QUIET.len() as u64, "they met: {stats:?}");
        assert!(stats.longest_wait <= stats.most_active && stats.unfair == 0, "{stats:?}");
    }
}
