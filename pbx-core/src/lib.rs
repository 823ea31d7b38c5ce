//! The exchange: who there is, what a call does, what is remembered. Depends on no other room but `pbx-sip` and `pbx-media`.
//!
//! Each folder in a sentence (a folder without one is refused by a test):
//! - `call`: the engine, its legs, and one verb a file.
//! - `cdr`: what is remembered of a call.
//! - `change`: the one way to write configuration.
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
//!
//! And each file beside them:
//! - `cause`: the table of why calls end, with SIP and Q.850 codes.
//! - `data_dir`: the data folder, owned by one process.
//! - `flow`: where bytes came from and where they can be sent, without a socket.
//! - `ids`: the ids of everything that has one, and the slot that a tenant lives in.
//! - `location`: where a device can be reached, and until when.
//! - `network`: ranges of addresses.
//! - `script`: what the exchange and the script host say to each other.
//! - `sealed`: a secret that only the holder of the key can read.
//! - `settings`: timers and limits, each with its default.
//! - `spelling`: "did you mean …?".
//! - `time`: wall time and steady time as arguments.
//! - `token`: the branches, tags and Call-IDs that we put on the wire; they carry the slot.
//! - `value`: a plain value that a script, a record and JSON all understand.

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
pub mod location;
pub mod net;
pub mod network;
pub mod registrar;
pub mod script;
pub mod sealed;
pub mod secret;
pub mod settings;
pub mod sip_log;
pub mod spelling;
pub mod store;
pub mod template;
pub mod time;
pub mod token;
pub mod value;
