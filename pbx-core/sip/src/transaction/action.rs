//! What a transaction layer wants done or tells its user.

use super::TransactionId;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// An action that the layer wants done, or a fact for its user. `user` is what the user gave when
/// the transaction began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action<U> {
    /// Send these bytes: a client's to where its request went, a server's to where its request came
    /// from (RFC 3261 §18.2.2).
    Send {
        /// The transaction that the message belongs to.
        id: TransactionId,
        /// The value that its user gave when the transaction began.
        user: U,
        /// A whole message.
        bytes: Bytes,
    },
    /// The message just received is a new request: handle it and
    /// [`Layer::respond`](super::Layer::respond).
    Request {
        /// The transaction.
        id: TransactionId,
        /// The transaction of the same request that came before by another way: answer 482 (RFC
        /// 3261 §8.2.2.2), unless the two are of different senders who happen to use the same ids.
        merged: Option<TransactionId>,
    },
    /// The message just received is a new CANCEL of an INVITE: respond to it with 200 (RFC 3261
    /// §9.2).
    Cancel {
        /// The transaction.
        id: TransactionId,
        /// The INVITE that is cancelled, and its user's value. If the user has given no final
        /// answer to that, it now answers 487.
        invite: (TransactionId, U),
    },
    /// The message just received is a new request that belongs to nothing: of a dialog that is not
    /// known, or the CANCEL of no INVITE. No transaction has begun: answer 481 and forget it, and a
    /// repetition gets that again (RFC 3261 §8.2.7).
    Nowhere,
    /// The message just received is an ACK of a 2xx, for a dialog. An ACK that belongs to nothing
    /// looks the same.
    Ack,
    /// The message just received is a response to this transaction's request. A 2xx to an INVITE
    /// comes as often as it is received.
    Response {
        /// The transaction.
        id: TransactionId,
        /// The value that its user gave when the transaction began.
        user: U,
    },
    /// The message just received is a response to nothing we remember. If it is a 2xx to INVITE, a
    /// dialog may still know what to do.
    Stray,
    /// The transaction has failed.
    Failed {
        /// The transaction that failed.
        id: TransactionId,
        /// The value that its user gave when the transaction began.
        user: U,
        /// How it failed.
        failure: Failure,
    },
    /// The transaction is over and forgotten.
    Terminated {
        /// The transaction that is over.
        id: TransactionId,
        /// The value that its user gave when the transaction began.
        user: U,
    },
}

/// The failure of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Failure {
    /// Client: no final response; treat as 408 (RFC 3261 §8.1.3.1).
    Timeout,
    /// The transport could not send. A client's is over; treat as 503 (RFC 3261 §8.1.3.1).
    Transport,
    /// Server: nobody acknowledged the refusal (RFC 3261 §17.2.1).
    NoAck,
}
