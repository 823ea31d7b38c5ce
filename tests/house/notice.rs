//! What others wrote of the program is named in NOTICE, as the two lock files have it.

use super::sources::text;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::Path;

const LOCKS: [&str; 2] = ["Cargo.lock", "admin-ui/web/package-lock.json"];

#[test]
fn notice_was_made_from_the_lock_files_as_they_are() {
    let notice = text(Path::new("NOTICE"));
    for lock in LOCKS {
        let digest = Sha256::digest(text(Path::new(lock)).as_bytes());
        let hex = digest.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        assert!(notice.contains(&format!("{lock} {hex}\n")), "{lock} has changed since: run `make notice`");
    }
}

#[test]
fn notice_names_what_we_cannot_do_without_in_the_locked_version() {
    let notice = text(Path::new("NOTICE"));
    let lock = text(Path::new("Cargo.lock"));
    let scripts = text(Path::new("admin-ui/web/package-lock.json"));
    let listed: Vec<(&str, &str)> = notice
        .lines()
        .skip_while(|line| *line != "Crates:")
        .take_while(|line| !line.starts_with("----"))
        .filter_map(|line| line.split_once(": ")?.0.split_once(' '))
        .collect();
    for (name, version) in &listed {
        let crates = lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n"));
        let packages = scripts.contains(&format!("\"node_modules/{name}\": {{\n      \"version\": \"{version}\""));
        assert!(crates || packages, "{name} {version} is in neither lock file");
    }
    for name in ["tokio", "rustls", "mlua", "luau0-src", "libsqlite3-sys", "ring", "htmx.org", "@tabler/icons"] {
        assert!(listed.iter().any(|(listed, _)| *listed == name), "{name} ships and is not named");
    }
}
