//! After an edit, every header of a received message that the edit does not name is there byte for byte and in its order.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod corpus;
mod edit;
mod generated;
mod lines;
