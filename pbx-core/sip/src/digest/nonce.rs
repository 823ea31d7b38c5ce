//! Nonces that need no memory: time, salt, keyed hash. Each is good for whom it was issued to and
//! for nobody else.

use super::algorithm::{Algorithm, hex};
use super::challenge::Challenge;
use super::keyed::Keyed;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use subtle::ConstantTimeEq as _;

/// The content of a genuine nonce: when it was issued, and the salt that makes it the only one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Nonce {
    /// When, in seconds by a steady clock: one that is set back must not make fresh nonces old.
    pub issued: u64,
    /// The randomness it was made with.
    pub salt: u64,
}

impl Nonce {
    /// Reads time and salt without asking whether the nonce is ours: for one that
    /// [`check`](super::check) has already let pass.
    pub fn parse(text: &str) -> Option<Self> {
        let fields = text.get(..32)?;
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        Some(Self { issued: number(&fields[..16])?, salt: number(&fields[16..])? })
    }
}

/// The age of a nonce, if it is ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Age {
    /// Ours, and young enough.
    Fresh(Nonce),
    /// Ours, but too old, or from a future that the clock has been set back from.
    Expired,
    /// Not ours, or made with another key, for another realm or for another address.
    Foreign,
}

/// Issues nonces for one realm and knows them again. Any number of them with the same key agree.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nonces {
    key: Keyed,
    realm: String,
    lifetime: u64,
    #[serde(default)]
    sha256: bool,
}

impl Nonces {
    /// Issues nonces of `realm`, each good for `lifetime` seconds. The secret key must live no
    /// longer than the counts of its nonces' uses ([`NonceCounts`](super::NonceCounts)).
    pub fn new(key: [u8; 32], realm: impl Into<String>, lifetime: u64) -> Self {
        Self { key: Keyed::new(key), realm: realm.into(), lifetime, sha256: false }
    }

    /// Sets whether SHA-256 is offered too, before MD5.
    #[must_use]
    pub fn offering_sha256(self, sha256: bool) -> Self {
        Self { sha256, ..self }
    }

    /// Makes the challenges of one 401 or 407, each for a header line of its own.
    ///
    /// Credentials are taken with either hash; what is offered is another matter. RFC 8760 §2.4
    /// wants the strongest on top, and a client to pass over what it does not know. Real ones
    /// don't: some read the first line alone (SIPp, desk phones), and those built on libre 1
    /// (baresip 1.0) refuse to register at all when any line names another hash than MD5. So MD5
    /// stands alone by default.
    pub fn challenges(&self, nonce: &str, stale: bool) -> Vec<Challenge> {
        let offered: &[Algorithm] = if self.sha256 { &[Algorithm::Sha256, Algorithm::Md5] } else { &[Algorithm::Md5] };
        offered.iter().map(|algorithm| Challenge::new(&self.realm, nonce, *algorithm, stale)).collect()
    }

    /// Returns the realm.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Returns how long a nonce is good for, in seconds.
    pub fn lifetime(&self) -> u64 {
        self.lifetime
    }

    /// Makes a new nonce for a client at this address: `now` in seconds since 1970 by the wall
    /// clock, `salt` is fresh randomness. Its port is not in it: a phone may answer on another
    /// connection than the one it was asked on.
    pub fn issue(&self, client: IpAddr, now: u64, salt: u64) -> String {
        let nonce = Nonce { issued: now, salt };
        format!("{now:016x}{salt:016x}{}", self.mark(client, nonce))
    }

    /// Returns whether a nonce is one that this client was given, and still good at `now` (seconds
    /// since 1970).
    pub fn age(&self, text: &str, client: IpAddr, now: u64) -> Age {
        let Some(nonce) = Nonce::parse(text) else { return Age::Foreign };
        let genuine =
            text.get(32..).is_some_and(|mark| self.mark(client, nonce).as_bytes().ct_eq(mark.as_bytes()).into());
        match now.checked_sub(nonce.issued) {
            _ if !genuine => Age::Foreign,
            Some(age) if age <= self.lifetime => Age::Fresh(nonce),
            _ => Age::Expired,
        }
    }

    /// Computes the keyed hash over time, salt, address and realm: 128 bits, in hex.
    fn mark(&self, client: IpAddr, nonce: Nonce) -> String {
        let (issued, salt) = (nonce.issued.to_be_bytes(), nonce.salt.to_be_bytes());
        let client = match client.to_canonical() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        hex(&self.key.hash([b"nonce", &issued[..], &salt, &client.octets(), self.realm.as_bytes()]))
    }
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonces({}, {} s)", self.realm, self.lifetime)
    }
}
