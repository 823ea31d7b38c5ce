//! The store and what is built on it, on both databases: one test binary, one PostgreSQL for all of it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at its first surprise")]

mod answers;
mod gone_tenant;
mod import;
mod import_faults;
mod import_prune;
mod isolation;
mod journal;
mod journal_damage;
mod journal_versions;
mod late_commit;
mod owner;
mod record_versions;
mod store_source;
mod support;
mod tls;
mod whole_server;
