//! The brake on guessing: log-ins by source and by account, API requests by token.
//!
//! Log-ins are braked as the phones' are ([`Guard`]): only what fails counts, by source and account together, by source,
//! and by account. A try counts from its beginning and is taken back when it turns out right, so that a thousand tries at
//! once are a thousand, and one that is broken off is one. No more than itself is taken back: whoever owns one account
//! cannot clean the record of the source by logging in between two guesses at others.

use crate::ports::Clock as Port;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use pbx_core::base::ids::{TenantId, TokenId};
use pbx_core::door::{Guard, GuardLimits};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

type Limiter<K> = RateLimiter<K, HashMapStateStore<K>, PortClock, NoOpMiddleware<Duration>>;

/// What the /48 of an IPv6 site may fail in all its networks together: a site has 65,536 of them.
const SITES: GuardLimits = GuardLimits {
    pair: 100,
    pair_refill: Duration::from_secs(2),
    source: 100,
    source_refill: Duration::from_secs(2),
    account: u32::MAX,
    account_refill: Duration::from_secs(1),
    most: 1 << 14,
};

/// What a token may ask: ten times a second, two hundred at once.
const TOKEN: Quota = quota(10, 200);

/// What all tokens of a tenant may ask together.
const TENANT: Quota = quota(50, 500);

const fn quota(a_second: u32, at_once: u32) -> Quota {
    const fn at_least_one(number: u32) -> NonZeroU32 {
        match NonZeroU32::new(number) {
            Some(number) => number,
            None => NonZeroU32::MIN,
        }
    }
    Quota::per_second(at_least_one(a_second)).allow_burst(at_least_one(at_once))
}

/// How many tokens or tenants are remembered before idle ones are forgotten.
const CROWDED: usize = 10_000;

/// What is remembered of an e-mail address: as much as one may have (RFC 5321 §4.5.3.1.3).
const LONGEST: usize = 254;

/// People mistype; a program that guesses is soon where it gets ten tries in five minutes.
const LOG_INS: GuardLimits = GuardLimits {
    pair: 10,
    pair_refill: Duration::from_secs(30),
    source: 20,
    source_refill: Duration::from_secs(6),
    account: 50,
    account_refill: Duration::from_secs(30),
    most: 1 << 16,
};

/// The limits. What is over waits until the time has passed.
pub(crate) struct Throttle {
    log_ins: Mutex<LogIns>,
    by_token: Limiter<TokenId>,
    by_tenant: Limiter<TenantId>,
    clock: Arc<dyn Port>,
}

struct LogIns {
    guard: Guard,
    sites: Guard,
    tries: u64,
}

/// A log-in that is being tried: a failure, until it is said to have been right.
pub(crate) struct Try<'a> {
    throttle: &'a Throttle,
    source: IpAddr,
    account: String,
}

/// The clock of the ports, as governor reads it.
#[derive(Clone)]
struct PortClock(Arc<dyn Port>);

impl Clock for PortClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(self.0.now().mono.micros())
    }
}

impl Throttle {
    pub(crate) fn new(clock: &Arc<dyn Port>) -> Self {
        let log_ins = LogIns { guard: Guard::new(LOG_INS), sites: Guard::new(SITES), tries: 0 };
        Self {
            log_ins: Mutex::new(log_ins),
            by_token: limiter(TOKEN, clock),
            by_tenant: limiter(TENANT, clock),
            clock: clock.clone(),
        }
    }

    /// Begins a log-in, if it may be tried: from this source and for this e-mail.
    pub(crate) fn log_in(&self, source: IpAddr, email: &str) -> Option<Try<'_>> {
        let account: String = email.trim().chars().take(LONGEST).collect::<String>().to_lowercase();
        let now = self.clock.now().mono;
        let mut log_ins = self.log_ins();
        let site = site(source);
        if !log_ins.guard.lets(now, source, &account) || site.is_some_and(|site| !log_ins.sites.lets(now, site, "")) {
            return None;
        }
        // Each try is a new one: HTTP has no retransmissions that would have to be told apart.
        log_ins.tries += 1;
        let number = log_ins.tries;
        log_ins.guard.failed(now, source, &account, number);
        if let Some(site) = site {
            log_ins.sites.failed(now, site, "", number);
        }
        Some(Try { throttle: self, source, account })
    }

    /// Returns whether a token may ask again, and its tenant with all of its tokens together.
    pub(crate) fn may_ask(&self, tenant: TenantId, token: TokenId) -> bool {
        lets(&self.by_token, &token) && lets(&self.by_tenant, &tenant)
    }

    fn log_ins(&self) -> MutexGuard<'_, LogIns> {
        self.log_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limiter<K: Hash + Eq + Clone>(quota: Quota, clock: &Arc<dyn Port>) -> Limiter<K> {
    RateLimiter::new(quota, HashMapStateStore::default(), PortClock(clock.clone()))
}

fn lets<K: Hash + Eq + Clone>(limiter: &Limiter<K>, key: &K) -> bool {
    if limiter.len() > CROWDED {
        limiter.retain_recent();
    }
    limiter.check_key(key).is_ok()
}

