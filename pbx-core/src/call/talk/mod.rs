//! While somebody talks: who hears whom, changes of the session, and whether both are still there.

pub(crate) mod bridge;
pub(crate) mod presence;
pub(crate) mod reinvite;
