//! The INVITE server transaction: RFC 3261 §17.2.1 as RFC 6026 §7.1 and §8.7 corrected it.

use super::step::words::*;
use super::step::{Input, Step};
use super::timer::Timer;
use serde::{Deserialize, Serialize};

/// The state of the server transaction of an INVITE.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ServerInviteState {
    /// The user has not decided.
    Proceeding,
    /// The user has refused; the ACK is awaited.
    Completed,
    /// The refusal is acknowledged; more ACKs are absorbed.
    Confirmed,
    /// The user has answered; retransmitted INVITEs are absorbed, the 2xx is the user's to repeat
    /// (RFC 6026 §7.1).
    Accepted,
    /// Over.
    Terminated,
}

/// Takes a step by the table of RFC 3261 §17.2.1 (figure 7) with RFC 6026: to the next
/// state, with what is to be done.
pub fn step(state: ServerInviteState, input: Input) -> Step<ServerInviteState> {
    use Input::{Ack, Begin, Due, Repeated, Respond, TransportError};
    use ServerInviteState::{Accepted, Completed, Confirmed, Proceeding, Terminated};
    match (state, input) {
        (Proceeding, Begin) => (Proceeding, &[Set(Timer::Trying), Tell]),
        (Proceeding, Due(Timer::Trying)) => (Proceeding, &[SendTrying]),
        (Proceeding, Repeated) => (Proceeding, &[Resend]),
        (Proceeding, Respond(Provisional)) => (Proceeding, &[Clear(Timer::Trying), SendResponse]),

        (Proceeding, Respond(Success)) => (Accepted, &[Clear(Timer::Trying), Set(Timer::L), SendResponse]),
        (Accepted, Respond(Success)) => (Accepted, &[SendResponse]),
        (Accepted, Ack) => (Accepted, &[Tell]),
        (Accepted, Due(Timer::L)) => (Terminated, &[]),

        (Proceeding, Respond(Refusal)) => {
            (Completed, &[Clear(Timer::Trying), SendResponse, Set(Timer::G), Set(Timer::H)])
        }
        (Completed, Repeated) => (Completed, &[Resend]),
        (Completed, Due(Timer::G)) => (Completed, &[Resend, Again(Timer::G)]),
        (Completed, Due(Timer::H)) => (Terminated, &[TellNoAck]),
        (Completed, Ack) => (Confirmed, &[Clear(Timer::G), Clear(Timer::H), Set(Timer::I)]),
        (Confirmed, Due(Timer::I)) => (Terminated, &[]),

        (Proceeding | Completed | Accepted, TransportError) => (state, &[TellTransportError]),
        (state, _) => (state, &[]),
    }
}
