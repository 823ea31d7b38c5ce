//! What scripts can do, and what hostile ones cannot.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod determinism;
mod fairness;
mod hostile;
mod sandbox;
mod support;
mod verbs;
