//! Calls of every kind over the virtual network: what a release leaves behind as its records.

use crate::support::company::Company;
use crate::support::exchange::SERVER;
use crate::support::net::Net;
use crate::support::phone::{VanishesAfter, Whim};
use crate::support::{ms, secs};
use pbx_core::base::value::Value;
use pbx_core::engine::io::Command;
use pbx_core::journal::{Entry, EntryEffect, OpenCalls};
use pbx_core::template::TemplateVersion;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Acme's numbers, of which one looks up who calls and one has office hours, and the one of
/// Globex, whose source has a default.
const CUSTOMERS: &str = "+4930555100";
const OFFICE: &str = "+4930555101";
const DEFAULT: &str = "+12125550100";

/// Acme's own templates, each bound to an extension: the fallback, and the script.
const SCRIPTS: [(&str, &str, &str, &str); 9] = [
    ("201", "closed", "{reject: 500}", "reject{code = 480, reason = 'Closed'}"),
    (
        "202",
        "second-choice",
        "{reject: 500}",
        "local first = ring{targets = '102', timeout = 10}\nnote{text = '102: ' .. first.status}\n\
         ring{targets = {'103', '104'}, timeout = 10}",
    ),
    ("203", "endless", "{ring: {param: desk, timeout: 20}}", "while true do end"),
    ("204", "broken", "{reject: 480}", "error('no such day')"),
    ("205", "silent", "{ring: {param: desk, timeout: 20}}", "note{text = 'nothing to do'}"),
    (
        "206",
        "asks-nobody",
        "{reject: 500}",
        "local answer = lookup{source = 'weather'}\nnote{text = answer.code}\nring{targets = '102'}",
    ),
    ("207", "greedy", "{reject: 503}", "local text = 'a'\nwhile true do text = text .. text end"),
    ("208", "talkative", "{reject: 503}", "while true do note{text = 'again'} end"),
    ("209", "hopeless", "{ring: {param: nobody, timeout: 20}}", "error('no such night')"),
];