/// The /48 of an IPv6 address; `None` for IPv4, where one address is all that a customer has.
fn site(source: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(v6) = source.to_canonical() else { return None };
    let mut segments = v6.segments();
    segments[3..].fill(0);
    Some(IpAddr::from(segments))
}

impl Try<'_> {
    /// Takes the failure back: it was no guess.
    pub(crate) fn was_right(self) {
        let now = self.throttle.clock.now().mono;
        let mut log_ins = self.throttle.log_ins();
        log_ins.guard.take_back(now, self.source, &self.account);
        if let Some(site) = site(self.source) {
            log_ins.sites.take_back(now, site, "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbx_core::base::time::{Instant, Now};
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Debug)]
    struct Hand(AtomicU64);

    impl Port for Hand {
        fn now(&self) -> Now {
            Now { mono: Instant::from_micros(self.0.load(Ordering::Relaxed)), ..Now::default() }
        }
    }

    fn throttle() -> (Throttle, Arc<Hand>) {
        let hand = Arc::new(Hand(AtomicU64::new(1_000_000_000)));
        let clock: Arc<dyn Port> = hand.clone();
        (Throttle::new(&clock), hand)
    }

    fn source(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn fails(throttle: &Throttle, source: IpAddr, email: &str) -> bool {
        throttle.log_in(source, email).is_some()
    }

    #[test]
    fn guessing_is_stopped_by_account_and_by_source_and_time_heals_it() {
        let (throttle, hand) = throttle();
        assert_eq!((0..15).filter(|_| fails(&throttle, source(1), "a@x.test")).count(), 10);
        assert!(!fails(&throttle, source(1), "A@x.test "), "however it is written");
        assert_eq!((0..30).filter(|n| fails(&throttle, source(2), &format!("{n}@x.test"))).count(), 20);
        hand.0.fetch_add(31_000_000, Ordering::Relaxed);
        assert!(fails(&throttle, source(1), "a@x.test") && !fails(&throttle, source(1), "a@x.test"));
    }

    #[test]
    fn right_log_ins_are_never_too_many() {
        let (throttle, _) = throttle();
        for _ in 0..1000 {
            throttle.log_in(source(1), "a@x.test").unwrap().was_right();
        }
        assert_eq!((0..15).filter(|_| fails(&throttle, source(1), "a@x.test")).count(), 10);
    }

    #[test]
    fn a_right_log_in_forgives_no_failure() {
        let (throttle, _) = throttle();
        let guesses = (0..30)
            .filter(|n| {
                if let Some(own) = throttle.log_in(source(1), "attacker@x.test") {
                    own.was_right();
                }
                fails(&throttle, source(1), &format!("{n}@x.test"))
            })
            .count();
        assert_eq!(guesses, 20);
    }

    #[test]
    fn guesses_from_elsewhere_lock_nobody_out() {
        let (throttle, _) = throttle();
        for last in 1..=60 {
            fails(&throttle, source(last), "a@x.test");
        }
        throttle.log_in(source(200), "a@x.test").unwrap().was_right();
        assert!(fails(&throttle, source(201), "a@x.test"), "under attack every source has one try");
        assert!(!fails(&throttle, source(201), "a@x.test"));
    }

    #[test]
    fn all_networks_of_an_ipv6_site_guess_a_hundred_times_together() {
        let (throttle, hand) = throttle();
        let network = |n: u16| IpAddr::from([0x2001, 0xdb8, 7, n, 0, 0, 0, 1]);
        let guesses = (0..1000).filter(|n| fails(&throttle, network(*n), &format!("{n}@x.test"))).count();
        assert_eq!(guesses, 100);
        assert!(fails(&throttle, IpAddr::from([0x2001, 0xdb8, 8, 0, 0, 0, 0, 1]), "a@x.test"), "another site");
        hand.0.fetch_add(2_000_000, Ordering::Relaxed);
        throttle.log_in(network(2000), "anna@x.test").unwrap().was_right();
        assert!(fails(&throttle, network(2001), "b@x.test") && !fails(&throttle, network(2002), "c@x.test"));
    }

    #[test]
    fn tokens_of_one_tenant_share_what_it_may_ask() {
        let (throttle, _) = throttle();
        let (acme, globex) = (TenantId::of_key("acme"), TenantId::of_key("globex"));
        let token = |n: u8| TokenId::of_key(&n.to_string());
        assert_eq!((0..1000).filter(|_| throttle.may_ask(acme, token(1))).count(), 200);
        assert_eq!((0..1000).filter(|n| throttle.may_ask(acme, token(10 + (n / 100) as u8))).count(), 300);
        assert!(throttle.may_ask(globex, token(2)));
    }

    #[test]
    fn what_is_tried_at_once_is_counted_before_it_is_known() {
        let (throttle, _) = throttle();
        let tries: Vec<_> = (0..100).filter_map(|_| throttle.log_in(source(1), "a@x.test")).collect();
        assert_eq!(tries.len(), 10);
    }
}
