//! The import file: what it says becomes a batch of changes against what is there.
//!
//! Objects are matched by `id`; where the file gives none, by the natural key (e-mail, extension, number). What the file
//! does not mention stays: a missing key keeps the old value, a missing object stays, unless it is pruned. Pruning removes
//! what a mentioned tenant has and the file does not, and trunks and operators that are missing from a list that the file
//! has; whole tenants only where it is said how many of them go.

mod binding;
mod document;
mod gathered;
mod keys;
mod people;
mod prune;
mod scanner_words;
mod server;
mod table;
mod tenant;
mod unnamed;

pub use keys::reference;
pub(super) use keys::reference_order;
pub use unnamed::Unnamed;
pub(super) use unnamed::{counted, removals};

use super::object::Step;
use super::state::State;
use super::{Fault, Origin};
use crate::base::ids::TenantId;
use gathered::Import;
use std::collections::HashSet;
use table::Table;

/// How a file is imported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ImportOptions {
    /// Only show what would change.
    pub dry_run: bool,
    /// Remove what the file does not mention: of the tenants that it mentions, and of the lists that it has.
    pub prune: bool,
    /// Of a pruned file, remove so many tenants that its list does not name: exactly so many must be missing.
    pub prune_tenants: Option<usize>,
}

/// What a file wants.
#[derive(Default)]
pub(super) struct Wish {
    /// The changes.
    pub(super) steps: Vec<Step>,
    /// All that is wrong with the file itself.
    pub(super) faults: Vec<Fault>,
    /// Tenants that a pruned file does not name.
    pub(super) unnamed: Vec<(TenantId, String)>,
    /// Where its keys stand.
    pub(super) file: Origin,
}

impl Wish {
    fn failed(fault: Fault) -> Self {
        Self { faults: vec![fault], ..Self::default() }
    }
}

/// Reads what a file wants.
pub(super) fn read(text: &str, state: &State, options: ImportOptions) -> Wish {
    let trunks = state.trunks().map(|trunk| (trunk.slug.clone(), trunk.id)).collect();
    let mut import = Import { state, steps: Vec::new(), faults: Vec::new(), mentioned: HashSet::new(), trunks };
    let root = match document::read(text) {
        Ok((root, faults)) => {
            import.faults = faults;
            root
        }
        Err(fault) => return Wish::failed(fault),
    };
    let Some(root) = root.filter(|root| !root.is_null()) else {
        let origin = Origin { line: Some(1), ..Origin::default() };
        return Wish::failed(Fault::about(&origin, "required", "the file is empty"));
    };
    let mut wish = Wish::default();
    if let Some(file) = Table::of(&root, "", keys::FILE, &mut import.faults) {
        server::read(&mut import, &file);
        for (index, node) in file.list("tenants", &mut import.faults).unwrap_or_default().iter().enumerate() {
            tenant::read(&mut import, node, index);
        }
        // Of a list that was left empty, nobody knows what should go.
        if options.prune && import.faults.iter().all(|fault| fault.code != "empty") {
            prune::prune(&mut import, &file);
            wish.unnamed = prune::unnamed(&import, &file);
        }
        wish.file = file.origin;
    }
    Wish { steps: import.steps, faults: import.faults, ..wish }
}
