//! A message in stored state is its bytes.

use super::{Message, scan};
use bytes::Bytes;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_bytes().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What was refused at the gate may still be in flight as the subject of an answer, so flaws are no fault here.
        scan(Bytes::deserialize(deserializer)?).map(|scanned| scanned.message).map_err(D::Error::custom)
    }
}
