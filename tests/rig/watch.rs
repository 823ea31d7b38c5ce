//! Waiting for outside programs: every wait has a limit.

use std::time::{Duration, Instant};

/// A moment until which something may take.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    pub(crate) fn after(limit: Duration) -> Self {
        Self(now() + limit)
    }

    /// What is left of it; none when it has passed.
    pub(crate) fn left(self) -> Option<Duration> {
        self.0.checked_duration_since(now()).filter(|left| !left.is_zero())
    }

    /// Whether it has passed.
    pub(crate) fn passed(self) -> bool {
        self.left().is_none()
    }
}

/// The monotonic clock: real programs live in real time.
#[expect(clippy::disallowed_methods, reason = "programs outside this process run by the machine's clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Looks again and again until there is a value. For facts of the machine that nobody tells (`/proc`, another
/// program's files); between two looks it waits on a channel that stays silent.
pub(crate) fn look_until<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Deadline::after(limit);
    let (_keep, silent) = std::sync::mpsc::channel::<()>();
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) if deadline.passed() => panic!("{what}: not within {limit:?}; seen last: {seen}"),
            Err(_) => drop(silent.recv_timeout(Duration::from_millis(20))),
        }
    }
}
