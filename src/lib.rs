//! The composition root: puts the rooms together into one server, and one program.

pub mod app;
pub mod cli;
pub mod config;
pub mod control;
pub mod data;
pub mod data_dir;
pub mod demo;
mod file_shares;
mod gone;
pub mod http;
mod rooms;
mod run;
pub mod selftest;
pub mod softphone;
pub mod terminal;
pub mod vital;

pub use run::run;

/// Chooses the one crypto provider of the process. To be called once, before the first TLS connection.
pub fn prepare_tls() {
    // An error means that it is chosen already: the same one, there is no other in the tree.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
