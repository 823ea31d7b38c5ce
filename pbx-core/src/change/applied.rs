//! What comes of a batch of changes: what differs now, or why nothing does.

use super::diff::Diff;
use super::import::Unnamed;
use super::{Fault, ObjectId};
use crate::secret::Plain;
use crate::store::StoreError;

/// What a batch of changes has changed.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What differs now; after a dry run, what would differ.
    pub diff: Diff,
    /// The revision that is in effect.
    pub revision: u64,
    /// Secrets that were minted, to be shown once.
    pub minted: Vec<Minted>,
    /// E-mails of log-ins of this batch that nobody can use: they have no password.
    pub locked_out: Vec<String>,
    /// E-mails of log-ins of this batch whose passwords are short enough to be guessed.
    pub short: Vec<String>,
    /// Tenants that a pruned file did not name. They stay, unless the import was told how many go.
    pub unnamed: Vec<Unnamed>,
}

/// A secret that was minted.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The device or log-in that it belongs to.
    pub id: ObjectId,
    /// The device's SIP user name, or the log-in's e-mail.
    pub name: String,
    /// The secret.
    pub password: Plain,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Everything that is wrong with the batch.
    #[error("{}", list(.0))]
    Faults(Vec<Fault>),
    /// The store could not write it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}
