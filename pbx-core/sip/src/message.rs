//! A SIP message: one shared buffer with header ranges.

/// A parsed message.
#[derive(Clone, Debug)]
pub struct Message;
