//! A keyed hash whose key is worked in once, for many messages.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use siphasher::sip128::{Hasher128 as _, SipHasher24};
use std::hash::Hasher as _;

/// SipHash-2-4 with 128 bits of result, made to tell genuine short messages from forged ones. Every
/// challenge needs it twice, and a scan makes us write many: HMAC-SHA-256 takes many times as long
/// where a processor has no instructions for it.
#[derive(Clone)]
pub struct Keyed {
    key: [u8; 32],
    hasher: SipHasher24,
}

impl Keyed {
    /// Makes a hasher with this key.
    pub fn new(key: [u8; 32]) -> Self {
        let mut short = [0; 16];
        short.copy_from_slice(&Sha256::digest(key)[..16]);
        Self { key, hasher: SipHasher24::new_with_key(&short) }
    }

    /// Hashes these parts, one after the other.
    pub fn hash<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 16] {
        let mut hasher = self.hasher;
        parts.into_iter().for_each(|part| hasher.write(part));
        hasher.finish128().as_bytes()
    }
}

impl PartialEq for Keyed {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Keyed {}

impl Serialize for Keyed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.key.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Keyed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer).map(Self::new)
    }
}
