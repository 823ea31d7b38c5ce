//! Documents that are made from the code are as the code is. `UPDATE=1 cargo test --test system generated` writes them again.

use super::sources::root;

fn is_current(file: &str, wanted: &str) {
    let path = root().join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, wanted).unwrap_or_else(|e| panic!("{file}: {e}"));
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{file} is not what the code says: run UPDATE=1 cargo test --test system generated");
}

#[test]
fn the_settings_document_is_what_the_table_says() {
    is_current("docs/CONFIG.md", &ringdown::config::markdown());
}
