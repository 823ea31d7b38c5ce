//! A slow-down of guessing, per source and per account, that counts failures only.
//!
//! Each pair of source and account, and each source, has an allowance of failures that comes back
//! with time. Credentials of a source that has none left are not checked, so that guessing is not
//! worth it. A source that has not failed is always checked: a good password can't be locked out
//! from elsewhere. An account under attack from many sources leaves each of them one failure.
//!
//! A source is often a whole office behind one address, so three things keep the guesser's costs
//! from the others there. Only the answer to a nonce that this address was given is a failure
//! (`pbx_sip::digest::check`): from a forged source nothing is counted. A device that has lately
//! proven a password from there is still checked ([`super::proven`]). And a call for help
//! ([`super::identity`]) is answered, but without a look at its password: an answer that tells a
//! right one from a wrong one would be an allowance without end.

use crate::base::flow::network;
use crate::base::time::Instant;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// The failures that are let pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GuardLimits {
    /// Failures that a source may have at one account.
    pub pair: u32,
    /// One of them comes back after this time.
    pub pair_refill: Duration,
    /// Failures that a source may have in all.
    pub source: u32,
    /// One of them comes back after this time.
    pub source_refill: Duration,
    /// Failures at one account, from anywhere, that make it one under attack.
    pub account: u32,
    /// One of them is forgotten after this time.
    pub account_refill: Duration,
    /// Entries that are remembered at most.
    pub most: usize,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            pair: 5,
            pair_refill: Duration::from_secs(10),
            source: 40,
            source_refill: Duration::from_secs(2),
            account: 50,
            account_refill: Duration::from_secs(20),
            most: 1 << 16,
        }
    }
}

/// The memory of failed log-ins.
#[derive(Debug)]
pub struct Guard {
    limits: GuardLimits,
    buckets: HashMap<Suspect, Bucket>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Suspect {
    Pair(IpAddr, Box<str>),
    Source(IpAddr),
    Account(Box<str>),
}

/// Failures that are not yet forgotten, as the moment at which all of them are.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    clean_at: Instant,
    /// A hash of the last failure's answer, so that its retransmission is not counted again.
    last: u64,
    /// Whether this episode was reported.
    reported: bool,
}

/// The allowance that a source has left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Allowance {
    /// There is some left.
    Left,
    /// The source has none left, for any account.
    SourceSpent,
    /// The source has none left for this account.
    PairSpent,
}

/// The effect of a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failed {
    /// It was counted, or was a retransmission.
    Counted,
    /// An episode of guessing began with it: a line for the audit.
    EpisodeBegins,
}

impl Guard {
    /// Returns a guard that remembers nothing yet.
    pub fn new(limits: GuardLimits) -> Self {
        Self { limits, buckets: HashMap::new() }
    }

    /// Returns whether credentials for this account from this source are checked at all.
    pub fn lets(&self, now: Instant, source: IpAddr, account: &str) -> bool {
        self.standing(now, source, account) == Allowance::Left
    }

    /// Returns the allowance that this source has left at this account.
    pub fn standing(&self, now: Instant, source: IpAddr, account: &str) -> Allowance {
        let source = network(source);
        let failures = |who: &Suspect, refill| self.buckets.get(who).map_or(0, |bucket| bucket.failures(now, refill));
        let under_attack =
            failures(&Suspect::Account(account.into()), self.limits.account_refill) >= self.limits.account;
        let pair = if under_attack { 1 } else { self.limits.pair };
        if failures(&Suspect::Pair(source, account.into()), self.limits.pair_refill) >= pair {
            return Allowance::PairSpent;
        }
        let spent = failures(&Suspect::Source(source), self.limits.source_refill) >= self.limits.source;
        if spent { Allowance::SourceSpent } else { Allowance::Left }
    }

