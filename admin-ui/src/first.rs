//! The first account of a new server: what the log-in page and `ringdown serve` tell, as long as nobody can log in.

/// The file that makes it.
pub const FIRST_ACCOUNT: &str = "operators:\n  - email: you@example.com\n    password: \"choose one\"\n";

/// The command that brings this file into effect for the server of a data folder.
pub fn first_import(data: &str) -> String {
    format!("ringdown import operators.yaml --data {data}")
}
