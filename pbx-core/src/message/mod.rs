//! SIP messages as we write them, and the session descriptions in those that we read.

pub(crate) mod body;
pub(crate) mod warning;
pub(crate) mod writer;
