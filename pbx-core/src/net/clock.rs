//! The one place that reads the machine's clocks.

use crate::base::time::{Instant, Now, Wall};
use std::time::SystemTime;

/// A clock, for all that needs the time outside the engines.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Returns both times of this moment.
    fn now(&self) -> Now;
}

/// The machine's clocks; steady time counts from the start of the process.
#[derive(Debug)]
pub struct SystemClock {
    origin: std::time::Instant,
}

impl SystemClock {
    /// Starts counting.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the clock")]
    pub fn start() -> Self {
        Self { origin: std::time::Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        // One second is added so that no moment of this process is the zero that defaults have.
        let steady = self.origin.elapsed().as_micros() as u64 + 1_000_000;
        Now { mono: Instant::from_micros(steady), wall: wall_now() }
    }
}

/// Lets time pass, for readers that collect what comes.
#[expect(clippy::disallowed_methods, reason = "timers live in net")]
pub async fn pause(time: std::time::Duration) {
    tokio::time::sleep(time).await;
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads the clock")]
fn wall_now() -> Wall {
    // A clock before 1970 is a machine without one: records then say 1970.
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Wall::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
