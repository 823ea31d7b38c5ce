//! The phone's own clock: a phone is a program with a beat of its own, not a part of the exchange.

use std::time::Duration;

/// Waits for this time.
#[expect(clippy::disallowed_methods, reason = "a phone sends every 20 ms by its own clock")]
pub async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// A steady beat.
#[expect(clippy::disallowed_methods, reason = "a phone sends every 20 ms by its own clock")]
pub(super) fn beat(time: Duration) -> tokio::time::Interval {
    let mut beat = tokio::time::interval(time);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    beat
}

/// What a future gives, if that comes within `time`.
#[expect(clippy::disallowed_methods, reason = "a simulated phone lives by the clock of the machine")]
pub async fn within<T>(time: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, future).await.ok()
}
