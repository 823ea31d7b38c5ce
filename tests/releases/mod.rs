//! What a release wrote is read by every later one: `tests/fixtures/` keeps a folder of each, and
//! this release opens them all, with one that it has just written itself. `make fixtures` keeps
//! that one.

mod data_folder;
mod later;
mod records;
mod repertoire;
mod story;

use crate::rig::folder::Folder;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Returns where this release's folder is to be kept; `None` if nobody asks for it.
fn kept() -> Option<PathBuf> {
    std::env::var_os("FIXTURES").map(PathBuf::from)
}

/// Lists the folders of the releases before, the oldest first.
fn earlier() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let entries = std::fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir() && Some(path) != kept().as_ref()).collect();
    folders.sort();
    assert!(!folders.is_empty() || kept().is_some(), "no release has left anything");
    folders
}

/// Writes what this release leaves behind into a folder of the test's own.
fn written(write: impl FnOnce(&Path)) -> Folder {
    let folder = Folder::new("release");
    write(folder.path());
    folder
}

/// Keeps a part of it where somebody asks for that. Each part is kept by one test, so that it is
/// of one piece.
fn keep(written: &Folder) {
    if let Some(kept) = kept() {
        copy(written.path(), &kept);
    }
}

/// Copies a folder with all that is in it. Git keeps no modes, and a key that others may read is
/// refused.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, copied) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).unwrap();
        if path.is_dir() {
            copy(&path, &copied);
            continue;
        }
        std::fs::copy(&path, &copied).unwrap();
        std::fs::set_permissions(&copied, PermissionsExt::from_mode(0o600)).unwrap();
    }
}
