//! What is kept, in words of the domain. SQL lives in `sql` alone.
//!
//! Rules: `TenantId` is the first argument of every function that touches what a tenant owns; what is another tenant's
//! reads as "not there". Server-wide functions (operators, trunks, log-in, sessions) live in files of their own that say so.
//! A look-up answers `Option`: not finding is no error. Configuration is written through [`Work`] by `change` alone.

mod access;
mod audit_page;
mod call_search;
mod config;
mod projector;
mod refreshes;
pub mod sql;

pub use access::{Account, Claim, Role, StoredResponse, StoredSession, Token, UnknownWord};
pub use audit_page::{AuditCursor, AuditPage};
pub use call_search::{BadCursor, CallQuery, CallRow, CallsPage, Cursor};
pub use config::{BindingConfig, DeviceConfig, NumberConfig, PersonConfig, TenantConfig};
pub use projector::Projector;
pub use sql::{DatabaseOwner, Place, Store, Work};

use crate::cdr::RecordError;

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed, or refused.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Another server works on the database right now.
    #[error("another server works on this database")]
    NotOurs,
    /// The database's layout could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row holds what this release can't read.
    #[error("unreadable {what} in the database: {why}")]
    Unreadable {
        /// The kind of thing that the row holds.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A call's record can't be read.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl StoreError {
    /// Whether the same data would be refused at every try: the database is there, and does not want it.
    pub(crate) fn is_of_the_data(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(refusal)) => sql::is_of_the_data(&**refusal),
            Self::Database(_) | Self::NotOurs | Self::Migration(_) | Self::Unreadable { .. } | Self::Record(_) => false,
        }
    }

    /// Whether another try may do: the database is not there yet, or still another server's.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::NotOurs | Self::Database(sqlx::Error::PoolTimedOut) => true,
            // A certificate that does not fit comes as invalid data.
            Self::Database(sqlx::Error::Io(why)) => {
                use std::io::ErrorKind::{InvalidData, InvalidInput, PermissionDenied};
                !matches!(why.kind(), InvalidData | InvalidInput | PermissionDenied)
            }
            Self::Database(sqlx::Error::Database(refusal)) => sql::is_of_the_moment(&**refusal),
            Self::Database(_) | Self::Migration(_) | Self::Unreadable { .. } | Self::Record(_) => false,
        }
    }

    /// The error for a row that can't be read.
    pub(crate) fn unreadable(what: &'static str, why: impl ToString) -> Self {
        Self::Unreadable { what, why: why.to_string() }
    }
}
