//! The tracked files of the repository, for the other rules to look at.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's folder.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that git tracks or would track, relative to the root.
pub(super) fn files() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    assert!(output.status.success(), "git ls-files failed");
    let mut files: Vec<PathBuf> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(PathBuf::from)
        .filter(|f| root().join(f).is_file())
        .collect();
    files.sort();
    files.dedup();
    files
}

/// Those with this ending.
pub(super) fn with_ending(ending: &str) -> Vec<PathBuf> {
    files().into_iter().filter(|f| f.extension().is_some_and(|e| e == ending)).collect()
}

/// A file's text.
pub(super) fn text(file: &Path) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}
