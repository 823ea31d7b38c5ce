//! What a layer has to say.

use super::TransactionId;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// What the layer wants done, or wants its user to know. `user` is what the user gave when the transaction began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action<U> {
    /// Send these bytes: a client's to where its request went, a server's to where its request came from (RFC 3261
    /// §18.2.2).
    Send {
        /// For which transaction.
        id: TransactionId,
        /// Whose it is.
        user: U,
        /// A whole message.
        bytes: Bytes,
    },
    /// The message just received is a new request: handle it and [`Layer::respond`](super::Layer::respond).
    Request {
        /// Its transaction.
        id: TransactionId,
        /// The same request has come before on another way, as this one: answer 482 (RFC 3261 §8.2.2.2), unless the two are
        /// of different people who happen to say the same.
        merged: Option<TransactionId>,
    },
    /// The message just received is a new CANCEL: respond to it, 200 if there is an INVITE and 481 if not (RFC 3261
    /// §9.2).
    Cancel {
        /// Its transaction.
        id: TransactionId,
        /// The INVITE it cancels, and whose that is. If the user has not answered it finally, he now answers 487.
        invite: Option<(TransactionId, U)>,
    },
    /// The message just received is an ACK of a 2xx, for a dialog. An ACK that belongs to nothing looks the same.
    Ack,
    /// The message just received is a response to this transaction's request. A 2xx to an INVITE comes as often as it
    /// is received.
    Response {
        /// Its transaction.
        id: TransactionId,
        /// Whose it is.
        user: U,
    },
    /// The message just received is a response to nothing we remember. If it is a 2xx to INVITE, a dialog may still
    /// know what to do.
    Stray,
    /// The transaction has failed.
    Failed {
        /// Which.
        id: TransactionId,
        /// Whose it is.
        user: U,
        /// How.
        failure: Failure,
    },
    /// The transaction is over and forgotten.
    Terminated {
        /// Which it was.
        id: TransactionId,
        /// Whose it was.
        user: U,
    },
}

/// How a transaction fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Failure {
    /// Client: no final response; treat as 408 (RFC 3261 §8.1.3.1).
    Timeout,
    /// The transport could not send. A client's is over; treat as 503 (RFC 3261 §8.1.3.1).
    Transport,
    /// Server: nobody acknowledged the refusal (RFC 3261 §17.2.1).
    NoAck,
}
