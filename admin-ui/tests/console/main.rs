//! The console from outside: requests in, answers out, over a real store.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod api;
mod browser;
mod house;
mod live;
mod pages;
mod records;
mod walk;
