//! Dependencies point one way: between crates by their manifests, between the modules of `pbx-core`
//! and between files by what they use.

use super::circles::circles;
use super::production::{Source, sources};
use super::sources::{text, with_ending};
use super::uses::arrows;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Which of our crates each crate may depend on.
const CRATES: &[(&str, &[&str])] = &[
    ("pbx-core/sip", &[]),
    ("pbx-core/media", &[]),
    ("pbx-core", &["pbx-sip", "pbx-media"]),
    ("templates", &["pbx-core"]),
    ("provisioning", &["pbx-core"]),
    ("admin-ui", &["pbx-core", "templates", "provisioning"]),
];

const OURS: &[&str] = &["pbx-sip", "pbx-media", "pbx-core", "templates", "provisioning", "admin-ui", "ringdown"];

#[test]
fn crates_depend_downwards_only() {
    for (folder, allowed) in CRATES {
        let manifest = text(Path::new(&format!("{folder}/Cargo.toml")));
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or("");
        let dependencies = dependencies.split("\n[").next().unwrap_or("");
        for ours in OURS {
            let depends = dependencies.lines().any(|l| l.split(['.', ' ', '=']).next() == Some(ours));
            assert!(!depends || allowed.contains(ours), "{folder} may not depend on {ours}");
        }
    }
}

/// The floors of `pbx-core`, the lowest first. A module uses modules of its own floor and of lower ones.
const FLOORS: &[&[&str]] = &[
    &["base", "sip_methods"],
    &["location", "secret"],
    &["template", "script", "dial_plan", "directory", "event", "cause"],
    &["decision", "cdr"],
    &["sip_log"],
    &["journal", "message"],
    &["registrar", "store"],
    &["change", "door"],
    &["context"],
    &["call"],
    &["engine"],
    &["net"],
];

#[test]
fn modules_of_the_exchange_use_lower_floors_only() {
    let floor: BTreeMap<&str, usize> =
        FLOORS.iter().enumerate().flat_map(|(n, names)| names.iter().map(move |name| (*name, n))).collect();
    let mut upwards = Vec::new();
    for file in with_ending("rs").iter().filter(|f| f.starts_with("pbx-core/src")) {
        let Some(own) = module_of(file) else { continue };
        let own_floor =
            *floor.get(own.as_str()).unwrap_or_else(|| panic!("{own} has no floor: give it one in this test"));
        for used in used_modules(&text(file)) {
            let Some(used_floor) = floor.get(used.as_str()) else { continue };
            if *used_floor > own_floor {
                upwards.push(format!("{} uses {used}", file.display()));
            }
        }
    }
    assert!(upwards.is_empty(), "arrows that point up:\n{}", upwards.join("\n"));
}

#[test]
fn no_two_modules_of_the_exchange_use_each_other() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in with_ending("rs").iter().filter(|f| f.starts_with("pbx-core/src")) {
        if let Some(own) = module_of(file) {
            uses.entry(own).or_default().extend(used_modules(&text(file)));
        }
    }
    let circles = uses.iter().flat_map(|(one, used)| {
        let back = used.iter().filter(move |other| *other > one);
        back.filter(|other| uses.get(*other).is_some_and(|back| back.contains(one))).map(move |other| (one, other))
    });
    let circles: Vec<_> = circles.collect();
    assert!(circles.is_empty(), "modules that use each other: {circles:?}");
}

#[test]
fn no_two_files_of_the_exchange_use_each_other() {
    for crate_root in ["pbx-core/src", "pbx-core/sip/src", "pbx-core/media/src"] {
        let arrows = arrows(crate_root);
        let count = arrows.values().map(BTreeSet::len).sum::<usize>();
        assert!(count > arrows.len(), "only {count} arrows between the files of {crate_root}");
        let circles = circles(&arrows);
        assert!(circles.is_empty(), "files that use each other:\n{}", circles.join("\n"));
    }
}

#[test]
fn an_arrow_leads_to_the_file_that_declares_the_item() {
    let arrows = arrows("pbx-core/src");
    let uses = |from: &str, to: &str| {
        let (from, to) = (Path::new("pbx-core/src").join(from), Path::new("pbx-core/src").join(to));
        arrows[&from].contains(&to)
    };
    // By a re-export, by `super`, by a path in the code.
    assert!(uses("engine/outside.rs", "door/verdict.rs"));
    assert!(uses("registrar/reach.rs", "registrar/mod.rs"));
    assert!(uses("engine/calls.rs", "call/mod.rs"));
    assert!(!uses("registrar/mod.rs", "registrar/reach.rs"), "composing a room is no arrow");
}

#[test]
fn what_a_call_does_stands_in_one_file() {
    let is_of_call = |source: &Source| source.text.lines().any(|line| line.starts_with("impl Call {"));
    let core = sources().into_iter().filter(|source| source.file.starts_with("pbx-core/src") && is_of_call(source));
    let files: Vec<_> = core.map(|source| source.file).collect();
    assert_eq!(files, [Path::new("pbx-core/src/call/mod.rs")]);
}

