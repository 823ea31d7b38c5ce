//! Who has proven a password lately, and from where: whoever guesses behind the same address takes nothing from them.
//!
//! Only a right answer to a nonce of ours gets anybody in here, so what is remembered is bounded by the accounts that there
//! are: a few places of each.

use crate::flow::network;
use crate::time::Instant;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

/// Places that are remembered of one account: the contacts that a device may have by default, and some that it had before.
const PLACES: usize = 16;

/// Accounts that are remembered. There are seldom so many on one server; beyond, only those who have been here are known.
const MOST: usize = 1 << 17;

/// Wrong answers from one place after which its proof is worth nothing: it is somebody else, or the password is another.
const PATIENCE: u32 = 5;

/// Remembers proofs.
#[derive(Debug)]
pub(super) struct Proven {
    lifetime: Duration,
    accounts: HashMap<Box<str>, Vec<Proof>>,
}

/// One place of an account.
#[derive(Clone, Copy, Debug)]
struct Proof {
    place: SocketAddr,
    until: Instant,
    /// Wrong answers from there since.
    failures: u32,
}

impl Proven {
    /// Remembers nobody yet. A proof should live as long as a phone may be silent between two registrations, and somewhat
    /// longer.
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { lifetime, accounts: HashMap::new() }
    }

    /// Somebody there knows the password of this account.
    pub(super) fn note(&mut self, now: Instant, place: SocketAddr, account: &str) {
        let proof = Proof { place, until: now + self.lifetime, failures: 0 };
        if let Some(places) = self.accounts.get_mut(account) {
            if let Some(known) = places.iter_mut().find(|known| known.place == place) {
                *known = proof;
                return;
            }
            places.retain(|known| known.until > now);
            if places.len() >= PLACES
                && let Some(oldest) = places.iter().enumerate().min_by_key(|(_, known)| known.until).map(|(n, _)| n)
            {
                places.swap_remove(oldest);
            }
            return places.push(proof);
        }
        if self.accounts.len() >= MOST {
            self.accounts.retain(|_, places| places.iter().any(|known| known.until > now));
        }
        if self.accounts.len() < MOST {
            self.accounts.insert(account.into(), vec![proof]);
        }
    }

    /// Whether this very place has proven the account: address and port, which nobody else behind the address has.
    pub(super) fn is_here(&self, now: Instant, place: SocketAddr, account: &str) -> bool {
        self.living(now, account).any(|known| known.place == place)
    }

    /// Whether the account was proven from this address, whatever the port: a NAT may have chosen another one meanwhile.
    pub(super) fn is_near(&self, now: Instant, place: SocketAddr, account: &str) -> bool {
        let network_of = |place: SocketAddr| network(place.ip());
        self.living(now, account).any(|known| network_of(known.place) == network_of(place))
    }

    /// A wrong answer came from there.
    pub(super) fn failed(&mut self, place: SocketAddr, account: &str) {
        let Some(places) = self.accounts.get_mut(account) else { return };
        places.iter_mut().filter(|known| known.place == place).for_each(|known| known.failures += 1);
        places.retain(|known| known.failures < PATIENCE);
        if places.is_empty() {
            self.accounts.remove(account);
        }
    }

    fn living(&self, now: Instant, account: &str) -> impl Iterator<Item = &Proof> {
        self.accounts.get(account).into_iter().flatten().filter(move |known| known.until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    fn place(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 10], port))
    }

    fn proven() -> Proven {
        Proven::new(Duration::from_secs(100))
    }

    #[test]
    fn proof_holds_for_its_place_and_its_time() {
        let mut proven = proven();
        proven.note(at(0), place(5060), "anna");
        assert!(proven.is_here(at(99), place(5060), "anna"));
        assert!(!proven.is_here(at(99), place(5061), "anna") && proven.is_near(at(99), place(5061), "anna"));
        assert!(!proven.is_near(at(99), SocketAddr::from(([192, 0, 2, 11], 5060)), "anna"));
        assert!(!proven.is_here(at(99), place(5060), "ben"));
        assert!(!proven.is_here(at(100), place(5060), "anna"));
    }

    #[test]
    fn place_that_goes_on_failing_has_proven_nothing() {
        let mut proven = proven();
        proven.note(at(0), place(5060), "anna");
        for _ in 0..4 {
            proven.failed(place(5060), "anna");
            proven.failed(place(5061), "anna");
        }
        assert!(proven.is_here(at(1), place(5060), "anna"));
        proven.failed(place(5060), "anna");
        assert!(!proven.is_near(at(1), place(5060), "anna"));
        assert!(proven.accounts.is_empty());
    }

    #[test]
    fn account_has_a_few_places_and_gives_up_the_oldest() {
        let mut proven = proven();
        for port in 1..=20 {
            proven.note(at(u64::from(port)), place(port), "anna");
        }
        assert!(!proven.is_here(at(21), place(4), "anna"));
        assert!((5..=20).all(|port| proven.is_here(at(21), place(port), "anna")));
        proven.note(at(119), place(30), "anna");
        assert_eq!(proven.accounts["anna"].len(), 2, "that of 20 s and the new one: the rest is over");
    }
}
