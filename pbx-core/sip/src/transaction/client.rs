//! The non-INVITE client transaction: RFC 3261 §17.1.2.

use super::step::words::*;
use super::step::{Input, Step};
use super::timer::Timer;
use serde::{Deserialize, Serialize};

/// The state of a client transaction that is no INVITE.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ClientState {
    /// Sent, nothing heard.
    Trying,
    /// Something provisional heard.
    Proceeding,
    /// Answered; retransmitted responses are absorbed.
    Completed,
    /// Over.
    Terminated,
}

/// Takes a step by the table of RFC 3261 §17.1.2 (figure 6): to the next state, with what is to be
/// done.
pub fn step(state: ClientState, input: Input) -> Step<ClientState> {
    use ClientState::{Completed, Proceeding, Terminated, Trying};
    use Input::{Begin, Due, Response, TransportError};
    match (state, input) {
        (Trying, Begin) => (Trying, &[SendRequest, Set(Timer::E), Set(Timer::F)]),
        (Trying, Due(Timer::E)) => (Trying, &[SendRequest, Again(Timer::E)]),
        (Trying, Response(Provisional)) => (Proceeding, &[Tell]),

        (Proceeding, Due(Timer::E)) => (Proceeding, &[SendRequest, Slow(Timer::E)]),
        (Proceeding, Response(Provisional)) => (Proceeding, &[Tell]),

        (Trying | Proceeding, Response(Success | Refusal)) => {
            (Completed, &[Clear(Timer::E), Clear(Timer::F), Set(Timer::K), Tell])
        }
        (Trying | Proceeding, Due(Timer::F)) => (Terminated, &[TellTimeout]),
        (Trying | Proceeding, TransportError) => (Terminated, &[TellTransportError]),

        (Completed, Due(Timer::K)) => (Terminated, &[]),
        (state, _) => (state, &[]),
    }
}
