//! The server as a program among real programs: phones, load generators, customer services, its own command line.

mod audit;
mod command_line;
mod crash;
mod database;
mod demo;
mod drain;
mod explain;
mod extensions;
mod file_limit;
mod first_account;
mod hold;
mod http_limits;
mod import;
mod ipv6;
mod listeners;
mod media;
mod minted_names;
mod open_files;
mod refusals;
mod restart;
mod rtcp;
mod selftest;
mod sipp;
mod tcp;
mod terminal;
mod trunk;