/// A call of some kind: what it is called, and what happens.
type Kind = (&'static str, fn(&mut Net));

const KINDS: &[Kind] = &[
    ("the caller hangs up", |net| drop(net.phone("acme/103").calls("102").hangs_up_after(secs(10)))),
    ("the called one hangs up", |net| {
        net.phone("acme/102").then_hangs_up_after(secs(4));
        net.phone("acme/103").calls("102");
    }),
    ("of three phones one answers", |net| {
        net.phone("acme/101").lets_ring();
        net.phone("acme-101-1").answers_after(secs(2));
        net.phone("acme-101-2").lets_ring();
        net.phone("acme/103").calls("101").hangs_up_after(secs(3));
    }),
    ("one phone is busy, one is dead, one answers", |net| {
        net.phone("acme/101").refuses_after(ms(100), 486);
        net.phone("acme-101-1").is_dead();
        net.phone("acme-101-2").answers_after(secs(5));
        net.phone("acme/103").calls("101").hangs_up_after(secs(2));
    }),
    ("busy", |net| refused(net, 486)),
    ("declined", |net| refused(net, 603)),
    ("the phone gives up", |net| refused(net, 480)),
    ("nobody takes it", |net| {
        net.phone("acme/102").lets_ring();
        net.phone("acme/103").calls("102");
    }),
    ("the phone is dead", |net| {
        net.phone("acme/102").is_dead();
        net.phone("acme/103").calls("102");
    }),
    ("an extension without a phone", |net| drop(net.phone("acme/103").calls("105"))),
    ("an extension that nobody has", |net| drop(net.phone("acme/103").calls("199"))),
    ("a number that no trunk leads to", |net| drop(net.phone("acme/103").calls("+442071234567"))),
    ("an emergency", |net| drop(net.phone("acme/103").calls("112"))),
    ("the caller gives up", |net| {
        net.phone("acme/102").answers_after(secs(9));
        net.phone("acme/103").calls("102").gives_up_after(secs(3));
    }),
    ("the caller gives up while a source is asked", |net| {
        net.exchange.sources.delay = secs(60);
        net.phone("carrier").calls(CUSTOMERS).gives_up_after(ms(600));
    }),
    ("the source knows the caller", |net| drop(net.phone("carrier").calls(CUSTOMERS).hangs_up_after(secs(5)))),
    ("the source does not know the caller", |net| {
        let call = net.phone("carrier").calls(CUSTOMERS);
        call.with("P-Asserted-Identity", "<tel:+4989999999>").hangs_up_after(secs(1));
    }),
    ("the source is slow", |net| {
        net.exchange.sources.delay = secs(60);
        net.phone("carrier").calls(CUSTOMERS).hangs_up_after(secs(1));
    }),
    ("the source is down", |net| {
        net.exchange.sources.down = true;
        net.phone("carrier").calls(CUSTOMERS).hangs_up_after(secs(1));
    }),
    ("a default stands in for the source", |net| {
        net.exchange.sources.down = true;
        net.phone("carrier").calls(DEFAULT).hangs_up_after(secs(1));
    }),
    ("a source that is not there", |net| drop(net.phone("acme/103").calls("206").hangs_up_after(secs(1)))),
    ("an anonymous caller", |net| {
        net.phone("carrier").calls(CUSTOMERS).with("Privacy", "id").hangs_up_after(secs(1));
    }),
    ("during office hours", |net| drop(net.phone("carrier").calls(OFFICE).hangs_up_after(secs(1)))),
    ("a template that refuses", |net| drop(net.phone("acme/103").calls("201"))),
    ("a second choice", |net| {
        net.phone("acme/102").refuses_after(ms(500), 486);
        net.phone("acme/103").lets_ring();
        net.phone("acme/101").calls("202").hangs_up_after(secs(2));
    }),
    ("a script without an end", |net| drop(net.phone("acme/103").calls("203").hangs_up_after(secs(1)))),
    ("a script that fails", |net| drop(net.phone("acme/103").calls("204"))),
    ("a script that decides nothing", |net| drop(net.phone("acme/103").calls("205").hangs_up_after(secs(1)))),
    ("a script that takes all memory", |net| drop(net.phone("acme/103").calls("207"))),
    ("a script that asks for too much", |net| drop(net.phone("acme/103").calls("208"))),
    ("a fallback that rings nobody", |net| drop(net.phone("acme/103").calls("209"))),
    ("held and resumed", |net| {
        let call = net.phone("acme/103").calls("102");
        call.then_after(secs(2), Whim::Hold).then_after(secs(6), Whim::Resume).hangs_up_after(secs(10));
    }),
    ("ended from the console", |net| {
        net.phone("acme/103").calls("102");
        net.run_for(secs(6));
        let (tenant, call, ..) = net.exchange.running().swap_remove(0);
        net.commands_after(ms(1), Command::HangUp { tenant, call });
    }),
    ("cut by the deadline of a drain", |net| {
        net.phone("acme/103").calls("102");
        net.commands_after(secs(5), Command::Drain);
        net.commands_after(secs(9), Command::Cut);
    }),
    ("cut by a restart while two talk", |net| {
        net.phone("acme/103").calls("102").hangs_up_after(secs(30));
        net.restarts_after(secs(10));
    }),
    ("cut by a restart while it rings", |net| {
        net.phone("acme/102").answers_after(secs(30));
        net.phone("acme/103").calls("102");
        net.restarts_after(secs(5));
    }),
    ("the power of both fails", |net| {
        net.phone("acme/102").vanishes(VanishesAfter::Answer(secs(5)));
        net.phone("acme/103").calls("102").vanishes(VanishesAfter::Answer(secs(6)));
    }),
    ("both connections are lost", |net| {
        net.phone("acme/102").speaks_tcp();
        net.phone("acme/103").speaks_tcp();
        net.run_for(secs(1));
        net.phone("acme/102").vanishes(VanishesAfter::Answer(secs(5)));
        net.phone("acme/103").calls("102").vanishes(VanishesAfter::Answer(secs(6)));
    }),
    ("the caller's power fails before it hears of the answer", |net| {
        net.phone("acme/102").answers_after(secs(2));
        net.phone("acme/103").calls("102").vanishes(VanishesAfter::Invite(secs(1)));
    }),
    ("a phone that has as many calls as it may", |net| {
        net.exchange.settings.calls_per_device = 1;
        net.phone("acme/103").calls("102").hangs_up_after(secs(9));
        net.phone("acme/103").calls("104").after(secs(3));
    }),
    ("an offer without a codec", |net| drop(net.phone("acme/103").calls("102").offers(&[]))),
    ("no codec in common", |net| {
        net.phone("acme/102").takes(&[0]);
        net.phone("acme/103").calls("102").offers(&[9]);
    }),
    ("a phone with a wrong address, and a stranger", |net| {
        net.phone("acme/102").describes(IpAddr::from([10, 0, 0, 7]));
        net.phone("acme/103").calls("102").hangs_up_after(secs(6));
        net.run_for(secs(4));
        stranger_sends(net);
    }),
    ("a phone that is heard from elsewhere, and one that is not", |net| {
        for name in ["acme/103", "acme/104"] {
            net.phone(name).speaks_from(IpAddr::from([198, 51, 100, 55]));
        }
        net.phone("acme/103").calls("104").hangs_up_after(secs(10));
    }),
];

fn refused(net: &mut Net, code: u16) {
    net.phone("acme/102").refuses_after(secs(2), code);
    net.phone("acme/103").calls("102");
}

/// Sends a packet of somebody whom nobody knows to every port for media.
fn stranger_sends(net: &mut Net) {
    let mut packet = vec![0x80, 8, 0, 1, 0, 0, 0, 1, 0xba, 0xd0, 0xba, 0xd0];
    packet.extend([0; 160]);
    let stranger = SocketAddr::from(([198, 51, 100, 99], 4000));
    for port in (20_000..40_000).step_by(2) {
        net.injects_after(ms(10), stranger, SocketAddr::new(SERVER.ip(), port), packet.clone());
    }
}

/// Makes Acme, with people at 101 (three phones) to 105 (no phone) and templates at 201 to 209,
/// and Globex.
fn companies() -> Vec<Company> {
    let mut acme = Company::new("acme", 1).with_extensions(&["102", "103", "104"]).with_roaming("104");
    acme.hire("101", 3);
    acme.hire("105", 0);
    acme.source();
    let main = Value::List(vec!["102".into(), "103".into()]);
    acme.number(CUSTOMERS, "vip-by-lookup", &[("source", "customers".into()), ("main", main)]);
    acme.number(OFFICE, "office-hours", &[("open", "102".into()), ("closed", "103".into())]);
    for (extension, slug, fallback, lua) in SCRIPTS {
        acme.hire(extension, 0);
        let manifest = format!(
            "title: {slug}\nsummary: A call of some kind.\nparams:\n  - {{name: desk, label: Who rings, type: destination, \
             default: \"102\"}}\n  - {{name: nobody, label: Who does not, type: destination, default: \"105\"}}\n\
             fallback: {fallback}\n"
        );
        let version = acme.writes(slug, &manifest, lua);
        acme.bind_version(acme.extension(extension), version, &[("desk", "102".into()), ("nobody", "105".into())]);
    }
    let mut globex = Company::new("globex", 2).with_extensions(&["101", "102"]);
    let fields = [("name", "Somebody"), ("tier", "gold"), ("account_manager", "101")];
    let fields = fields.map(|(name, value)| (name.to_owned(), Value::from(value)));
    globex.source_or(Some(Value::Map(fields.into())));
    globex.number(DEFAULT, "vip-by-lookup", &[("source", "customers".into()), ("main", "102".into())]);
    vec![acme, globex]
}

/// A call of some kind, over.
pub(super) struct Played {
    /// What it is called.
    pub(super) name: &'static str,
    /// Its record, as it is kept.
    pub(super) json: String,
    /// The template versions that its company had.
    pub(super) templates: Vec<Arc<TemplateVersion>>,
}

/// Plays every kind of call, each on a network of its own.
pub(super) fn played() -> Vec<Played> {
    (1..).zip(KINDS).flat_map(|(seed, (name, happens))| on_a_network(seed, name, *happens)).collect()
}

fn on_a_network(seed: u64, name: &'static str, happens: fn(&mut Net)) -> Vec<Played> {
    let mut net = Net::new(seed, 1, companies());
    net.exchange.sources.knows("+4989123456", &[("name", "Gold Ltd"), ("tier", "gold"), ("account_manager", "101")]);
    net.ready();
    happens(&mut net);
    net.run();
    net.nothing_is_left();
    let tenants = net.exchange.directory.tenants();
    let templates: Vec<_> = tenants.flat_map(|tenant| tenant.templates.values().cloned()).collect();
    records(&net).into_iter().map(|json| Played { name, json, templates: templates.clone() }).collect()
}

/// Returns the records of a network as they are kept.
fn records(net: &Net) -> Vec<String> {
    let mut open = OpenCalls::default();
    let finished = net.exchange.journal.iter().filter_map(|entry: &Entry| match open.apply(entry) {
        EntryEffect::Finished(record, told) => Some(record.json_after(&told)),
        _ => None,
    });
    finished.collect()
}
