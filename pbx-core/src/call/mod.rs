//! Calls: the engine, its legs, and one verb a file.

pub mod io;
pub mod verb;
