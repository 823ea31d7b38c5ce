//! Calls: the engine, its legs, and one verb a file.
//!
//! An [`Engine`] is handed one [`io::Input`] at a time and appends [`io::Output`]s. It dispatches; every concern has a file of
//! its own: `incoming` (from INVITE to call), `routing` (the script's turns), `verb` (what scripts ask for), `callee` and
//! `caller` (the two kinds of leg), `early` (before an answer), `bridge`, `reinvite` and `presence` (two that talk), `in_dialog`
//! (requests of a leg), `ending` and `wrap_up` (hanging up, and the record), `stray` (answers that nobody wants), `outside`
//! (requests that begin no call).
//!
//! # A leg
//! | state   | the caller's (we answer)      | one that we ring (we ask)        | leaves by                        |
//! | ------- | ----------------------------- | -------------------------------- | -------------------------------- |
//! | Trying  | its INVITE came               | our INVITE is out                | 18x, final answer, CANCEL        |
//! | Ringing | we said 18x                   | it said 18x                      | final answer, CANCEL             |
//! | Talking | we said 200                   | it said 2xx and has its ACK      | BYE, no ACK, no sign of life     |
//! | Leaving | we hung up before its ACK     | the same, inside a re-INVITE     | ACK or its time-out: BYE is sent |
//! | Gone    | over: what is on the wire is the transaction layer's business | |                                 |
//!
//! # A call
//! | phase    | there is                         | ends with                                              |
//! | -------- | -------------------------------- | ------------------------------------------------------ |
//! | routing  | the decider is not over          | `conclude`: connect, or refuse the caller              |
//! | talking  | a `Bridge`                       | BYE of either side, loss, a command: `end`             |
//! | wrap-up  | a `WrapUp`                       | the media threads' reports, or a second: the record    |
//! | done     | the record is written, legs Gone | forgotten                                              |
//!
//! # What is promised first
//! `CallStarted` before any answer to the INVITE but 100, `CallDecided` before a phone rings or the caller hears ringing,
//! `CallAnswered` before the 200, `CallEnded` before the 200 to a BYE or the refusal, a binding before the 200 to its REGISTER.
//! Within one batch of outputs all journal entries are written before anything is sent.

mod admission;
mod body;
mod bridge;
mod callee;
mod caller;
mod calls;
mod census;
mod cx;
mod dispatch;
mod early;
mod ending;
mod engine;
mod facts;
mod freeze;
mod hop;
mod identity;
mod in_dialog;
mod incoming;
pub mod io;
mod leg;
mod moment;
mod outside;
mod presence;
mod reinvite;
mod routing;
mod session;
mod shared;
mod state;
mod stock;
mod stray;
mod streams;
mod timers;
pub mod verb;
mod warning;
mod wire;
mod withheld;
mod wrap_up;

pub use census::Census;
pub use engine::Engine;
pub use freeze::ThawError;
pub use stock::PortShare;

/// What a caller is told to wait before it tries again, in seconds.
const RETRY_AFTER_S: u32 = 5;

#[cfg(test)]
mod tests;
