//! The exchange: who there is, what a call does, what is remembered. Depends on no other room but
//! `pbx-sip` and `pbx-media`.
//!
//! Each folder in a sentence (a folder without one is refused by a test):
//! - `base`: the words that every room uses: ids, times, values, flows, the tokens that we put on
//!   the wire, settings.
//! - `call`: a call, its legs, and one verb a file.
//! - `cdr`: what is remembered of a call.
//! - `change`: the one way to write configuration.
//! - `context`: what is at hand while an engine handles one input.
//! - `decision`: the record that explains a call and decides it again.
//! - `dial_plan`: what a dialled string is.
//! - `directory`: who and what there is, as one immutable snapshot.
//! - `door`: who a request is from and which engine it is for.
//! - `engine`: takes an input to the call that it is for.
//! - `event`: small facts on a bus with many readers.
//! - `journal`: promises, on disk before they are made.
//! - `message`: SIP messages as we write them, and the descriptions in those that we read.
//! - `net`: sockets, timers and drivers: the only shell.
//! - `registrar`: where devices can be reached right now.
//! - `secret`: the key file, what is sealed with it, log-in passwords.
//! - `sip_log`: the bounded ring of SIP messages behind the ladder.
//! - `template`: a call-control template as the exchange sees it.
//! - `store`: what is kept, in words of the domain; `store/sql` is the only home of SQL.
//!
//! And each file beside them:
//! - `cause`: the table of why calls end, with SIP and Q.850 codes.
//! - `location`: where a device can be reached, and until when.
//! - `script`: what the exchange and the script host say to each other.
//! - `sip_methods`: the table of SIP methods and what we do with a request of each.

pub mod base;
pub mod call;
pub mod cause;
pub mod cdr;
pub mod change;
pub(crate) mod context;
pub mod decision;
pub mod dial_plan;
pub mod directory;
pub mod door;
pub mod engine;
pub mod event;
pub mod journal;
pub mod location;
pub(crate) mod message;
pub mod net;
pub mod registrar;
pub mod script;
pub mod secret;
pub mod sip_log;
pub mod sip_methods;
pub mod store;
pub mod template;
