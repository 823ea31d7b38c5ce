//! The only home of SQL: one text for SQLite and PostgreSQL.
//!
//! What both understand alike: `$1`, BIGINT for every integer, `ON CONFLICT`, `RETURNING`; no clock and no default of the
//! database. One aggregate a file.

mod access;
mod access_server;
mod audit;
mod audit_server;
mod bindings;
mod calls;
mod calls_server;
mod configuration;
mod connect;
mod devices;
mod idempotency;
mod layout;
mod numbers;
mod owner_server;
mod people;
mod postgres;
mod projection;
mod query;
mod record;
mod refusal;
mod registrations;
mod sessions_server;
mod sources;
mod template_versions_server;
mod tenants_server;
mod trunks_server;

pub(crate) use configuration::Everything;
pub use connect::{Place, Store, Work};
pub use owner_server::DatabaseOwner;
pub(super) use refusal::{is_of_the_data, is_of_the_moment};
