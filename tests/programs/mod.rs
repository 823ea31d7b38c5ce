//! The server as a program among real programs: phones, load generators, customer services, its own command line.

mod crash;
mod demo;
mod drain;
mod extensions;
mod hold;
mod import;
mod media;
mod open_files;
mod refusals;
mod restart;
mod selftest;
mod sipp;
mod tcp;
mod trunk;
