//! The one way to write configuration: a batch of changes is validated as a whole, shown as a diff, written in one
//! transaction with its audit lines, and in effect with the next snapshot. Console, API and import alike come through here.

mod applied;
mod catalogue;
mod configuration;
mod database_key;
mod diff;
mod edit;
mod export;
mod fault;
pub mod import;
mod object;
mod shown;
mod snapshot;
mod state;
mod validate;
mod write;

pub use applied::{Applied, Minted, Refusal};
pub use catalogue::Catalogue;
pub use configuration::{Configuration, ConfigurationError};
pub use database_key::{DatabaseKeyError, Fresh, keys_of};
pub use diff::{Act, Diff, FieldChange, ObjectDiff};
pub use fault::{Fault, Origin};
pub use object::{Change, NewSecret, Object, ObjectId, Step};

/// The template that every tenant runs where it chose none.
pub const DEFAULT_TEMPLATE: &str = "ring-person";
