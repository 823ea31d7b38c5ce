//! Whole tenants that a pruned file does not name: they stay, unless it is said how many of them go.

use super::ImportOptions;
use crate::base::ids::TenantId;
use crate::change::{Change, Fault, ObjectId, Origin, Step};
use crate::store::{Store, StoreError};
use std::fmt;

/// A tenant that a pruned file does not name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unnamed {
    /// The tenant.
    pub id: TenantId,
    /// Its natural key.
    pub slug: String,
    /// How many records of calls are kept of it.
    pub calls: u64,
}

impl fmt::Display for Unnamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.slug, self.calls, if self.calls == 1 { "call" } else { "calls" })
    }
}

/// How many of them are named in one line; a server may have thousands.
const SHOWN: usize = 20;

/// Some of them in words.
pub(in crate::change) fn words(unnamed: &[Unnamed]) -> String {
    let mut names: Vec<String> = unnamed.iter().take(SHOWN).map(Unnamed::to_string).collect();
    if unnamed.len() > SHOWN {
        names.push(format!("{} more", unnamed.len() - SHOWN));
    }
    names.join(", ")
}

/// Counts what would go with each.
pub(in crate::change) async fn counted(
    store: &Store,
    tenants: Vec<(TenantId, String)>,
) -> Result<Vec<Unnamed>, StoreError> {
    let mut unnamed = Vec::with_capacity(tenants.len());
    for (id, slug) in tenants {
        unnamed.push(Unnamed { id, slug, calls: store.count_calls(id).await? });
    }
    Ok(unnamed)
}

/// Their removal, where the number that was given is theirs; a fault where it is another.
pub(in crate::change) fn removals(
    unnamed: &[Unnamed],
    options: ImportOptions,
    file: &Origin,
) -> Result<Vec<Step>, Fault> {
    match options.prune_tenants {
        None => Ok(Vec::new()),
        Some(number) if number == unnamed.len() => {
            let removal = |tenant: &Unnamed| Change::Remove(ObjectId::Tenant(tenant.id));
            Ok(unnamed.iter().map(|tenant| Step { change: removal(tenant), origin: file.clone() }).collect())
        }
        Some(number) => {
            let (left, words) = (unnamed.len(), words(unnamed));
            let message = match left {
                0 => format!("--prune-tenants={number}: the file names every tenant, none would go"),
                _ => format!(
                    "--prune-tenants={number}: the file leaves out {left}, and each would go with all that is kept of \
                     it: {words}; write --prune-tenants={left} if all of them are meant"
                ),
            };
            Err(Fault::at(file, "tenants", "bound", message))
        }
    }
}
