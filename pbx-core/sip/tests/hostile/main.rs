//! Hostile bytes: no prefix, bit flip or mutation of a corpus makes any reader panic.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod corpus;
mod flips;
mod fuzz;
mod targets;
