//! When both sides want to change the session at once (RFC 3261 §14.1).

use super::{Dialog, Role};
use std::time::Duration;

impl Dialog {
    /// How long to wait before an INVITE that was refused with 491 is tried again: 2.1 to 4 s if the Call-ID is ours,
    /// else 0 to 2 s, in steps of 10 ms. `random` is any number.
    pub fn retry_after_glare(&self, random: u32) -> Duration {
        let steps = match self.role {
            Role::Uac => 210 + random % 191,
            Role::Uas => random % 201,
        };
        Duration::from_millis(u64::from(steps) * 10)
    }
}
