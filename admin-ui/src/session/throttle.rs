//! The brake on guessing: log-ins by source and by account, API requests by token.

use crate::ports::Clock as Port;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

type Limiter = RateLimiter<String, HashMapStateStore<String>, PortClock, NoOpMiddleware<Duration>>;

/// How many keys are remembered before idle ones are forgotten.
const CROWDED: usize = 10_000;

/// The limits. Each counts tries; what is over waits until the time has passed.
pub(crate) struct Throttle {
    by_source: Limiter,
    by_account: Limiter,
    by_token: Limiter,
}

/// The clock of the ports, as governor reads it.
#[derive(Clone)]
struct PortClock(Arc<dyn Port>);

impl Clock for PortClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now().wall.micros()).unwrap_or(0))
    }
}

impl Throttle {
    pub(crate) fn new(clock: &Arc<dyn Port>) -> Self {
        let limiter = |burst: NonZeroU32, every: Duration| {
            let quota = Quota::with_period(every).unwrap_or_else(|| Quota::per_minute(burst)).allow_burst(burst);
            RateLimiter::new(quota, HashMapStateStore::default(), PortClock(clock.clone()))
        };
        const TWENTY: NonZeroU32 = NonZeroU32::new(20).unwrap();
        const TEN: NonZeroU32 = NonZeroU32::new(10).unwrap();
        const TWO_HUNDRED: NonZeroU32 = NonZeroU32::new(200).unwrap();
        Self {
            by_source: limiter(TWENTY, Duration::from_secs(6)),
            by_account: limiter(TEN, Duration::from_secs(30)),
            by_token: limiter(TWO_HUNDRED, Duration::from_millis(100)),
        }
    }

    /// Whether a log-in may be tried: by this source (an address without port) and for this e-mail.
    pub(crate) fn may_log_in(&self, source: &str, email: &str) -> bool {
        let source = check(&self.by_source, source);
        check(&self.by_account, &email.trim().to_lowercase()) && source
    }

    /// Whether a token may ask again.
    pub(crate) fn may_ask(&self, token: &str) -> bool {
        check(&self.by_token, token)
    }
}

fn check(limiter: &Limiter, key: &str) -> bool {
    if limiter.len() > CROWDED {
        limiter.retain_recent();
    }
    limiter.check_key(&key.to_owned()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_core::time::{Now, Wall};
    use std::sync::atomic::{AtomicI64, Ordering};

    #[derive(Debug)]
    struct Hand(AtomicI64);

    impl Port for Hand {
        fn now(&self) -> Now {
            Now { wall: Wall::from_micros(self.0.load(Ordering::Relaxed)), ..Now::default() }
        }
    }

    #[test]
    fn guessing_is_stopped_by_account_and_by_source_and_time_heals_it() {
        let hand = Arc::new(Hand(AtomicI64::new(1_000_000_000_000)));
        let clock: Arc<dyn Port> = hand.clone();
        let throttle = Throttle::new(&clock);
        let tries = (0..15).filter(|i| throttle.may_log_in(&format!("192.0.2.{i}"), "a@x.test")).count();
        assert_eq!(tries, 10);
        let tries = (0..30).filter(|i| throttle.may_log_in("198.51.100.1", &format!("{i}@x.test"))).count();
        assert_eq!(tries, 20);
        assert!(!throttle.may_log_in("203.0.113.1", "A@x.test "));
        hand.0.fetch_add(31_000_000, Ordering::Relaxed);
        assert!(throttle.may_log_in("203.0.113.1", "a@x.test"));
    }
}
