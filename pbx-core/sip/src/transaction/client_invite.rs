//! The INVITE client transaction: RFC 3261 §17.1.1 as RFC 6026 §7.2 and §8.4 corrected it.

use super::step::words::*;
use super::step::{Input, Step};
use super::timer::Timer;
use serde::{Deserialize, Serialize};

/// The state of the client transaction of an INVITE.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ClientInviteState {
    /// Sent, nothing heard.
    Calling,
    /// Something provisional heard.
    Proceeding,
    /// Refused; the ACK is ours to send, and again for each retransmission (§17.1.1.2).
    Completed,
    /// Answered; every 2xx goes to the user, whose the ACK is (RFC 6026 §7.2).
    Accepted,
    /// Over.
    Terminated,
}

/// Takes a step by the table of RFC 3261 §17.1.1 (figure 5) with RFC 6026: to the next
/// state, with what is to be done.
pub fn step(state: ClientInviteState, input: Input) -> Step<ClientInviteState> {
    use ClientInviteState::{Accepted, Calling, Completed, Proceeding, Terminated};
    use Input::{Begin, Cancelled, Due, Response, TransportError};
    match (state, input) {
        (Calling, Begin) => (Calling, &[SendRequest, Set(Timer::A), Set(Timer::B)]),
        (Calling, Due(Timer::A)) => (Calling, &[SendRequest, Again(Timer::A)]),
        (Calling, Due(Timer::B)) => (Terminated, &[TellTimeout]),

        (Calling, Response(Provisional)) => (Proceeding, &[Clear(Timer::A), Clear(Timer::B), Tell]),
        (Proceeding, Response(Provisional)) => (Proceeding, &[Tell]),
        (Proceeding, Cancelled) => (Proceeding, &[Set(Timer::Cancelled)]),
        (Proceeding, Due(Timer::Cancelled)) => (Terminated, &[TellTimeout]),

        (Calling, Response(Success)) => (Accepted, &[Clear(Timer::A), Clear(Timer::B), Set(Timer::M), Tell]),
        (Proceeding, Response(Success)) => (Accepted, &[Clear(Timer::Cancelled), Set(Timer::M), Tell]),
        (Accepted, Response(Success)) => (Accepted, &[Tell]),
        (Accepted, Due(Timer::M)) => (Terminated, &[]),

        (Calling, Response(Refusal)) => (Completed, &[Clear(Timer::A), Clear(Timer::B), SendAck, Set(Timer::D), Tell]),
        (Proceeding, Response(Refusal)) => (Completed, &[Clear(Timer::Cancelled), SendAck, Set(Timer::D), Tell]),
        (Completed, Response(Refusal)) => (Completed, &[SendAck]),
        (Completed, Due(Timer::D)) => (Terminated, &[]),

        (Calling | Proceeding | Completed, TransportError) => (Terminated, &[TellTransportError]),
        (state, _) => (state, &[]),
    }
}
