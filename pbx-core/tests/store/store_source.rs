//! The functions of the store as its source has them.

use std::path::Path;

/// One that others may call.
pub(crate) struct Function {
    pub(crate) name: String,
    /// Whether its first argument after `self` is a tenant.
    pub(crate) takes_a_tenant: bool,
}

/// All of them: whatever in `store/sql` is public without restriction.
pub(crate) fn store_functions() -> Vec<Function> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/sql");
    let mut functions = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in plain.split("pub ").skip(1) {
            let words = part.trim_start_matches("const ").trim_start_matches("async ");
            let Some((name, rest)) = words.strip_prefix("fn ").and_then(|head| head.split_once('(')) else { continue };
            let arguments = ["&mut self", "&self", "self"]
                .iter()
                .find_map(|own| rest.trim_start().strip_prefix(own))
                .map_or(rest, |rest| rest.trim_start_matches(','));
            let takes_a_tenant = arguments.trim_start().starts_with("tenant: TenantId");
            functions.push(Function { name: name.to_owned(), takes_a_tenant });
        }
    }
    functions
}
