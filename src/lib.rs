//! The composition root: puts the rooms together into one server, and one program.

pub mod config;
pub mod softphone;
