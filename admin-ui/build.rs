//! Embeds the views, the language catalogues and what esbuild made of `web/`, so that one file runs from any folder.
//!
//! Node is not needed to build: without `web/dist` the list of assets is empty and the console says so.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for folder in ["views", "lang", "web/dist"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    let mut text = String::new();
    table(&mut text, "VIEWS", "&str", "include_str!", &root.join("views"))?;
    table(&mut text, "CATALOGUES", "&str", "include_str!", &root.join("lang"))?;
    table(&mut text, "ASSETS", "&[u8]", "include_bytes!", &root.join("web/dist"))?;
    fs::write(out.join("embedded.rs"), text)
}

/// Writes one table of (name within the folder, content).
fn table(text: &mut String, name: &str, of: &str, include: &str, folder: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    files.sort();
    let _ = writeln!(text, "pub(crate) static {name}: &[(&str, {of})] = &[");
    for file in files {
        let relative = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let _ = writeln!(text, "    ({relative:?}, {include}({:?})),", file.to_string_lossy());
    }
    let _ = writeln!(text, "];");
    Ok(())
}

/// Every file under a folder; none if there is no such folder.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
