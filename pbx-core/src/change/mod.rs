//! The one way to write configuration: a batch of changes is validated as a whole, shown as a diff, written in one
//! transaction with its audit lines, and in effect with the next snapshot. Console, API and import alike come through here.

mod applied;
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
pub use configuration::{Configuration, ConfigurationError};
pub use database_key::{DatabaseKeyError, Fresh, keys_of};
pub use diff::{Act, Diff, FieldChange, ObjectDiff};
pub use fault::{Fault, Origin};
pub use object::{Change, NewSecret, Object, ObjectId, Step};

use crate::template::TemplateVersion;
use std::sync::Arc;

/// The templates that can be bound: a port that the templates room fills.
pub trait Catalogue: Send + Sync {
    /// The newest version of a template.
    fn template(&self, slug: &str) -> Option<Arc<TemplateVersion>>;
    /// The slugs of all templates, in order.
    fn slugs(&self) -> Vec<String>;
}

/// The template that every tenant runs where it chose none.
pub const DEFAULT_TEMPLATE: &str = "ring-person";
