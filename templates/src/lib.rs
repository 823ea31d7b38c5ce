//! The Luau runtime for call control. Each module in a sentence:
//!
//! - `breaker`: leaves a source that keeps failing alone for a while.
//! - `cases`: runs the test files beside a template.
//! - `catalogue`: the templates that ship, embedded.
//! - `docs`: docs/TEMPLATE-API.md from the tables that the code checks with.
//! - `facts`: the names of what a script may read.
//! - `inline`: the host for tests and replays: runs a job on the spot.
//! - `manifest`: reads `manifest.yaml`.
//! - `pool`: the host for calls: a bounded pool of threads, served round by tenant.
//! - `source`: asks a tenant's HTTP-JSON sources.
//! - `vm`: one sandboxed VM a tenant, and the runs in it.

pub mod breaker;
pub mod cases;
pub mod catalogue;
pub mod docs;
pub mod facts;
pub mod inline;
pub mod manifest;
pub mod pool;
pub mod source;
pub mod vm;

pub use catalogue::Catalogue;
pub use inline::Inline;
pub use pool::{Pool, PoolConfig};
