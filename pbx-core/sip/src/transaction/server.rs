//! The non-INVITE server transaction: RFC 3261 §17.2.2.

use super::step::words::*;
use super::step::{Input, Step};
use super::timer::Timer;
use serde::{Deserialize, Serialize};

/// The state of a server transaction that is no INVITE.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ServerState {
    /// The user has said nothing.
    Trying,
    /// The user has said something provisional.
    Proceeding,
    /// The user has answered.
    Completed,
    /// Over.
    Terminated,
}

/// Takes a step by the table of RFC 3261 §17.2.2 (figure 8): to the next state, with what is to be
/// done.
pub fn step(state: ServerState, input: Input) -> Step<ServerState> {
    use Input::{Begin, Due, Repeated, Respond, TransportError};
    use ServerState::{Completed, Proceeding, Terminated, Trying};
    match (state, input) {
        (Trying, Begin) => (Trying, &[Tell]),
        (Trying | Proceeding, Respond(Provisional)) => (Proceeding, &[SendResponse]),
        (Trying | Proceeding, Respond(Success | Refusal)) => (Completed, &[SendResponse, Set(Timer::J)]),

        (Proceeding | Completed, Repeated) => (state, &[Resend]),
        (Completed, Due(Timer::J)) => (Terminated, &[]),

        (Proceeding | Completed, TransportError) => (state, &[TellTransportError]),
        (state, _) => (state, &[]),
    }
}
