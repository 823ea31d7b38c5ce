//! The whole system in one test binary: the house itself, and calls through it.

mod house;
mod scenarios;
mod support;
