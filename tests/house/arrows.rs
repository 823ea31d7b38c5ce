//! Dependencies point one way: between crates by their manifests, inside `pbx-core` by what its modules use.

use super::sources::{text, with_ending};
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