    /// Counts a wrong password or an unknown user; `answer` tells retransmissions from new guesses.
    pub fn failed(&mut self, now: Instant, source: IpAddr, account: &str, answer: u64) -> Failed {
        let source = network(source);
        let GuardLimits {
            pair,
            pair_refill,
            source: at_source,
            source_refill,
            account: at_account,
            account_refill,
            ..
        } = self.limits;
        let who = Suspect::Pair(source, account.into());
        if self.buckets.get(&who).is_some_and(|bucket| bucket.last == answer && bucket.clean_at > now) {
            return Failed::Counted;
        }
        let begins = [
            self.count(now, who, pair_refill, pair, answer),
            self.count(now, Suspect::Source(source), source_refill, at_source, answer),
            self.count(now, Suspect::Account(account.into()), account_refill, at_account, answer),
        ];
        if begins.contains(&true) { Failed::EpisodeBegins } else { Failed::Counted }
    }

    /// Takes back one failure that was counted before its outcome was known, and was none. Failures
    /// before it stay.
    pub fn take_back(&mut self, now: Instant, source: IpAddr, account: &str) {
        let source = network(source);
        let GuardLimits { pair_refill, source_refill, account_refill, .. } = self.limits;
        let counted = [
            (Suspect::Pair(source, account.into()), pair_refill),
            (Suspect::Source(source), source_refill),
            (Suspect::Account(account.into()), account_refill),
        ];
        for (who, refill) in counted {
            if let Some(bucket) = self.buckets.get_mut(&who) {
                let left = bucket.clean_at.since(now).saturating_sub(refill);
                bucket.clean_at = now + left;
            }
        }
    }

    /// Returns how many failures of this source are not yet forgotten.
    pub fn failures_of(&self, now: Instant, source: IpAddr) -> u32 {
        let bucket = self.buckets.get(&Suspect::Source(network(source)));
        bucket.map_or(0, |bucket| bucket.failures(now, self.limits.source_refill))
    }

    /// Returns how many entries are remembered.
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Returns whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Counts one more failure, and returns whether it uses up the allowance for the first time in
    /// this episode.
    fn count(&mut self, now: Instant, who: Suspect, refill: Duration, allowance: u32, answer: u64) -> bool {
        if self.buckets.len() >= self.limits.most && !self.buckets.contains_key(&who) {
            self.make_room(now);
        }
        let bucket = self.buckets.entry(who).or_insert(Bucket { clean_at: now, last: 0, reported: false });
        if bucket.clean_at <= now {
            *bucket = Bucket { clean_at: now, last: 0, reported: false };
        }
        // Failures beyond the allowance are counted up to a bound: they do not keep a source out
        // for longer and longer.
        bucket.clean_at = (bucket.clean_at + refill).min(now + refill * allowance * 2);
        bucket.last = answer;
        let begins = !bucket.reported && bucket.failures(now, refill) >= allowance;
        bucket.reported |= begins;
        begins
    }

    /// Forgets what is clean; if that is not a quarter, also those that are clean soonest.
    fn make_room(&mut self, now: Instant) {
        self.buckets.retain(|_, bucket| bucket.clean_at > now);
        let keep = self.limits.most * 3 / 4;
        if self.buckets.len() > keep {
            let mut moments: Vec<Instant> = self.buckets.values().map(|bucket| bucket.clean_at).collect();
            let at = moments.len() - keep;
            let (_, bound, _) = moments.select_nth_unstable(at);
            let bound = *bound;
            self.buckets.retain(|_, bucket| bucket.clean_at > bound);
        }
    }
}

