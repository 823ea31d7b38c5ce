//! A call: its legs, what happens before anybody talks, what while somebody does, and one verb a file.
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

pub(crate) mod ending;
pub(crate) mod in_dialog;
pub(crate) mod leg;
pub(crate) mod setup;
pub(crate) mod state;
pub(crate) mod talk;
pub mod verb;
pub(crate) mod wrap_up;
