//! Idempotency keys: the same request twice is carried out once.

/// The answer that was given to the first request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// What became of the wish to use a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// It is new: carry the request out, then store the answer.
    Fresh,
    /// The same request is being carried out right now.
    Running,
    /// It was carried out: give this answer again.
    Done(StoredResponse),
    /// The key was used for another request.
    OtherRequest,
}
