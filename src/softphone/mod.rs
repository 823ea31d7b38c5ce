//! A small phone on `rsip`: the second opinion on our SIP. The demo, the self-test and the tests share it.
//!
//! It registers, dials, answers, sends a tone and listens for one. It is a program of its own that happens to live in this
//! binary: it talks to the server by SIP and RTP only.

mod account;
mod audio;
mod call;
mod challenges;
mod media_line;
mod pace;
mod phone;
mod refusal;
mod tone;

pub use account::Account;
pub use call::{Call, Ringing};
pub use pace::{pause, within};
pub use phone::{Fault, Phone};
pub use tone::Tone;
