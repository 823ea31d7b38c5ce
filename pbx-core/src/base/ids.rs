//! The stable ids of objects: 16 bytes, made of injected time and randomness.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Makes a time-ordered id (UUIDv7, RFC 9562 §5.7) of this wall time and these random
            /// bytes.
            pub fn mint(wall: crate::base::time::Wall, random: [u8; 10]) -> Self {
                Self(mint(wall, random))
            }

            /// Makes the id that a natural key always gives (UUIDv8): importing the same file twice
            /// names the same object.
            pub fn of_key(key: &str) -> Self {
                Self(of_key(stringify!($name), key))
            }

            /// Returns the 16 bytes as stored.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A company on this server. The first argument of everything that belongs to one.
    TenantId,
    /// A person with an extension.
    PersonId,
    /// A phone: one SIP account.
    DeviceId,
    /// A public telephone number and what it leads to.
    NumberId,
    /// A line to a carrier or to another switch.
    TrunkId,
    /// A named place that templates may ask for data.
    SourceId,
    /// One immutable version of a call-control template.
    TemplateVersionId,
    /// An account that logs in to the console (operator, tenant admin or user).
    AccountId,
    /// One call: ours, not SIP's Call-ID.
    CallId,
    /// One side of a call.
    LegId,
    /// An API token.
    TokenId,
    /// One line of the audit.
    AuditId,
}

impl LegId {
    /// Returns the id that stands for the caller's leg in journal entries of releases that did not
    /// write it.
    pub const fn untold() -> Self {
        Self(Uuid::nil())
    }
}

/// The number of slots that tenants are spread over; engines (and nodes) own ranges of them.
pub const SLOTS: u16 = 1024;

/// The place of a tenant: all that it does happens in the engine that owns its slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub u16);

impl TenantId {
    /// Returns the slot of this tenant: the same on every machine and in every release.
    pub fn slot(&self) -> Slot {
        let hash = crc32fast::hash(self.0.as_bytes());
        Slot((hash % u32::from(SLOTS)) as u16)
    }
}

fn mint(wall: crate::base::time::Wall, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(wall.micros() / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

fn of_key(kind: &str, key: &str) -> Uuid {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(key).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
