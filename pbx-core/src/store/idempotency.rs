//! Idempotency keys: the same request twice is carried out once.

/// The answer that was given to the first request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// The result of claiming a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// The key is new: carry the request out, then store the answer.
    Fresh,
    /// The same request is being carried out right now.
    Running,
    /// The same request was carried out: give this answer again.
    Done(StoredResponse),
    /// The key was used for another request.
    OtherRequest,
}
