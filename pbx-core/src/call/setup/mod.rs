//! Before anybody talks: the script's turns, the phones that ring, and what the caller hears meanwhile.

pub(crate) mod callee;
pub(crate) mod caller;
pub(crate) mod early;
pub(crate) mod facts;
pub(crate) mod moment;
pub(crate) mod routing;