/// The features of a call, whose state no other file sees.
const FEATURES: &[&str] =
    &["CallerAnswers", "EarlyMedia", "Lookups", "Pair", "Ring", "Routing", "SessionChanges", "Setup", "Talk", "WrapUp"];

/// Types of a call's drawers with open fields, each with the reason: they hold no feature's state.
const OPEN: &[(&str, &str)] = &[
    ("ArgSpec", "a row of the table of verbs"),
    ("Asked", "a re-INVITE as it came, which the change that answers it reads"),
    ("CallFacts", "what a call lends the routing code for one decision"),
    ("Finished", "a finished decision, returned to the call"),
    ("Fork", "a phone to ring, returned to the verb"),
    ("Found", "the phones of a dialled target, returned to the verb"),
    ("LiveFacts", "what a call and the world lend the routing code for one decision"),
    ("OutcomeSpec", "a row of the table of verbs"),
    ("Over", "the end of a talk, returned to the call"),
    ("Rang", "what became of a leg that rang, returned to the call"),
    ("ReinviteRefusal", "the answer to a re-INVITE that is refused, returned by its asker"),
    ("Reoffer", "a session change under way, which SessionChanges keeps from all other drawers"),
    ("SessionChange", "a session change that is asked for, passed from step to step of its drawer"),
    ("VerbSpec", "a row of the table of verbs"),
];

#[test]
fn features_of_a_call_keep_their_state_to_themselves() {
    let rooms = ["setup", "talk", "verb", "wrap_up.rs"].map(|room| Path::new("pbx-core/src/call").join(room));
    let files = sources().into_iter().filter(|source| rooms.iter().any(|room| source.file.starts_with(room)));
    let types: Vec<(String, bool)> = files.flat_map(|source| structs(&source)).collect();
    let declared = |name: &str| types.iter().any(|(of, _)| of == name);
    let gone: Vec<_> =
        OPEN.iter().map(|(name, _)| *name).chain(FEATURES.iter().copied()).filter(|name| !declared(name)).collect();
    assert!(gone.is_empty(), "types that are not there: {gone:?}");
    let is_listed = |name: &str| OPEN.iter().any(|(open, _)| *open == name);
    let open: Vec<_> = types.iter().filter(|(name, is_open)| *is_open && !is_listed(name)).collect();
    assert!(open.is_empty(), "fields that other files see: {open:?}");
}

/// Returns the structs of a file, each with whether a field is visible outside of it.
fn structs(source: &Source) -> Vec<(String, bool)> {
    let code = source.code();
    let read = |rest: &str| {
        let name = rest.split(|c: char| !c.is_alphanumeric()).next()?.to_owned();
        let body = &rest[..rest.find(";\n").into_iter().chain(rest.find("\n}")).min()?];
        Some((name, body.split(['(', '{', ',']).any(|field| field.trim_start().starts_with("pub"))))
    };
    code.split("struct ").skip(1).filter_map(read).collect()
}

fn module_of(file: &Path) -> Option<String> {
    let inside = file.strip_prefix("pbx-core/src").ok()?;
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    let name = first.trim_end_matches(".rs").to_owned();
    (name != "lib").then_some(name)
}

fn used_modules(source: &str) -> Vec<String> {
    let code: String = source.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    code.split("crate::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .collect()
}

#[test]
fn sql_is_at_home_in_store_sql_only() {
    let words = ["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE "];
    let astray: Vec<_> = with_ending("rs")
        .into_iter()
        .filter(|f| !f.starts_with("pbx-core/src/store/sql") && !f.components().any(|c| c.as_os_str() == "tests"))
        .filter(|f| {
            let code = text(f);
            code.contains("sqlx::query") || (code.contains("sqlx") && words.iter().any(|w| code.contains(w)))
        })
        .collect();
    assert!(astray.is_empty(), "SQL outside store/sql: {astray:?}");
}

#[test]
fn sockets_are_opened_in_net_and_media_only() {
    let words = ["UdpSocket::bind", "TcpListener::bind", "TcpStream::connect", "tokio::net"];
    let astray: Vec<_> = with_ending("rs")
        .into_iter()
        .filter(|f| f.starts_with("pbx-core") && !f.starts_with("pbx-core/src/net") && !f.starts_with("pbx-core/media"))
        .filter(|f| !f.components().any(|c| c.as_os_str() == "tests"))
        .filter(|f| words.iter().any(|w| text(f).contains(w)))
        .collect();
    assert!(astray.is_empty(), "a socket outside net: {astray:?}");
}

#[test]
fn every_folder_of_the_exchange_has_its_sentence() {
    let sentences = text(Path::new("pbx-core/src/lib.rs"));
    let mut folders: Vec<String> = with_ending("rs")
        .iter()
        .filter_map(|f| f.strip_prefix("pbx-core/src").ok().map(Path::to_owned))
        .filter(|f| f.components().count() > 1)
        .filter_map(|f| Some(f.components().next()?.as_os_str().to_string_lossy().into_owned()))
        .collect();
    folders.dedup();
    for folder in folders {
        assert!(sentences.contains(&format!("//! - `{folder}`: ")), "pbx-core/src/{folder} has no sentence in lib.rs");
    }
}
