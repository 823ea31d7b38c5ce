//! The types that every other room uses: ids, times, values, flows, tokens. Nothing in here knows a
//! room above it.

pub mod flow;
pub mod ids;
pub mod network;
pub mod settings;
pub mod spelling;
pub mod time;
pub mod token;
pub mod value;
