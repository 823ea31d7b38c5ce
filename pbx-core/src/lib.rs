//! The exchange: who there is, what a call does, what is remembered. Depends on no other room but `pbx-sip` and `pbx-media`.
//!
//! Each folder in a sentence (a folder without one is refused by a test):
//! - `call`: the engine, its legs, and one verb a file.
//! - `cdr`: what is remembered of a call.
//! - `change`: the one way to write configuration.
//! - `data_dir`: the data folder, owned by one process.
//! - `decision`: the record that explains a call and decides it again.
//! - `dial_plan`: what a dialled string is.
//! - `directory`: who and what there is, as one immutable snapshot.
//! - `door`: who a request is from and which engine it is for.
//! - `event`: small facts on a bus with many readers.
//! - `journal`: promises, on disk before they are made.
//! - `net`: sockets, timers and drivers: the only shell.
//! - `registrar`: where devices can be reached right now.
//! - `secret`: the key file, what is sealed with it, log-in passwords.
//! - `sip_log`: the bounded ring of SIP messages behind the ladder.
//! - `template`: a call-control template as the exchange sees it.
//! - `store`: what is kept, in words of the domain; `store/sql` is the only home of SQL.

pub mod call;
pub mod cause;
pub mod cdr;
pub mod change;
pub mod data_dir;
pub mod decision;
pub mod dial_plan;
pub mod directory;
pub mod door;
pub mod event;
pub mod flow;
pub mod ids;
pub mod journal;
pub mod net;
pub mod registrar;
pub mod script;
pub mod sealed;
pub mod secret;
pub mod settings;
pub mod sip_log;
mod spelling;
pub mod store;
pub mod template;
pub mod time;
pub mod token;
pub mod value;