impl Bucket {
    fn failures(&self, now: Instant, refill: Duration) -> u32 {
        let left = self.clean_at.since(now).as_micros();
        u32::try_from(left.div_ceil(refill.as_micros().max(1))).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTACKER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));
    const OFFICE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn what_is_taken_back_leaves_the_failures_before_it() {
        let mut guard = Guard::new(GuardLimits::default());
        for n in 0..4 {
            guard.failed(at(0), ATTACKER, "anna", n + 1);
        }
        for n in 10..30 {
            guard.failed(at(0), ATTACKER, "anna", n);
            assert!(!guard.lets(at(0), ATTACKER, "anna"));
            guard.take_back(at(0), ATTACKER, "anna");
            assert!(guard.lets(at(0), ATTACKER, "anna"));
        }
        assert_eq!(guard.failures_of(at(0), ATTACKER), 4);
        guard.take_back(at(0), OFFICE, "anna");
        assert_eq!(guard.failures_of(at(0), OFFICE), 0);
    }

    #[test]
    fn guesser_is_not_checked_any_more_until_time_has_passed() {
        let mut guard = Guard::new(GuardLimits::default());
        for n in 0..5 {
            assert!(guard.lets(at(0), ATTACKER, "anna"), "guess {n}");
            let failed = guard.failed(at(0), ATTACKER, "anna", n);
            assert_eq!(failed == Failed::EpisodeBegins, n == 4, "guess {n}");
        }
        assert!(!guard.lets(at(9), ATTACKER, "anna"));
        assert!(guard.lets(at(10), ATTACKER, "anna"));
        assert!(guard.lets(at(9), ATTACKER, "ben"));
    }

    #[test]
    fn good_password_from_elsewhere_is_never_locked_out() {
        let mut guard = Guard::new(GuardLimits::default());
        for n in 0..10_000_u32 {
            let source = IpAddr::from([10, 0, (n >> 8) as u8, n as u8]);
            guard.failed(at(0), source, "anna", u64::from(n));
        }
        assert!(guard.lets(at(0), OFFICE, "anna"));
        guard.failed(at(0), OFFICE, "anna", 1);
        assert!(!guard.lets(at(0), OFFICE, "anna"), "under attack, one failure is all that a source has");
        assert!(guard.lets(at(10), OFFICE, "anna"));
    }

    #[test]
    fn retransmission_of_a_failure_counts_once() {
        let mut guard = Guard::new(GuardLimits::default());
        for _ in 0..20 {
            guard.failed(at(0), OFFICE, "anna", 77);
        }
        assert_eq!(guard.failures_of(at(0), OFFICE), 1);
        assert!(guard.lets(at(0), OFFICE, "anna"));
    }

    #[test]
    fn failures_beyond_the_allowance_do_not_add_up() {
        let mut guard = Guard::new(GuardLimits::default());
        for n in 0..10_000 {
            guard.failed(at(0), OFFICE, "anna", n);
        }
        assert!(!guard.lets(at(40), OFFICE, "ben"));
        assert!(guard.lets(at(82), OFFICE, "ben"));
        assert!(guard.lets(at(1001), OFFICE, "anna"));
    }

    #[test]
    fn scan_over_many_accounts_is_stopped_by_its_source() {
        let mut guard = Guard::new(GuardLimits::default());
        let mut checked = 0;
        let mut episodes = 0;
        for n in 0..1000 {
            let account = format!("user{n}");
            if guard.lets(at(0), ATTACKER, &account) {
                checked += 1;
                episodes += u32::from(guard.failed(at(0), ATTACKER, &account, n) == Failed::EpisodeBegins);
            }
        }
        assert_eq!((checked, episodes), (40, 1));
        assert!(guard.lets(at(0), OFFICE, "user7"));
    }

    #[test]
    fn one_line_an_episode_and_another_after_the_next() {
        let mut guard = Guard::new(GuardLimits::default());
        let mut lines = 0;
        for second in 0..1000 {
            if guard.lets(at(second), ATTACKER, "anna") {
                lines += u32::from(guard.failed(at(second), ATTACKER, "anna", second) == Failed::EpisodeBegins);
            }
        }
        assert_eq!(lines, 1 + 1, "the pair's, and later the account's");
        for n in 0..5 {
            lines += u32::from(guard.failed(at(5000), ATTACKER, "anna", 9000 + n) == Failed::EpisodeBegins);
        }
        assert_eq!(lines, 3);
    }

    #[test]
    fn memory_is_bounded() {
        let mut guard = Guard::new(GuardLimits { most: 300, ..GuardLimits::default() });
        for n in 0..10_000_u32 {
            let source = IpAddr::from([10, 1, (n >> 8) as u8, n as u8]);
            guard.failed(at(u64::from(n)), source, &format!("user{n}"), u64::from(n));
            assert!(guard.len() <= 303);
        }
    }

    #[test]
    fn one_ipv6_customer_is_one_source() {
        let mut guard = Guard::new(GuardLimits::default());
        for n in 0..5_u16 {
            guard.failed(at(0), IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, n]), "anna", u64::from(n));
        }
        assert!(!guard.lets(at(0), IpAddr::from([0x2001, 0xdb8, 0, 1, 9, 9, 9, 9]), "anna"));
        assert!(guard.lets(at(0), IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1]), "anna"));
    }
}
