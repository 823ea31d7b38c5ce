//! What the four machines have in common: they are tables, and this is what stands in the tables'
//! cells.

use super::Timer;
use serde::{Deserialize, Serialize};

/// The classes of responses that the tables tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Class {
    /// 1xx.
    Provisional,
    /// 2xx.
    Success,
    /// 300–699.
    Refusal,
}

impl Class {
    /// Returns the class of a status code.
    pub const fn of(code: u16) -> Self {
        match code {
            0..=199 => Self::Provisional,
            200..=299 => Self::Success,
            _ => Self::Refusal,
        }
    }
}

/// An effect of a step; they are carried out in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Send the request (client) once more.
    SendRequest,
    /// Make the ACK of a refusal and send it.
    SendAck,
    /// Keep the response that the user gave and send it.
    SendResponse,
    /// Send the kept response once more, if there is one.
    Resend,
    /// Make a 100 and send it; keep it as if the user had given it.
    SendTrying,
    /// Give what came in to the transaction's user.
    Tell,
    /// Tell the user that nobody answers (408, RFC 3261 §8.1.3.1).
    TellTimeout,
    /// Tell the user that the transport has failed (503, RFC 3261 §8.1.3.1).
    TellTransportError,
    /// Tell the user that his refusal was never acknowledged.
    TellNoAck,
    /// Set a timer to its first value.
    Set(Timer),
    /// Set a retransmission timer to its next value.
    Again(Timer),
    /// Set a retransmission timer to T2 (RFC 3261 §17.1.2.2).
    Slow(Timer),
    /// Clear a timer if it is set.
    Clear(Timer),
}

/// An event in the life of a transaction. Each table says which of it means something in which
/// state; the rest changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// The user sends the request (client), or it came for the first time (server).
    Begin,
    /// Client: a response came.
    Response(Class),
    /// Client: the user has sent a CANCEL.
    Cancelled,
    /// Server: the request came again.
    Repeated,
    /// Server: an ACK came.
    Ack,
    /// Server: the user responds.
    Respond(Class),
    /// A timer is due.
    Due(Timer),
    /// The transport could not send. A server transaction only tells its user (RFC 6026 §8.8).
    TransportError,
}

/// A cell of a table: the next state and what is to be done.
pub type Step<S> = (S, &'static [Effect]);

/// The effects by short names, for the tables.
pub(super) mod words {
    pub(in super::super) use super::Class::{Provisional, Refusal, Success};
    pub(in super::super) use super::Effect::{
        Again, Clear, Resend, SendAck, SendRequest, SendResponse, SendTrying, Set, Slow, Tell, TellNoAck, TellTimeout,
        TellTransportError,
    };
}
